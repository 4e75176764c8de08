#include "agent/pods/adoption.h"

#include <algorithm>
#include <cstdlib>

#include "agent/pods/container_status.h"
#include "agent/sys/units.h"

namespace skiff::agent::pods {

namespace {

const json::Value& api_status_of(const json::Value& pod, const ContainerRef& container) {
    static const json::Value kNone;
    const char* list = container.kind == ContainerKind::Main ? "containerStatuses" : container.kind == ContainerKind::Ephemeral ? "ephemeralContainerStatuses" : "initContainerStatuses";
    for (const auto& status : pod["status"][list].items())
        if (status["name"].as_string() == container.name()) return status;
    return kNone;
}

int64_t unix_ns(const json::Value& time) {
    const auto parsed = sys::parse_rfc3339(time.as_string());
    return parsed ? parsed->time_since_epoch().count() : 0;
}

// A run that only the API remembers: the machine was rebooted, or its state was lost.
void remember(ContainerState& state, const ContainerRef& container, const json::Value& status, Duration now, WallTime wall) {
    const std::string id = container_id_from_url(status["containerID"].as_string());
    if (id.empty()) return;
    Run run;
    run.removed = run.ended_seen = true;
    run.ended = now;
    run.status.id = id;
    run.status.name = container.name();
    run.status.image = (*container.spec)["image"].as_string();
    run.status.labels = {{label::kImageName, status["image"].as_string()}, {label::kImageId, status["imageID"].as_string()}};
    run.status.attempt = static_cast<int>(status["restartCount"].as_int());
    run.status.state = runtime::State::Exited;
    const json::Value* ended = &status["state"]["terminated"];
    if (ended->is_null() && status["state"]["running"].is_null()) ended = &status["lastState"]["terminated"];
    if (ended->is_object()) {
        run.status.exit_code = static_cast<int>((*ended)["exitCode"].as_int());
        run.status.reason = (*ended)["reason"].as_string();
        run.termination_message = (*ended)["message"].as_string();
        run.status.started_ns = unix_ns((*ended)["startedAt"]);
        run.status.finished_ns = unix_ns((*ended)["finishedAt"]);
    } else {
        run.status.exit_code = 137;
        run.status.reason = "ContainerStatusUnknown";
        run.termination_message = "The container could not be located when the pod was terminated";
        run.status.started_ns = unix_ns(status["state"]["running"]["startedAt"]);
        run.status.finished_ns = wall.time_since_epoch().count();
    }
    state.runs.push_back(std::move(run));
}

}  // namespace

FoundByUid find_running(runtime::Runtime& runtime) {
    FoundByUid found;
    for (auto& sandbox : runtime.sandboxes()) found[sandbox.spec.pod_uid].sandboxes.push_back(std::move(sandbox));
    for (auto& container : runtime.containers()) {
        auto uid = container.labels.find(label::kPodUid);
        if (uid != container.labels.end()) found[uid->second].containers.push_back(std::move(container));
    }
    return found;
}

Leftovers adopt(PodState& state, const json::Value& pod, const Found& found, Duration now, WallTime wall) {
    Leftovers leftovers;
    for (const auto& sandbox : found.sandboxes) {
        if (state.sandbox && state.sandbox->created_ns >= sandbox.created_ns) {
            leftovers.sandboxes.push_back(sandbox.spec.id);
            continue;
        }
        if (state.sandbox) leftovers.sandboxes.push_back(state.sandbox->spec.id);
        state.sandbox = sandbox;
    }
    if (state.sandbox) {
        const std::string& id = state.sandbox->spec.id;
        state.sandbox_attempt = std::atoi(id.c_str() + (id.rfind('-') == std::string::npos ? id.size() : id.rfind('-') + 1)) + 1;
        for (const auto& ip : pod["status"]["podIPs"].items()) state.ips.push_back(ip["ip"].as_string());
    }
    for (const auto& status : found.containers) {
        if (status.state == runtime::State::Created) {
            leftovers.containers.push_back(status.id);
            continue;
        }
        Run run;
        run.status = status;
        if (status.state == runtime::State::Exited) run.ended = std::max(Duration{0}, now - (wall.time_since_epoch() - std::chrono::nanoseconds(status.finished_ns)));
        state.container(status.name).runs.push_back(std::move(run));
    }
    for (auto& [name, container] : state.containers)
        std::sort(container.runs.begin(), container.runs.end(), [](const Run& a, const Run& b) { return a.status.attempt > b.status.attempt; });
    for (const auto& container : container_list(pod)) {
        const json::Value& status = api_status_of(pod, container);
        ContainerState& known = state.container(container.name());
        if (known.runs.empty()) {
            remember(known, container, status, now, wall);
        } else if (known.running() && container_id_from_url(status["containerID"].as_string()) == known.current()->status.id) {
            known.started = status["started"].as_bool();
            known.ready = status["ready"].as_bool();
            known.post_start = PostStart::Done;
        }
        // What this node had granted, and what the cgroup says, stands in the status that it wrote.
        const json::Value& resources = status["resources"];
        if (!resources.is_object() || container.kind == ContainerKind::Ephemeral || container.kind == ContainerKind::Init) continue;
        if (known.running()) known.applied = resources;
        json::Value granted = (*container.spec)["resources"];
        if (status["allocatedResources"].is_object()) granted.set("requests", status["allocatedResources"]);
        if (resources["limits"].is_object() && pod["status"]["conditions"].is_array()) granted.set("limits", resources["limits"]);
        state.resize.allocated[container.name()] = std::move(granted);
    }
    for (const auto& condition : pod["status"]["conditions"].items())
        if (condition["type"].as_string() == "PodResizeInProgress") state.resize.in_progress = true;
    if (!pod["status"]["startTime"].is_null()) state.start_time = sys::parse_rfc3339(pod["status"]["startTime"].as_string());
    state.admitted = state.sandbox.has_value();
    for (const auto& [name, container] : state.containers) state.admitted = state.admitted || !container.runs.empty();
    const bool nothing_runs = !any_running(state);
    state.terminal_at_adoption = terminal(pod) && nothing_runs && !state.sandbox && found.containers.empty();
    return leftovers;
}

api::ObjectPtr stand_in(const std::string& uid, const Found& found) {
    std::string name, ns;
    for (const auto& sandbox : found.sandboxes) name = sandbox.spec.pod_name, ns = sandbox.spec.pod_namespace;
    json::Value containers = json::Value::array();
    for (const auto& container : found.containers) {
        if (name.empty()) {
            auto label_of = [&](const char* key) {
                auto value = container.labels.find(key);
                return value == container.labels.end() ? std::string() : value->second;
            };
            name = label_of(label::kPodName);
            ns = label_of(label::kPodNamespace);
        }
        bool listed = false;
        for (const auto& entry : containers.items()) listed = listed || entry["name"].as_string() == container.name;
        if (!listed) containers.push_back(json::Value::object({{"name", container.name}, {"image", container.image}}));
    }
    json::Value pod = json::Value::object({{"apiVersion", "v1"}, {"kind", "Pod"}});
    pod.set("metadata", json::Value::object({{"name", name}, {"namespace", ns}, {"uid", uid}, {"deletionGracePeriodSeconds", 30}}));
    pod.set("spec", json::Value::object({{"containers", std::move(containers)}}));
    return api::Object::from_tree(std::move(pod));
}

}  // namespace skiff::agent::pods
