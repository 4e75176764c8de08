// Writes: what the scheduler tells the API: a binding, why a pod waits, who must go for it. Blocking; called on binder threads, several at once.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "client/client.h"
#include "reconcile/events.h"
#include "reconcile/informer.h"
#include "server/scheduler/preemption.h"

namespace skiff::scheduler {

class Writes {
public:
    // names: of the profiles; each is a reporter of events of its own.
    Writes(std::shared_ptr<client::Client> client, Clock& clock, std::shared_ptr<reconcile::Informer> pods, std::shared_ptr<reconcile::EventWriter> events,
           const std::vector<std::string>& names);

    Status bind(const PodInfo& pod, const std::string& node);
    void bound(const PodInfo& pod, const std::string& node);                 // tells, no more
    void evict(const Preemption& preemption, const PodInfo& pod);
    // The event FailedScheduling and the condition PodScheduled with the nominated node. reason: Unschedulable or SchedulerError.
    void refused(const PodInfo& pod, const std::string& reason, const std::string& message, const std::string& nominated);
    void clear_nomination(const PodInfo& pod);

private:
    void event(const PodInfo& about, const std::string& by, std::string_view type, std::string_view reason, std::string message);
    std::shared_ptr<client::Client> client_;
    Clock& clock_;
    std::shared_ptr<reconcile::Informer> pods_;
    std::map<std::string, std::unique_ptr<reconcile::EventRecorder>> events_;   // by profile
};

}  // namespace skiff::scheduler
