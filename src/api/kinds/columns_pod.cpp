#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"
#include "api/timestamp.h"

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using json::Value;

// What the READY, STATUS and RESTARTS cells say together.
struct PodSummary {
    std::string reason;
    size_t ready = 0, containers = 0;
    int64_t restarts = 0;
    std::optional<WallTime> last_restart;
};

bool is_sidecar(const Value& spec, const std::string& container) {
    for (const auto& init : spec["initContainers"].items())
        if (init["name"].as_string() == container) return init["restartPolicy"].as_string() == "Always";
    return false;
}

struct Restarts {
    int64_t count = 0;
    std::optional<WallTime> last;

    void add(const Value& status) {
        count += status["restartCount"].as_int();
        auto ended = parse_time(status["lastState"]["terminated"]["finishedAt"].as_string());
        if (ended && (!last || *last < *ended)) last = ended;
    }
};

// Terminated without a reason: the signal or the code.
std::string ended_text(const Value& terminated) {
    if (!terminated["reason"].empty()) return terminated["reason"].as_string();
    if (terminated["signal"].as_int()) return fmt::format("Signal:{}", terminated["signal"].as_int());
    return fmt::format("ExitCode:{}", terminated["exitCode"].as_int());
}

// True while an init container has not done its part.
bool summarize_init(const Value& pod, PodSummary& summary, Restarts& all, Restarts& sidecars) {
    const auto& statuses = pod["status"]["initContainerStatuses"].items();
    for (size_t i = 0; i < statuses.size(); ++i) {
        const Value& status = statuses[i];
        const Value& terminated = status["state"]["terminated"];
        const std::string& waiting = status["state"]["waiting"]["reason"].as_string();
        bool sidecar = is_sidecar(pod["spec"], status["name"].as_string());
        all.add(status);
        if (sidecar) sidecars.add(status);
        if (terminated.is_object() && terminated["exitCode"].as_int() == 0) continue;
        if (sidecar && status["started"].as_bool()) {
            if (status["ready"].as_bool()) ++summary.ready;
            continue;
        }
        if (terminated.is_object()) summary.reason = "Init:" + ended_text(terminated);
        else if (!waiting.empty() && waiting != "PodInitializing") summary.reason = "Init:" + waiting;
        else summary.reason = fmt::format("Init:{}/{}", i, pod["spec"]["initContainers"].size());
        return true;
    }
    return false;
}

void summarize_containers(const Value& pod, PodSummary& summary, Restarts& restarts) {
    bool running = false;
    const auto& statuses = pod["status"]["containerStatuses"].items();
    for (auto status = statuses.rbegin(); status != statuses.rend(); ++status) {
        const Value& state = (*status)["state"];
        restarts.add(*status);
        if (!state["waiting"]["reason"].empty()) {
            summary.reason = state["waiting"]["reason"].as_string();
        } else if (state["terminated"].is_object()) {
            summary.reason = ended_text(state["terminated"]);
        } else if ((*status)["ready"].as_bool() && state["running"].is_object()) {
            running = true;
            ++summary.ready;
        }
    }
    // One container is done, another still runs.
    if (summary.reason == "Completed" && running)
        summary.reason = find_condition(pod, "Ready")["status"].as_string() == "True" ? "Running" : "NotReady";
}

PodSummary summarize(const Value& pod) {
    const Value& status = pod["status"];
    PodSummary summary;
    summary.reason = status["reason"].empty() ? status["phase"].as_string() : status["reason"].as_string();
    if (find_condition(pod, "PodScheduled")["reason"].as_string() == "SchedulingGated") summary.reason = "SchedulingGated";
    summary.containers = pod["spec"]["containers"].size();
    for (const auto& init : pod["spec"]["initContainers"].items())
        if (init["restartPolicy"].as_string() == "Always") ++summary.containers;
    Restarts all, sidecars;
    bool initializing = summarize_init(pod, summary, all, sidecars);
    if (!initializing || find_condition(pod, "Initialized")["status"].as_string() == "True") {
        all = sidecars;
        summarize_containers(pod, summary, all);
    }
    summary.restarts = all.count;
    summary.last_restart = all.last;
    if (!pod["metadata"]["deletionTimestamp"].empty()) {
        const std::string& phase = status["phase"].as_string();
        if (status["reason"].as_string() == "NodeLost") summary.reason = "Unknown";
        else if (phase != "Succeeded" && phase != "Failed") summary.reason = "Terminating";
    }
    return summary;
}

Value restarts(const Value& pod, WallTime now) {
    PodSummary summary = summarize(pod);
    if (summary.restarts == 0 || !summary.last_restart) return std::to_string(summary.restarts);
    return fmt::format("{} ({} ago)", summary.restarts, human_duration(now - *summary.last_restart));
}

Value readiness_gates(const Value& pod, WallTime) {
    const auto& gates = pod["spec"]["readinessGates"].items();
    if (gates.empty()) return "<none>";
    size_t open = 0;
    for (const auto& gate : gates)
        if (find_condition(pod, gate["conditionType"].as_string())["status"].as_string() == "True") ++open;
    return fmt::format("{}/{}", open, gates.size());
}

Value pod_ip(const Value& pod, WallTime) {
    const Value& first = pod["status"]["podIPs"][0]["ip"];
    return text_or(first.empty() ? pod["status"]["podIP"] : first, "<none>");
}

}  // namespace

std::vector<Column> pod_columns() {
    return {
        name_column(),
        column("Ready", "string",
               [](const Value& pod, WallTime) -> Value {
                   PodSummary summary = summarize(pod);
                   return fmt::format("{}/{}", summary.ready, summary.containers);
               }),
        column("Status", "string", [](const Value& pod, WallTime) -> Value { return summarize(pod).reason; }),
        column("Restarts", "string", restarts),
        age_column(),
        column("IP", "string", pod_ip, {}, kWide),
        column("Node", "string", [](const Value& pod, WallTime) -> Value { return text_or(pod["spec"]["nodeName"], "<none>"); }, {}, kWide),
        column("Nominated Node", "string",
               [](const Value& pod, WallTime) -> Value { return text_or(pod["status"]["nominatedNodeName"], "<none>"); }, {}, kWide),
        column("Readiness Gates", "string", readiness_gates, {}, kWide),
    };
}

std::vector<Column> pod_template_columns() {
    return {
        name_column(),
        column("Containers", "string", [](const Value& o, WallTime) -> Value { return join_field(o["template"]["spec"]["containers"], "name"); }),
        column("Images", "string", [](const Value& o, WallTime) -> Value { return join_field(o["template"]["spec"]["containers"], "image"); }),
        column("Pod Labels", "string", [](const Value& o, WallTime) -> Value { return format_labels(o["template"]["metadata"]["labels"]); }),
    };
}

}  // namespace skiff::api::kinds
