// StatusWriter: the one thread that writes pod statuses to the API: the newest status of each pod, only what changed, at most one write
// under way. Failed writes are tried again while the pod is wanted. After its last status a pod that is being deleted is removed there.
//
// Any thread may call; callbacks come on the writer's thread and must be short.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "api/object.h"
#include "base/clock.h"
#include "client/client.h"
#include "json/value.h"

namespace skiff::agent::pods {

class StatusWriter {
public:
    StatusWriter(std::shared_ptr<client::Client> client, Clock& clock);
    ~StatusWriter();                                   // stop()
    struct Update {
        std::string uid;                               // of the object in the API: a static pod's mirror
        api::ObjectPtr pod;                            // as last seen: name, namespace, and what its status says now
        json::Value status;
        std::function<void()> written;                 // this or a newer status stands in the API, or the object is gone; may be empty
        bool remove = false;                           // afterwards delete the object with grace period 0
    };
    void submit(Update update);
    void forget(const std::string& uid);
    void stop();

private:
    struct Entry {
        Update update;
        bool waiting = false;
        Duration not_before{0};
        int failures = 0;
        api::ObjectPtr last_seen;                      // the answer to our last write
    };
    void work();
    // With no lock held. True when done with it.
    bool write(const Update& update, const api::ObjectPtr& last_seen, api::ObjectPtr& answer);

    std::shared_ptr<client::Client> client_;
    Clock& clock_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, Entry> entries_;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace skiff::agent::pods
