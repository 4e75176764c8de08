#include "agent/pods/container_status.h"

#include <algorithm>

#include "agent/pods/decide.h"
#include "agent/sys/units.h"
#include "base/strings.h"

namespace skiff::agent::pods {

namespace {

// Clients (kubectl debug, monitoring agents) know this scheme; the runtime's own name stands in nodeInfo.
constexpr std::string_view kIdScheme = "containerd://";

json::Value terminated(const Run& run) {
    const runtime::ContainerStatus& status = run.status;
    json::Value value = json::Value::object();
    value.set("exitCode", status.exit_code);
    if (status.signal != 0 && status.exit_code == 0) value.set("signal", status.signal);
    std::string reason = status.oom_killed ? "OOMKilled" : status.reason;
    if (reason.empty()) reason = status.exit_code == 0 ? "Completed" : "Error";
    value.set("reason", reason);
    const std::string& message = run.termination_message.empty() ? status.message : run.termination_message;
    if (!message.empty()) value.set("message", message);
    value.set("startedAt", status.started_ns ? json::Value(sys::rfc3339(sys::from_unix_ns(status.started_ns))) : json::Value());
    value.set("finishedAt", status.finished_ns ? json::Value(sys::rfc3339(sys::from_unix_ns(status.finished_ns))) : json::Value());
    value.set("containerID", container_id_url(status.id));
    return json::Value::object({{"terminated", std::move(value)}});
}

json::Value waiting(const Waiting& why) {
    json::Value value = json::Value::object({{"reason", why.reason}});
    if (!why.message.empty()) value.set("message", why.message);
    return json::Value::object({{"waiting", std::move(value)}});
}

json::Value user_of(const runtime::ContainerStatus& status) {
    auto number = [&](const char* key) -> std::optional<int64_t> {
        auto found = status.labels.find(key);
        return found == status.labels.end() ? std::nullopt : parse_int(found->second);
    };
    const auto uid = number(label::kUid), gid = number(label::kGid);
    if (!uid || !gid) return {};
    json::Value linux_user = json::Value::object({{"gid", *gid}});
    json::Value groups = json::Value::array();
    if (auto found = status.labels.find(label::kGroups); found != status.labels.end())
        for (const auto& group : split(found->second, ','))
            if (auto id = parse_int(group)) groups.push_back(*id);
    if (groups.size() > 0) linux_user.set("supplementalGroups", std::move(groups));
    linux_user.set("uid", *uid);
    return json::Value::object({{"linux", std::move(linux_user)}});
}

json::Value volume_mounts(const json::Value& container) {
    json::Value list = json::Value::array();
    for (const auto& mount : container["volumeMounts"].items()) {
        json::Value entry = json::Value::object({{"mountPath", mount["mountPath"]}, {"name", mount["name"]}});
        if (mount["readOnly"].as_bool()) {
            entry.set("readOnly", true);
            entry.set("recursiveReadOnly", "Disabled");
        }
        list.push_back(std::move(entry));
    }
    return list;
}

std::string label_or(const runtime::ContainerStatus& status, const char* key, const std::string& fallback) {
    auto found = status.labels.find(key);
    return found == status.labels.end() || found->second.empty() ? fallback : found->second;
}

// applied: what the cgroup of a running container says, null when that is what is allocated.
void add_resources(json::Value& status, const json::Value& container, const json::Value& applied) {
    const json::Value& wanted = container["resources"];
    if (!wanted["requests"].empty()) status.set("allocatedResources", wanted["requests"]);
    json::Value actual = json::Value::object();
    for (const char* list : {"limits", "requests"}) {
        if (wanted[list].empty()) continue;
        json::Value amounts = wanted[list];
        for (const char* resource : {"cpu", "memory"})
            if (amounts.has(resource) && applied[list].has(resource)) amounts.set(resource, applied[list][resource]);
        actual.set(list, std::move(amounts));
    }
    status.set("resources", std::move(actual));
}

json::Value one(const json::Value& pod, const ContainerRef& container, const PodState& state, const Waiting& default_wait) {
    const json::Value& spec = *container.spec;
    const ContainerState* known = state.find(container.name());
    const Run* run = known ? known->current() : nullptr;
    const Run* before = known && known->runs.size() > 1 ? &known->runs[1] : nullptr;

    json::Value now_state, last_state = json::Value::object();
    bool is_waiting = false;
    if (!run) {
        now_state = waiting(known && known->waiting ? *known->waiting : default_wait);
        is_waiting = true;
    } else if (run->running()) {
        now_state = json::Value::object({{"running", json::Value::object({{"startedAt", sys::rfc3339(sys::from_unix_ns(run->status.started_ns))}})}});
        if (before) last_state = terminated(*before);
    } else if (known->waiting && !state.termination && restarts(pod, container, *run)) {
        now_state = waiting(*known->waiting);
        last_state = terminated(*run);
        is_waiting = true;
    } else {
        now_state = terminated(*run);
        if (before) last_state = terminated(*before);
    }

    const bool running = run && run->running();
    const bool init_done = container.kind == ContainerKind::Init && run && run->exited() && run->status.exit_code == 0;
    json::Value status = json::Value::object();
    if (run) status.set("containerID", container_id_url(run->status.id));
    status.set("image", run ? label_or(run->status, label::kImageName, spec["image"].as_string()) : spec["image"].as_string());
    status.set("imageID", run ? label_or(run->status, label::kImageId, "") : std::string());
    status.set("lastState", std::move(last_state));
    status.set("name", container.name());
    status.set("ready", init_done || (running && known->ready));
    if (run && !is_waiting) add_resources(status, spec, running ? known->applied : json::Value());
    status.set("restartCount", run ? run->status.attempt : known ? known->restart_count_base : 0);
    status.set("started", running && known->started);
    status.set("state", std::move(now_state));
    if (running)
        if (json::Value user = user_of(run->status); !user.is_null()) status.set("user", std::move(user));
    if (json::Value mounts = volume_mounts(spec); mounts.size() > 0) status.set("volumeMounts", std::move(mounts));
    return status;
}

json::Value all_of(const json::Value& pod, const PodState& state, bool (*wanted)(ContainerKind), const Waiting& default_wait) {
    json::Value list = json::Value::array();
    for (const auto& container : container_list(pod))
        if (wanted(container.kind)) list.push_back(one(pod, container, state, default_wait));
    return list;
}

}  // namespace

json::Value container_statuses(const json::Value& pod, const PodState& state) {
    const bool has_init = pod["spec"]["initContainers"].size() > 0;
    json::Value list = all_of(pod, state, [](ContainerKind kind) { return kind == ContainerKind::Main; },
                              {has_init ? "PodInitializing" : "ContainerCreating", ""});
    auto& items = list.mut_items();
    std::sort(items.begin(), items.end(), [](const json::Value& a, const json::Value& b) { return a["name"].as_string() < b["name"].as_string(); });
    return list;
}

json::Value init_container_statuses(const json::Value& pod, const PodState& state) {
    return all_of(pod, state, [](ContainerKind kind) { return kind == ContainerKind::Init || kind == ContainerKind::Sidecar; }, {"PodInitializing", ""});
}

json::Value ephemeral_container_statuses(const json::Value& pod, const PodState& state) {
    return all_of(pod, state, [](ContainerKind kind) { return kind == ContainerKind::Ephemeral; }, {"ContainerCreating", ""});
}

std::string container_id_url(const std::string& id) { return std::string(kIdScheme) + id; }

std::string container_id_from_url(const std::string& url) {
    return url.rfind(kIdScheme, 0) == 0 ? url.substr(kIdScheme.size()) : std::string();
}

}  // namespace skiff::agent::pods
