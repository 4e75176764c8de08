#include "server/controllers/endpoint_slices.h"

#include <algorithm>
#include <map>

#include "json/filter.h"
#include "json/write.h"
#include "server/controllers/status_update.h"
#include "server/controllers/trigger_times.h"

namespace skiff::controllers {

namespace {

constexpr size_t kEndpointsMax = 100;

// Ports in one order, as the key of a group: endpoints with equal ports share slices.
std::string ports_key(const json::Value& ports) {
    std::vector<std::string> parts;
    for (const auto& port : ports.items())
        parts.push_back(port["name"].as_string() + "/" + std::to_string(port["port"].as_int()) + "/" + port["protocol"].as_string("TCP") + "/" +
                        port["appProtocol"].as_string());
    std::sort(parts.begin(), parts.end());
    std::string key;
    for (const auto& part : parts) key += part + ",";
    return key;
}

json::Value endpoint_tree(const PodEndpoint& endpoint, const std::string& address, const SliceInputs& inputs) {
    const auto& meta = endpoint.pod.meta();
    auto tree = json::Value::object(
        {{"addresses", json::Value::array({address})},
         {"conditions", json::Value::object({{"ready", endpoint.ready}, {"serving", endpoint.serving}, {"terminating", endpoint.terminating}})}});
    if (!endpoint.hostname.empty()) tree.set("hostname", endpoint.hostname);
    tree.set("targetRef", json::Value::object({{"kind", "Pod"}, {"namespace", meta.ns}, {"name", meta.name}, {"uid", meta.uid}}));
    if (const auto& node = endpoint.pod.facts->node; !node.empty()) {
        tree.set("nodeName", node);
        set_or_omit(tree, "zone", inputs.zone_of(node));
    }
    return tree;
}

json::Value slice_labels(const SliceInputs& inputs) {
    json::Value labels = json::members_where(inputs.service["metadata"]["labels"], service_label_copied);
    if (inputs.facts.headless) labels.set("service.kubernetes.io/headless", "");
    labels.set("kubernetes.io/service-name", inputs.facts.name);
    labels.set("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io");
    return labels;
}

json::Value new_slice(const SliceInputs& inputs, const std::string& family, const json::Value& ports) {
    auto metadata = json::Value::object({{"generateName", inputs.facts.name + "-"},
                                         {"namespace", inputs.facts.ns},
                                         {"labels", slice_labels(inputs)},
                                         {"ownerReferences", json::Value::array({inputs.owner_reference})}});
    if (!inputs.trigger_time.empty()) metadata.set("annotations", json::Value::object({{kTriggerTime, inputs.trigger_time}}));
    return json::Value::object({{"apiVersion", "discovery.k8s.io/v1"},
                                {"kind", "EndpointSlice"},
                                {"metadata", metadata},
                                {"addressType", family},
                                {"endpoints", json::Value::array()},
                                {"ports", ports}});
}

struct Group {
    json::Value ports;
    std::map<std::string, json::Value> wanted;      // pod uid -> endpoint
    std::vector<const json::Value*> slices;
};

std::string endpoint_id(const json::Value& endpoint) { return endpoint["targetRef"]["uid"].as_string(); }

// Keeps of a slice what is still wanted, in the wanted form, and takes that out of the group.
json::Value keep_wanted(const json::Value& slice, Group& group) {
    auto kept = json::Value::array();
    for (const auto& endpoint : slice["endpoints"].items()) {
        auto it = group.wanted.find(endpoint_id(endpoint));
        if (it == group.wanted.end() || kept.size() >= kEndpointsMax) continue;
        kept.push_back(std::move(it->second));
        group.wanted.erase(it);
    }
    return kept;
}

void pack(const SliceInputs& inputs, const std::string& family, Group& group, SlicePlan& plan) {
    std::vector<std::pair<const json::Value*, json::Value>> kept;
    for (const auto* slice : group.slices) kept.emplace_back(slice, keep_wanted(*slice, group));
    auto fill = [&](json::Value& endpoints) {
        while (!group.wanted.empty() && endpoints.size() < kEndpointsMax) {
            endpoints.push_back(std::move(group.wanted.begin()->second));
            group.wanted.erase(group.wanted.begin());
        }
    };
    json::Value labels = slice_labels(inputs);
    bool placeholder = true;       // one slice stays even when it is empty
    for (auto& [slice, endpoints] : kept) {
        if (!group.wanted.empty()) fill(endpoints);
        if (endpoints.size() == 0 && !(placeholder && &slice == &kept.back().first)) {
            plan.remove.push_back((*slice)["metadata"]["name"].as_string());
            continue;
        }
        placeholder = false;
        bool same = (*slice)["endpoints"].items() == endpoints.items() && (*slice)["metadata"]["labels"] == labels;
        if (same) continue;
        json::Value next = *slice;
        next.set("endpoints", std::move(endpoints));
        next.mut("metadata").set("labels", labels);
        TriggerTimes::annotate(next, inputs.trigger_time);
        plan.update.push_back(std::move(next));
    }
    while (!group.wanted.empty()) {
        auto made = new_slice(inputs, family, group.ports);
        fill(made.mut("endpoints"));
        plan.create.push_back(std::move(made));
    }
}

// Where each endpoint was hinted to until now.
std::map<std::string, std::string> hinted_zones(const SliceInputs& inputs, const std::string& family) {
    std::map<std::string, std::string> zones;
    for (const auto& slice : inputs.existing) {
        if (slice["addressType"].as_string() != family) continue;
        for (const auto& endpoint : slice["endpoints"].items())
            if (const auto& zone = endpoint["hints"]["forZones"][0]["name"].as_string(); !zone.empty()) zones[endpoint_id(endpoint)] = zone;
    }
    return zones;
}

void hint_endpoints(const SliceInputs& inputs, const std::string& family, std::map<std::string, Group>& groups, SlicePlan& plan) {
    const HintMode mode = hint_mode(inputs.service);
    if (mode == HintMode::None) return;
    std::map<std::string, json::Value*> endpoints;
    for (auto& [key, group] : groups)
        for (auto& [uid, endpoint] : group.wanted) endpoints[uid] = &endpoint;
    std::string why = add_hints(mode, endpoints, mode == HintMode::Auto ? hinted_zones(inputs, family) : std::map<std::string, std::string>(), inputs.shares);
    if (mode != HintMode::Auto) return;
    if (why.empty()) plan.hinted = true;
    else plan.no_hints = why + ", addressType: " + family;
}

void plan_family(const SliceInputs& inputs, const std::string& family, SlicePlan& plan) {
    std::map<std::string, Group> groups;
    for (const auto& endpoint : inputs.endpoints) {
        std::string address = endpoint.address(family);
        if (address.empty()) continue;
        auto& group = groups[ports_key(endpoint.ports)];
        group.ports = endpoint.ports;
        group.wanted[endpoint.pod.meta().uid] = endpoint_tree(endpoint, address, inputs);
    }
    hint_endpoints(inputs, family, groups, plan);
    // Without endpoints an empty slice tells that the Service is known.
    if (groups.empty()) {
        bool present = std::any_of(inputs.existing.begin(), inputs.existing.end(), [&](const json::Value& s) { return s["addressType"].as_string() == family; });
        if (!present) plan.create.push_back(new_slice(inputs, family, json::Value::array()));
    }
    bool kept_one = !groups.empty();
    for (const auto& slice : inputs.existing) {
        if (slice["addressType"].as_string() != family) continue;
        auto key = ports_key(slice["ports"]);
        if (auto it = groups.find(key); it != groups.end()) {
            it->second.slices.push_back(&slice);
        } else if (!kept_one) {
            groups[key].ports = slice["ports"];
            groups[key].slices.push_back(&slice);
            kept_one = true;
        } else {
            plan.remove.push_back(slice["metadata"]["name"].as_string());
        }
    }
    for (auto& [key, group] : groups) pack(inputs, family, group, plan);
}

}  // namespace

SlicePlan plan_slices(const SliceInputs& inputs) {
    SlicePlan plan;
    for (const auto& family : inputs.facts.families) plan_family(inputs, family, plan);
    for (const auto& slice : inputs.existing) {
        const auto& family = slice["addressType"].as_string();
        if (std::find(inputs.facts.families.begin(), inputs.facts.families.end(), family) == inputs.facts.families.end())
            plan.remove.push_back(slice["metadata"]["name"].as_string());
    }
    return plan;
}

}  // namespace skiff::controllers
