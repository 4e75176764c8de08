#include "api/kinds/pod_resources.h"

namespace skiff::api::kinds {
namespace {

Quantities quantities(const json::Value& map) {
    Quantities out;
    for (const auto& [name, value] : map.members()) out[name] = Quantity::parse_or_zero(value.is_string() ? value.as_string() : std::to_string(value.as_int()));
    return out;
}

const char* name_of(ResourceSide side) { return side == ResourceSide::Requests ? "requests" : "limits"; }

void add_to(Quantities& sum, const Quantities& other) {
    for (const auto& [name, value] : other) {
        auto [at, fresh] = sum.emplace(name, value);
        if (!fresh) at->second += value;
    }
}

void raise_to(Quantities& largest, const Quantities& other) {
    for (const auto& [name, value] : other) {
        auto [at, fresh] = largest.emplace(name, value);
        if (!fresh && at->second < value) at->second = value;
    }
}

bool resize_infeasible(const json::Value& pod) {
    for (const json::Value& condition : pod["status"]["conditions"].items())
        if (condition["type"].as_string() == "PodResizePending") return condition["reason"].as_string() == "Infeasible";
    return false;
}

// One container with what it holds by its status.
Quantities held_resources(const json::Value& pod, const json::Value& container, const char* statuses, ResourceSide side) {
    Quantities asked = container_resources(container, side);
    for (const json::Value& status : pod["status"][statuses].items()) {
        if (status["name"] != container["name"] || !status["resources"].is_object()) continue;
        Quantities held = container_resources(status, side);
        if (side == ResourceSide::Requests) raise_to(held, quantities(status["allocatedResources"]));
        if (!resize_infeasible(pod)) raise_to(held, asked);
        return held;
    }
    return asked;
}

}  // namespace

Quantities container_resources(const json::Value& container, ResourceSide side) { return quantities(container["resources"][name_of(side)]); }

Quantities pod_resources(const json::Value& pod, ResourceSide side, ResourceView view) {
    auto resources = [&](const json::Value& container, const char* statuses) {
        return view == ResourceView::Held ? held_resources(pod, container, statuses, side) : container_resources(container, side);
    };
    const json::Value& spec = pod["spec"];
    Quantities sum;
    for (const json::Value& container : spec["containers"].items()) add_to(sum, resources(container, "containerStatuses"));
    Quantities restartable, largest_init;
    for (const json::Value& container : spec["initContainers"].items()) {
        const Quantities own = resources(container, "initContainerStatuses");
        if (container["restartPolicy"].as_string() == "Always") {
            add_to(sum, own);
            add_to(restartable, own);
            raise_to(largest_init, restartable);
        } else {
            Quantities together = restartable;
            add_to(together, own);
            raise_to(largest_init, together);
        }
    }
    raise_to(sum, largest_init);
    // What the pod says of itself goes before what its containers say.
    for (const auto& [name, value] : container_resources(spec, side))
        if (name == "cpu" || name == "memory" || name.starts_with("hugepages-")) sum[name] = value;
    for (const auto& [name, value] : quantities(spec["overhead"]))
        if (side == ResourceSide::Requests || sum.count(name)) add_to(sum, {{name, value}});
    return sum;
}

std::string quantities_text(const Quantities& quantities) {
    std::string out;
    for (const auto& [name, value] : quantities) out += (out.empty() ? "" : ",") + name + "=" + value.text();
    return out;
}

}  // namespace skiff::api::kinds
