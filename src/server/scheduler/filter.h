// Filter: may this pod go to that node? prepare() looks at the whole snapshot once a cycle, check() at one node. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/scheduler/profile.h"
#include "server/scheduler/snapshot.h"

namespace skiff::scheduler {

// Why a node is refused, in Kubernetes' words. unresolvable: preempting pods cannot help.
struct Refusal {
    std::vector<std::string> reasons;
    bool unresolvable = false;
    std::string error = {};                          // nothing can be decided: what went wrong
};

// What the filter says where claims with devices are allocated for other nodes.
inline constexpr const char* kClaimElsewhere = "resourceclaim not available on the node";

// What one filter knows for one pod and snapshot.
class PreparedFilter {
public:
    virtual ~PreparedFilter() = default;
    virtual std::optional<Refusal> check(const NodeInfo& node) const = 0;
};

struct Filter {
    std::string_view name;                           // as Kubernetes' plugin is called
    // Null when the filter has nothing to say about this pod. whole: refuses the pod on every node at once (then null is returned).
    std::unique_ptr<PreparedFilter> (*prepare)(const PodInfo& pod, const Snapshot& snapshot, const Profile& profile, std::optional<Refusal>& whole);
};

const std::vector<Filter>& filters();                // filters.cpp

// For the files in filters/: a PreparedFilter out of a function.
template <typename F>
std::unique_ptr<PreparedFilter> make_filter(F check) {
    struct Made : PreparedFilter {
        explicit Made(F f) : check_(std::move(f)) {}
        std::optional<Refusal> check(const NodeInfo& node) const override { return check_(node); }
        F check_;
    };
    return std::make_unique<Made>(std::move(check));
}

std::unique_ptr<PreparedFilter> filter_node_unschedulable(const PodInfo&, const Snapshot&, const Profile&, std::optional<Refusal>&);
std::unique_ptr<PreparedFilter> filter_node_name(const PodInfo&, const Snapshot&, const Profile&, std::optional<Refusal>&);
std::unique_ptr<PreparedFilter> filter_taint_toleration(const PodInfo&, const Snapshot&, const Profile&, std::optional<Refusal>&);
std::unique_ptr<PreparedFilter> filter_node_affinity(const PodInfo&, const Snapshot&, const Profile&, std::optional<Refusal>&);
std::unique_ptr<PreparedFilter> filter_node_ports(const PodInfo&, const Snapshot&, const Profile&, std::optional<Refusal>&);
std::unique_ptr<PreparedFilter> filter_resources_fit(const PodInfo&, const Snapshot&, const Profile&, std::optional<Refusal>&);
std::unique_ptr<PreparedFilter> filter_volume_restrictions(const PodInfo&, const Snapshot&, const Profile&, std::optional<Refusal>&);
std::unique_ptr<PreparedFilter> filter_volume_binding(const PodInfo&, const Snapshot&, const Profile&, std::optional<Refusal>&);
std::unique_ptr<PreparedFilter> filter_volume_limits(const PodInfo&, const Snapshot&, const Profile&, std::optional<Refusal>&);
std::unique_ptr<PreparedFilter> filter_volume_zone(const PodInfo&, const Snapshot&, const Profile&, std::optional<Refusal>&);
std::unique_ptr<PreparedFilter> filter_topology_spread(const PodInfo&, const Snapshot&, const Profile&, std::optional<Refusal>&);
std::unique_ptr<PreparedFilter> filter_dynamic_resources(const PodInfo&, const Snapshot&, const Profile&, std::optional<Refusal>&);
std::unique_ptr<PreparedFilter> filter_inter_pod_affinity(const PodInfo&, const Snapshot&, const Profile&, std::optional<Refusal>&);

// Shared by filters and scores.
bool term_matches(const NodeTerm& term, const NodeInfo& node);
// A node counts for a spread constraint as its policies say.
// The pod's own constraints, or those that the profile gives to pods of a controller.
std::shared_ptr<const std::vector<SpreadConstraint>> spread_of(const PodInfo& pod, const Profile& profile);
bool counts_for_spread(const PodInfo& pod, const SpreadConstraint& constraint, const NodeInfo& node);
bool matches_node_affinity(const PodInfo& pod, const NodeInfo& node);
bool tolerates_all(const PodInfo& pod, const NodeInfo& node);
bool term_selects(const PodTerm& term, const PodInfo& pod, const Snapshot& snapshot);

}  // namespace skiff::scheduler
