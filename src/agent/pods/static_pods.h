// StaticPods: follows a folder of pod manifests (YAML or JSON) by inotify and hands over all its pods whenever something changed. A file
// that cannot be read keeps its last good pod.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/sys/poller.h"
#include "agent/sys/timers.h"
#include "api/object.h"
#include "base/fd.h"
#include "base/status.h"

namespace skiff::agent::pods {

// A manifest as a pod of this node: name, namespace, uid, node, annotations and tolerations as the kubelet sets them. Pure.
Result<api::ObjectPtr> static_pod(const std::string& text, const std::string& file_name, const std::string& node_name, const std::string& now);

class StaticPods {
public:
    // changed is called on the timer thread, at once for the first reading (on the caller's).
    static Result<std::unique_ptr<StaticPods>> start(const std::string& dir, const std::string& node_name, sys::Poller& poller, sys::Timers& timers, Clock& clock,
                                                     std::function<void(std::vector<api::ObjectPtr>)> changed);
    ~StaticPods();

private:
    StaticPods(std::string dir, std::string node_name, sys::Poller& poller, sys::Timers& timers, Clock& clock, std::function<void(std::vector<api::ObjectPtr>)> changed);
    void read_all();
    const std::string dir_, node_name_;
    sys::Poller& poller_;
    sys::Timers& timers_;
    Clock& clock_;
    std::function<void(std::vector<api::ObjectPtr>)> changed_;
    Fd inotify_;
    std::atomic<sys::Timers::Id> timer_{0};
    std::map<std::string, std::pair<std::string, api::ObjectPtr>> files_;   // by name: text and its pod
};

}  // namespace skiff::agent::pods
