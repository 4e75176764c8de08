#include "api/kinds/pod_defaults.h"

#include <map>
#include <set>
#include <utility>

#include "api/kinds/set_default.h"
#include "api/quantity.h"
#include "json/member_index.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

// hostPort follows containerPort on the node's network.
void default_host_ports(Value& spec) {
    for (auto list : {"containers", "initContainers"})
        each_object(spec, list, [](Value& container) {
            each_object(container, "ports", [](Value& port) {
                if (port["containerPort"].as_int()) set_default_zero(port, "hostPort", port["containerPort"]);
            });
        });
}

void requests_from_limits(Value& resources) {
    const Value limits = resources["limits"];
    if (!limits.is_object()) return;
    Value& requests = resources.mut("requests");
    json::Object absent;
    json::MemberIndex present(requests);
    for (const json::Member& limit : limits.members())
        if (!present.has(limit.key)) absent.push_back(limit);
    for (json::Member& request : absent) requests.mut_members().push_back(std::move(request));
}

bool pod_level_resource(std::string_view name) { return name == "cpu" || name == "memory" || name.starts_with("hugepages-"); }

// What the containers ask for together: the running ones, or one init container beside the sidecars before it.
std::map<std::string_view, Quantity> containers_need(const Value& spec, const char* which) {
    std::map<std::string_view, Quantity> running, peak;
    for (const auto& container : spec["initContainers"].items())
        for (const auto& [name, quantity] : container["resources"][which].members()) {
            if (!pod_level_resource(name)) continue;
            const Quantity with = running[name] + Quantity::parse_or_zero(quantity.as_string());
            if (container["restartPolicy"].as_string() == "Always") running[name] = with;
            if (peak[name] < with) peak[name] = with;
        }
    for (const auto& container : spec["containers"].items())
        for (const auto& [name, quantity] : container["resources"][which].members())
            if (pod_level_resource(name)) running[name] += Quantity::parse_or_zero(quantity.as_string());
    for (const auto& [name, quantity] : peak)
        if (running[name] < quantity) running[name] = quantity;
    return running;
}

// Adds to requests or limits what is not there yet, at the end of its life.
class Additions {
public:
    Additions(Value& resources, const char* list) : resources_(resources), list_(list), present_(std::as_const(resources)[list]) {}
    ~Additions() {
        for (json::Member& member : added_) resources_.mut(list_).mut_members().push_back(std::move(member));
    }
    void add(std::string_view name, const Value& quantity) {
        if (!present_.has(name) && seen_.insert(name).second) added_.push_back({std::string(name), quantity});
    }

private:
    Value& resources_;
    const char* list_;
    json::MemberIndex present_;
    std::set<std::string_view> seen_;
    json::Object added_;
};

// KEP 2837: huge pages' limits of the pod are those of its containers; its requests theirs too where they may be overcommitted, else its limits.
void default_pod_resources(Value& spec) {
    Value* resources = spec.find("resources");
    if (!resources || !resources->is_object()) return;
    if ((*resources)["limits"].size() == 0 && (*resources)["requests"].size() == 0) return;
    const auto all_limits = containers_need(spec, "limits"), all_requests = containers_need(spec, "requests");
    auto is_huge = [](const auto& need) { return need.first.starts_with("hugepages-"); };
    {
        Additions limits(*resources, "limits");
        for (const auto& need : all_limits)
            if (is_huge(need)) limits.add(need.first, need.second.text());
    }
    const Value limits = (*resources)["limits"];
    if (limits.size() == 0) return;
    Additions requests(*resources, "requests");
    for (const auto& need : all_requests)
        if (!is_huge(need)) requests.add(need.first, need.second.text());
    for (const auto& [name, quantity] : limits.members())
        if (pod_level_resource(name)) requests.add(name, quantity);
}

}  // namespace

void default_pod_spec(Value& spec) {
    set_default_zero(spec, "dnsPolicy", "ClusterFirst");
    set_default_zero(spec, "restartPolicy", "Always");
    set_default(spec, "securityContext", Value::object());
    set_default(spec, "terminationGracePeriodSeconds", 30);
    set_default_zero(spec, "schedulerName", "default-scheduler");
    // serviceAccount is the old name of serviceAccountName and always says the same.
    std::string account = spec["serviceAccountName"].as_string();
    if (account.empty()) account = spec["serviceAccount"].as_string();
    if (account.empty()) {
        spec.erase("serviceAccountName");
        spec.erase("serviceAccount");
    } else {
        spec.set("serviceAccountName", account);
        spec.set("serviceAccount", account);
    }
    each_object(spec, "volumes", default_volume);
    for (auto list : {"initContainers", "containers", "ephemeralContainers"}) each_object(spec, list, default_container);
}

void default_pod_template(Value& pod_template) { default_pod_spec(pod_template.mut("spec")); }

void default_pod_only(Value& spec) {
    for (auto list : {"containers", "initContainers"})
        each_object(spec, list, [](Value& container) { if_object(container, "resources", requests_from_limits); });
    default_pod_resources(spec);
    set_default(spec, "enableServiceLinks", true);
    if (spec["hostNetwork"].as_bool()) default_host_ports(spec);
}

}  // namespace skiff::api::kinds
