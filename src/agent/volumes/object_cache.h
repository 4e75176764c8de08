// ObjectCache: the config maps and secrets that pods of this node refer to, each followed by its own watch (the node may read no others), so
// that an idle node asks nothing. An object is dropped with the last pod that refers to it.
//
// Any thread. get() may block for a list. changed(pod_uid) is called on a client thread and must be short.
#pragma once

#include <compare>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "agent/sys/timers.h"
#include "base/thread_pool.h"
#include "client/client.h"

namespace skiff::agent::volumes {

enum class RefKind { ConfigMap, Secret };
struct ObjectRef {
    RefKind kind;
    std::string ns, name;
    auto operator<=>(const ObjectRef&) const = default;
};

class ObjectCache {
public:
    // pool runs what blocks when a watch has to be made again.
    ObjectCache(std::shared_ptr<client::Client> client, sys::Timers& timers, ThreadPool& pool, std::function<void(const std::string& pod_uid)> changed);
    ~ObjectCache();
    // From now on the pod refers to exactly these.
    void track(const std::string& pod_uid, const std::set<ObjectRef>& refs);
    void untrack(const std::string& pod_uid) { track(pod_uid, {}); }
    // The object, null when absent. What no pod tracks is asked from the API.
    Result<api::ObjectPtr> get(const ObjectRef& ref);

private:
    struct Entry;
    Status follow(const std::shared_ptr<Entry>& entry);
    void follow_later(const std::weak_ptr<Entry>& entry);
    void notify(const Entry& entry);

    std::shared_ptr<client::Client> client_;
    sys::Timers& timers_;
    ThreadPool& pool_;
    std::function<void(const std::string&)> changed_;
    std::mutex mutex_;                                           // the maps and each entry's fields but `following`
    std::map<ObjectRef, std::shared_ptr<Entry>> entries_;
    std::map<std::string, std::set<ObjectRef>> by_pod_;
};

}  // namespace skiff::agent::volumes
