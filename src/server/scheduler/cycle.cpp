#include "server/scheduler/cycle.h"

#include <algorithm>

#include "base/strings.h"
#include "server/scheduler/score.h"

namespace skiff::scheduler {

namespace {

struct Prepared {
    std::vector<std::unique_ptr<PreparedFilter>> filters;
    std::optional<Refusal> whole;
    std::string_view refused_by;
};

Prepared prepare(const PodInfo& pod, const Snapshot& snapshot, const Profile& profile) {
    Prepared prepared;
    for (const auto* filter : profile.filters) {
        auto made = filter->prepare(pod, snapshot, profile, prepared.whole);
        if (prepared.whole) {
            prepared.refused_by = filter->name;
            return prepared;
        }
        if (made) prepared.filters.push_back(std::move(made));
    }
    return prepared;
}

std::optional<Refusal> check_filters(const Prepared& prepared, const NodeInfo& node) {
    for (const auto& filter : prepared.filters)
        if (auto refusal = filter->check(node)) return refusal;
    return std::nullopt;
}

// Pods of the same or higher priority for which room was made on the node count as if they ran there. The pod must fit beside them, and
// without them too: they may go elsewhere in the end.
std::optional<Refusal> check(const PodInfo& pod, const Snapshot& snapshot, const Prepared& prepared, const NodeInfo& node) {
    auto nominated = snapshot.nominated.empty() ? snapshot.nominated.end() : snapshot.nominated.find(node.name);
    if (nominated != snapshot.nominated.end()) {
        NodeInfo crowded = node;
        bool any = false;
        for (const auto& other : nominated->second) {
            if (other->priority < pod.priority || other->uid == pod.uid || node.pods.count(other->uid)) continue;
            crowded.add_pod(other);
            any = true;
        }
        if (any)
            if (auto refusal = check_filters(prepared, crowded)) return refusal;
    }
    return check_filters(prepared, node);
}

// Names of the only nodes that the pod's required affinity allows, where every term tells names: nothing else need be looked at.
std::optional<std::set<std::string>> named_nodes(const PodInfo& pod) {
    if (!pod.has_required_affinity || pod.required_nodes.empty()) return std::nullopt;
    std::set<std::string> names;
    for (const auto& term : pod.required_nodes) {
        auto field = std::find_if(term.fields.begin(), term.fields.end(), [](const auto& f) { return f.key == "metadata.name" && f.op == api::LabelRequirement::Operator::In; });
        if (field == term.fields.end()) return std::nullopt;
        names.insert(field->values.begin(), field->values.end());
    }
    return names;
}

std::string choose(const PodInfo& pod, const Snapshot& snapshot, const NodeList& nodes, uint64_t seed, const Profile& profile, const Advisor* advisor) {
    if (nodes.size() == 1) return nodes[0]->name;
    std::vector<int64_t> totals(nodes.size(), 0);
    for (const auto& [score, weight] : profile.scores) {
        auto values = score->run(pod, snapshot, nodes, profile);
        for (size_t i = 0; i < values.size(); ++i) totals[i] += weight * values[i];
    }
    if (advisor) advisor->score(pod, nodes, totals);
    const auto best = *std::max_element(totals.begin(), totals.end());
    std::vector<size_t> equal;
    for (size_t i = 0; i < totals.size(); ++i)
        if (totals[i] == best) equal.push_back(i);
    return nodes[equal[seed % equal.size()]]->name;
}

}  // namespace

std::string Decision::message() const {
    std::string text = fmt::format("0/{} nodes are available: ", nodes_total);
    if (nodes_total == 0) return "no nodes available to schedule pods";
    if (!whole_reason.empty()) return text + whole_reason + ".";
    std::vector<std::string> parts;
    for (const auto& [reason, count] : reasons) parts.push_back(fmt::format("{} {}", count, reason));
    std::sort(parts.begin(), parts.end());
    return text + join(parts, ", ") + ".";
}

size_t enough_nodes(size_t nodes, int64_t percentage) {
    constexpr size_t kLeast = 100;
    constexpr int64_t kLeastPercentage = 5;
    if (nodes < kLeast || percentage >= 100) return nodes;
    if (percentage <= 0) percentage = std::max(kLeastPercentage, 50 - static_cast<int64_t>(nodes) / 125);
    return std::max(kLeast, nodes * static_cast<size_t>(percentage) / 100);
}

namespace {

// Asks the nodes, from one on and around, until enough fit.
NodeList find_fitting(const PodInfo& pod, const Snapshot& snapshot, const Profile& profile, const Prepared& prepared, const std::string& start, Decision& decision) {
    NodeList passed;
    const auto named = named_nodes(pod);
    const size_t enough = enough_nodes(snapshot.nodes.size(), profile.percentage_of_nodes);
    auto it = start.empty() ? snapshot.nodes.begin() : snapshot.nodes.lower_bound(start);
    for (size_t asked = 0; asked < snapshot.nodes.size() && passed.size() < enough; ++asked, ++it) {
        if (it == snapshot.nodes.end()) it = snapshot.nodes.begin();
        const auto& [name, node] = *it;
        if (named && !named->count(name)) {
            ++decision.reasons["node(s) didn't satisfy plugin(s) [NodeAffinity]"];
            decision.unresolvable.insert(name);
            continue;
        }
        auto refusal = check(pod, snapshot, prepared, node);
        if (!refusal) {
            passed.push_back(&node);
            continue;
        }
        if (decision.error.empty()) decision.error = refusal->error;
        for (const auto& reason : refusal->reasons) ++decision.reasons[reason];
        if (refusal->unresolvable) decision.unresolvable.insert(name);
        else decision.preemptable.push_back(name);
    }
    decision.next = it == snapshot.nodes.end() ? std::string() : it->first;
    return passed;
}

}  // namespace

Decision decide(const PodInfo& pod, const Snapshot& snapshot, uint64_t seed, const Profile& profile, const std::string& start, const Advisor* advisor) {
    Decision decision;
    decision.nodes_total = snapshot.nodes.size();
    auto prepared = prepare(pod, snapshot, profile);
    if (prepared.whole) {
        decision.whole_reason = join(prepared.whole->reasons, ", ");
        decision.refused_by = prepared.refused_by;
        return decision;
    }
    // The node that an earlier preemption made room on comes first.
    if (auto nominated = pod.nominated_node.empty() ? snapshot.nodes.end() : snapshot.nodes.find(pod.nominated_node);
        !advisor && nominated != snapshot.nodes.end() && !check(pod, snapshot, prepared, nominated->second)) {
        decision.node = nominated->first;
        return decision;
    }
    auto passed = find_fitting(pod, snapshot, profile, prepared, start, decision);
    if (!decision.error.empty()) return decision;
    if (advisor && !passed.empty()) {
        if (auto filtered = advisor->filter(pod, passed, decision); !filtered.ok()) {
            decision.error = filtered.message();
            return decision;
        }
    }
    if (!passed.empty()) decision.node = choose(pod, snapshot, passed, seed, profile, advisor);
    return decision;
}

std::optional<Refusal> refusal_on(const PodInfo& pod, const Snapshot& snapshot, const std::string& node, const Profile& profile) {
    auto it = snapshot.nodes.find(node);
    if (it == snapshot.nodes.end()) return Refusal{{"node not found"}, true};
    auto prepared = prepare(pod, snapshot, profile);
    if (prepared.whole) return prepared.whole;
    return check(pod, snapshot, prepared, it->second);
}

}  // namespace skiff::scheduler
