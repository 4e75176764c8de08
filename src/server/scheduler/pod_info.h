// PodInfo: what scheduling needs of a Pod, read from its tree once. Immutable, shared.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/object.h"
#include "api/selector.h"
#include "json/value.h"

namespace skiff::scheduler {

// Amounts by resource name. cpu in thousandths, memory and ephemeral-storage in bytes, the rest in whole units.
struct Amounts {
    int64_t milli_cpu = 0, memory = 0, ephemeral = 0;
    std::map<std::string, int64_t> extended;
    void add(const Amounts& other, int sign = 1);
    void raise(const Amounts& other);                 // the larger of each
};
Amounts amounts_from(const json::Value& resource_list);

struct HostPort {
    std::string ip, protocol;
    int64_t port = 0;
};

// One term of node affinity: all expressions and fields must hold.
struct NodeTerm {
    std::vector<api::LabelRequirement> labels;
    std::vector<api::LabelRequirement> fields;        // metadata.name only
    int64_t weight = 0;
};

struct Toleration {
    std::string key, op, value, effect;
    bool tolerates(const std::string& taint_key, const std::string& taint_value, const std::string& taint_effect) const;
};

struct PodTerm {                                       // of pod (anti-)affinity
    api::LabelSelector selector;
    std::vector<std::string> namespaces;              // resolved but for the selector
    std::optional<api::LabelSelector> namespace_selector;
    std::string topology_key;
    int64_t weight = 0;
};

struct SpreadConstraint {
    std::string topology_key;
    int64_t max_skew = 1, min_domains = 1;
    bool required = true;                             // DoNotSchedule
    bool honor_affinity = true, honor_taints = false;
    api::LabelSelector selector;
    std::string controller_uid;                       // of a default constraint: pods of this controller instead of the selector
    bool selects(const api::Labels& labels, const std::string& controller) const {
        return controller_uid.empty() ? selector.matches(labels) : controller == controller_uid;
    }
};

// An entry of spec.resourceClaims.
struct PodClaim {
    std::string claim;                                // the ResourceClaim; "" when none is needed
    bool generated = false;                           // from a template
    bool made = true;                                 // its name is known
};

struct PodInfo {
    api::ObjectPtr object;
    std::string key, ns, name, uid, node_name, scheduler_name, nominated_node, controller_uid;
    api::Labels labels;
    int64_t priority = 0;
    bool preempted = false;                           // DisruptionTarget by a scheduler: leaves for a pod of higher priority
    bool never_preempts = false, terminal = false, deleting = false, gated = false;
    Amounts request, nonzero_request;                 // the latter with defaults for scoring (100m, 200 MB)
    std::vector<HostPort> ports;
    std::vector<api::LabelRequirement> node_selector;
    bool has_required_affinity = false;
    std::vector<NodeTerm> required_nodes, preferred_nodes;
    std::vector<Toleration> tolerations;
    std::vector<PodTerm> affinity, anti_affinity, preferred_affinity, preferred_anti_affinity;
    std::vector<SpreadConstraint> spread;
    std::vector<std::string> claims, images;
    std::vector<PodClaim> resource_claims;
    std::set<std::string> ephemeral_claims;           // those of claims that the pod brings itself
    int64_t created_s = 0, started_s = 0;             // started: status.startTime, or created
    // Pods of one group look alike to every selector and bring the same terms: hash of namespace, labels, controller, deletion and affinity.
    uint64_t group = 0;
    // Other pods may let it in: one that arrives somewhere is news for it.
    bool looks_at_pods() const { return !affinity.empty() || !anti_affinity.empty() || !spread.empty(); }
};
using PodPtr = std::shared_ptr<const PodInfo>;

PodPtr pod_info(const api::ObjectPtr& object);
// A core/v1 NodeSelector: any of the terms must hold.
std::vector<NodeTerm> node_terms(const json::Value& node_selector);

}  // namespace skiff::scheduler
