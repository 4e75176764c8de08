#include "server/apiserver/admission/pod_resources.h"

namespace skiff::apiserver {
namespace {

void raise_to(Quantities& largest, const Quantities& other) {
    for (const auto& [name, value] : other) {
        auto [at, fresh] = largest.emplace(name, value);
        if (!fresh && at->second < value) at->second = value;
    }
}

}  // namespace

Quantities container_resources(const json::Value& container, ResourceSide side) {
    Quantities out;
    for (const json::Member& member : container["resources"][side == ResourceSide::Requests ? "requests" : "limits"].members())
        out[member.key] = api::Quantity::parse_or_zero(member.value.as_string());
    return out;
}

void add_to(Quantities& sum, const Quantities& other) {
    for (const auto& [name, value] : other) {
        auto [at, fresh] = sum.emplace(name, value);
        if (!fresh) at->second += value;
    }
}

Quantities pod_resources(const json::Value& pod, ResourceSide side) {
    Quantities sum;
    for (const json::Value& container : pod["spec"]["containers"].items()) add_to(sum, container_resources(container, side));
    Quantities restartable, largest_init;
    for (const json::Value& container : pod["spec"]["initContainers"].items()) {
        Quantities own = container_resources(container, side);
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
    for (const auto& [name, value] : container_resources(pod["spec"], side))
        if (name == "cpu" || name == "memory" || name.starts_with("hugepages-")) sum[name] = value;
    Quantities overhead;
    for (const json::Member& member : pod["spec"]["overhead"].members()) overhead[member.key] = api::Quantity::parse_or_zero(member.value.as_string());
    if (side == ResourceSide::Requests) {
        add_to(sum, overhead);
    } else {
        for (auto& [name, value] : sum)
            if (auto found = overhead.find(name); found != overhead.end()) value += found->second;
    }
    return sum;
}

std::string quantities_text(const Quantities& quantities) {
    std::string out;
    for (const auto& [name, value] : quantities) out += (out.empty() ? "" : ",") + name + "=" + value.text();
    return out;
}

}  // namespace skiff::apiserver
