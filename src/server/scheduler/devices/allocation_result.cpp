// status.allocation: the devices, the configuration that goes with them, and the nodes that reach them.
#include <algorithm>

#include "server/scheduler/devices/allocator.h"

namespace skiff::scheduler {

namespace {

using json::Value;

bool names(const Value& requests, const std::string& name) {
    return std::any_of(requests.items().begin(), requests.items().end(), [&](const Value& item) { return item.as_string() == name; });
}

// That of each class once, for all requests of the class, then that of the claim as far as it concerns what was taken.
Value configurations(const ClaimSearch& claim) {
    Value out = Value::array();
    auto add = [&](const char* source, Value requests, const Value& config) {
        Value item = config;
        item.set("source", source);
        if (requests.size()) item.set("requests", std::move(requests));
        out.push_back(std::move(item));
    };
    std::map<std::string, std::pair<size_t, size_t>> of_class;
    for (size_t i = 0; i < claim.requests.size(); ++i) {
        const auto& request = claim.requests[i][claim.alternative[i]];
        auto [it, fresh] = of_class.try_emplace(request.device_class->name, out.size(), out.size());
        for (size_t at = it->second.first; at < it->second.second; ++at) out.mut_items()[at].mut("requests").push_back(request.name);
        if (!fresh) continue;
        for (const auto& config : (*request.device_class->tree)["spec"]["config"].items()) add("FromClass", Value::array({request.name}), config);
        it->second.second = out.size();
    }
    for (const auto& config : (*claim.tree)["spec"]["devices"]["config"].items()) {
        const auto& requests = config["requests"];
        if (requests.size() == 0) add("FromClaim", {}, config);
        for (size_t i = 0; i < claim.requests.size(); ++i) {
            const auto& request = claim.requests[i][claim.alternative[i]];
            if (names(requests, request.request) || names(requests, request.name)) add("FromClaim", requests, config);
        }
    }
    return out;
}

void add_new(const Value& from, Value& to) {
    for (const auto& requirement : from.items())
        if (std::find(to.items().begin(), to.items().end(), requirement) == to.items().end()) to.push_back(requirement);
}

// Null: everywhere. A device of one node is there only; else all that the selectors of its slices ask.
Value node_selector(const ClaimSearch& claim) {
    Value term = Value::object();
    for (const auto& [request, device] : claim.chosen) {
        if (!device->slice->node.empty()) {
            Value field = Value::object({{"key", "metadata.name"}, {"operator", "In"}, {"values", Value::array({device->slice->node})}});
            term = Value::object({{"matchFields", Value::array({std::move(field)})}});
            break;
        }
        const auto& asked = (*device->slice->tree)["spec"]["nodeSelector"]["nodeSelectorTerms"][0];
        for (const char* list : {"matchFields", "matchExpressions"})
            if (asked[list].size()) add_new(asked[list], term.mut(list));
    }
    if (term.size() == 0) return {};
    return Value::object({{"nodeSelectorTerms", Value::array({std::move(term)})}});
}

}  // namespace

Value allocation_result(const ClaimSearch& claim) {
    Value results = Value::array();
    for (const auto& [request, device] : claim.chosen) {
        Value result = Value::object({{"request", request->name}, {"driver", device->id.driver}, {"pool", device->id.pool}, {"device", device->id.device}});
        if (request->admin) result.set("adminAccess", true);
        results.push_back(std::move(result));
    }
    Value devices = Value::object();
    if (results.size()) devices.set("results", std::move(results));
    if (Value config = configurations(claim); config.size()) devices.set("config", std::move(config));
    Value out = Value::object({{"devices", std::move(devices)}});
    if (Value nodes = node_selector(claim); !nodes.is_null()) out.set("nodeSelector", std::move(nodes));
    return out;
}

}  // namespace skiff::scheduler
