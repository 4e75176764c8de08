#include "api/kinds/pod_qos.h"

#include <map>
#include <string>

#include "api/quantity.h"

namespace skiff::api::kinds {

namespace {

using Amounts = std::map<std::string, Quantity>;

// Adds cpu and memory that are not zero; the number of them.
size_t collect(const json::Value& list, Amounts& amounts) {
    size_t found = 0;
    for (const char* name : {"cpu", "memory"}) {
        if (!list.has(name)) continue;
        auto quantity = Quantity::parse_or_zero(list[name].as_string());
        if (quantity.is_zero()) continue;
        amounts[name] += quantity;
        ++found;
    }
    return found;
}

}  // namespace

std::string_view pod_qos_class(const json::Value& spec) {
    Amounts requests, limits;
    bool guaranteed = true;
    auto add = [&](const json::Value& resources) {
        collect(resources["requests"], requests);
        if (collect(resources["limits"], limits) < 2) guaranteed = false;
    };
    if (!spec["resources"]["requests"].empty() || !spec["resources"]["limits"].empty()) {
        add(spec["resources"]);
    } else {
        for (const char* list : {"containers", "initContainers"})
            for (const auto& container : spec[list].items()) add(container["resources"]);
    }
    if (requests.empty() && limits.empty()) return "BestEffort";
    return guaranteed && requests == limits ? "Guaranteed" : "Burstable";
}

}  // namespace skiff::api::kinds
