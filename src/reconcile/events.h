// EventRecorder: writes core/v1 Events as client-go's recorder does: equal events within a window are one object whose count grows;
// a source that repeats itself is limited (25 burst, one per 5 minutes per object). Asynchronous and bounded; never blocks, may drop.
#pragma once

#include <memory>
#include <string>

#include "api/object.h"
#include "base/clock.h"
#include "client/client.h"
#include "json/value.h"

namespace skiff::reconcile {

struct ObjectReference {
    std::string api_version, kind, ns, name, uid, resource_version, field_path;
    static ObjectReference to(const api::Object& object);
};

class EventRecorder {
public:
    // component: source.component and reportingComponent ("deployment-controller", "kubelet"); host: source.host.
    static std::unique_ptr<EventRecorder> create(std::shared_ptr<client::Client> client, Clock& clock, std::string component, std::string host = {});
    virtual ~EventRecorder() = default;
    // type: Normal or Warning.
    virtual void event(const ObjectReference& about, std::string_view type, std::string_view reason, std::string message) = 0;
    virtual void flush() = 0;
};

}  // namespace skiff::reconcile
