#include "embedded/metrics/usage.h"

#include "api/timestamp.h"

namespace skiff::metrics_api {

namespace {

std::optional<Usage> usage_of(const json::Value& part) {
    if (!part["cpu"]["usageNanoCores"].is_number() || !part["memory"]["workingSetBytes"].is_number()) return std::nullopt;
    return Usage{part["cpu"]["usageNanoCores"].as_int(), part["memory"]["workingSetBytes"].as_int()};
}

// As metrics-server writes them: nanocores and KiB.
json::Value quantities(const Usage& usage) {
    return json::Value::object({{"cpu", std::to_string(usage.nano_cores) + "n"}, {"memory", std::to_string(usage.memory_bytes / 1024) + "Ki"}});
}

json::Value head(const char* kind, const std::string& ns, const std::string& name, const api::Labels& labels, WallTime at, Duration window) {
    auto metadata = json::Value::object({{"name", name}});
    if (!ns.empty()) metadata.set("namespace", ns);
    metadata.set("creationTimestamp", api::format_time(at));
    if (!labels.empty()) {
        json::Value& map = metadata.set("labels", json::Value::object());
        for (const auto& [key, value] : labels) map.set(key, value);
    }
    const auto seconds = std::chrono::duration_cast<std::chrono::milliseconds>(window).count();
    return json::Value::object({{"kind", kind},
                                {"apiVersion", "metrics.k8s.io/v1beta1"},
                                {"metadata", std::move(metadata)},
                                {"timestamp", api::format_time(at)},
                                {"window", seconds % 1000 ? fmt::format("{}.{:03}s", seconds / 1000, seconds % 1000) : fmt::format("{}s", seconds / 1000)}});
}

}  // namespace

NodeUsage read_summary(const json::Value& summary) {
    NodeUsage out;
    out.node = usage_of(summary["node"]);
    for (const auto& pod : summary["pods"].items()) {
        PodUsage entry{pod["podRef"]["namespace"].as_string(), pod["podRef"]["name"].as_string(), {}};
        bool known = true;
        for (const auto& container : pod["containers"].items()) {
            auto usage = usage_of(container);
            known = known && usage;
            if (usage) entry.containers.push_back({container["name"].as_string(), *usage});
        }
        out.complete = out.complete && known;
        // A sum over a part of the containers would mislead who scales by it.
        if (known && !entry.containers.empty()) out.pods.push_back(std::move(entry));
    }
    return out;
}

json::Value node_metrics(const std::string& name, const api::Labels& labels, const Usage& usage, WallTime at, Duration window) {
    auto tree = head("NodeMetrics", "", name, labels, at, window);
    tree.set("usage", quantities(usage));
    return tree;
}

json::Value pod_metrics(const PodUsage& pod, const api::Labels& labels, WallTime at, Duration window) {
    auto tree = head("PodMetrics", pod.ns, pod.name, labels, at, window);
    auto containers = json::Value::array();
    for (const auto& container : pod.containers) containers.push_back(json::Value::object({{"name", container.name}, {"usage", quantities(container.usage)}}));
    tree.set("containers", std::move(containers));
    return tree;
}

}  // namespace skiff::metrics_api
