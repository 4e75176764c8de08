#include "agent/pods/static_pods.h"

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>

#include "agent/pods/pod_spec.h"
#include "agent/sys/units.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"
#include "json/parse.h"
#include "json/write.h"
#include "json/yaml.h"

namespace skiff::agent::pods {

namespace {

constexpr size_t kManifestBytesMax = 1 << 20;
// Editors write a file in several steps: read it when it has been quiet for a moment.
constexpr Duration kQuiet = std::chrono::milliseconds(100);

}  // namespace

Result<api::ObjectPtr> static_pod(const std::string& text, const std::string& file_name, const std::string& node_name, const std::string& now) {
    json::Value pod = TRY(json::parse_yaml(text).context("manifest {}", file_name));
    if (pod["kind"].as_string() != "Pod" || pod["spec"]["containers"].size() == 0 || pod["metadata"]["name"].as_string().empty())
        return error(Reason::BadRequest, "manifest {}: not a Pod with a name and containers", file_name);
    const std::string hash = sha256_hex(node_name + "\n" + file_name + "\n" + json::write(pod)).substr(0, 32);
    json::Value& meta = pod.mut("metadata");
    meta.set("name", meta["name"].as_string() + "-" + lower(node_name));
    if (meta["namespace"].as_string().empty()) meta.set("namespace", "default");
    if (meta["uid"].as_string().empty()) meta.set("uid", hash);
    json::Value& annotations = meta.mut("annotations");
    annotations.set(kHashAnnotation, hash);
    annotations.set(kSourceAnnotation, "file");
    annotations.set("kubernetes.io/config.seen", now);
    json::Value& spec = pod.mut("spec");
    spec.set("nodeName", node_name);
    spec.mut("tolerations").push_back(json::Value::object({{"operator", "Exists"}, {"effect", "NoExecute"}}));
    pod.set("apiVersion", "v1");
    return api::Object::from_tree(std::move(pod));
}

StaticPods::StaticPods(std::string dir, std::string node_name, sys::Poller& poller, sys::Timers& timers, Clock& clock, std::function<void(std::vector<api::ObjectPtr>)> changed)
    : dir_(std::move(dir)), node_name_(std::move(node_name)), poller_(poller), timers_(timers), clock_(clock), changed_(std::move(changed)) {}

Result<std::unique_ptr<StaticPods>> StaticPods::start(const std::string& dir, const std::string& node_name, sys::Poller& poller, sys::Timers& timers, Clock& clock,
                                                      std::function<void(std::vector<api::ObjectPtr>)> changed) {
    TRY(file::make_dirs(dir, 0755));
    std::unique_ptr<StaticPods> pods(new StaticPods(dir, node_name, poller, timers, clock, std::move(changed)));
    pods->inotify_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!pods->inotify_) return errno_status("inotify_init", errno);
    if (::inotify_add_watch(pods->inotify_.get(), dir.c_str(), IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO) < 0) return errno_status("watch " + dir, errno);
    pods->read_all();
    TRY(poller.watch(pods->inotify_.get(), EPOLLIN, [self = pods.get()](uint32_t) {
        char buffer[4096];
        while (::read(self->inotify_.get(), buffer, sizeof buffer) > 0) {}
        self->timers_.cancel(self->timer_);
        self->timer_ = self->timers_.after(kQuiet, [self] { self->read_all(); });
    }));
    return pods;
}

StaticPods::~StaticPods() {
    if (inotify_) poller_.forget(inotify_.get());
    timers_.cancel(timer_);
}

void StaticPods::read_all() {
    auto names = file::list_dir(dir_);
    if (!names.ok()) return;
    std::map<std::string, std::pair<std::string, api::ObjectPtr>> files;
    for (const auto& name : *names) {
        if (name[0] == '.' || name.back() == '~' || file::is_dir(dir_ + "/" + name)) continue;
        auto text = file::read(dir_ + "/" + name, kManifestBytesMax);
        auto known = files_.find(name);
        if (text.ok() && known != files_.end() && known->second.first == *text) {
            files[name] = known->second;
            continue;
        }
        auto pod = text.ok() ? static_pod(*text, name, node_name_, sys::rfc3339_nano(clock_.now())) : Result<api::ObjectPtr>(std::move(text).status());
        if (pod.ok()) {
            files[name] = {std::move(*text), std::move(*pod)};
            continue;
        }
        log::warn("pods", "manifest ignored", {{"file", name}, {"error", pod.status().message()}});
        if (known != files_.end()) files[name] = known->second;
    }
    files_ = std::move(files);
    std::vector<api::ObjectPtr> pods;
    for (const auto& [name, entry] : files_) pods.push_back(entry.second);
    changed_(std::move(pods));
}

}  // namespace skiff::agent::pods
