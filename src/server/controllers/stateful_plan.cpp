#include "server/controllers/stateful_plan.h"

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "server/controllers/deployment_rollout.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

namespace {

class Planner {
public:
    Planner(const StatefulSpec& spec, const std::vector<StatefulPod>& pods, WallTime now) : spec_(spec), now_(now) {
        for (const auto& pod : pods) {
            if (pod.ordinal >= spec.start && pod.ordinal < spec.start + spec.replicas) replicas_[pod.ordinal] = &pod;
            else condemned_.push_back(&pod);
        }
        std::sort(condemned_.begin(), condemned_.end(), [](const StatefulPod* a, const StatefulPod* b) { return a->ordinal > b->ordinal; });
        find_first_unhealthy();
    }

    std::vector<StatefulStep> run() {
        if (spec_.deleting) return {};
        if (fill() || shrink()) return std::move(steps_);
        if (spec_.rolling) update();
        return std::move(steps_);
    }

private:
    using Kind = StatefulStep::Kind;

    static bool running_ready(const StatefulPod& pod) { return pod.pod.facts->phase == PodPhase::Running && pod.pod.facts->ready; }
    bool available(const StatefulPod& pod) const { return running_ready(pod) && pod.pod.facts->available(spec_.min_ready_s, now_); }
    bool healthy(const StatefulPod& pod) const { return available(pod) && !pod.pod.facts->deleting; }
    bool ordered() const { return !spec_.parallel; }

    void find_first_unhealthy() {
        for (const auto& [ordinal, pod] : replicas_)
            if (!healthy(*pod) && !first_unhealthy_) first_unhealthy_ = pod;
        for (auto it = condemned_.rbegin(); it != condemned_.rend() && !first_unhealthy_; ++it)
            if (!healthy(**it)) first_unhealthy_ = *it;
    }

    // Makes what is missing. True: nothing else may happen now.
    bool fill() {
        for (int64_t ordinal = spec_.start; ordinal < spec_.start + spec_.replicas; ++ordinal) {
            auto it = replicas_.find(ordinal);
            if (it == replicas_.end()) {
                bool old_one = spec_.rolling && ordinal < spec_.start + spec_.partition;
                steps_.push_back({Kind::Create, ordinal, old_one ? spec_.current_revision : spec_.update_revision, nullptr});
                if (ordered()) return true;
                continue;
            }
            const auto& pod = *it->second;
            if (pod.pod.facts->finished()) {
                if (!pod.pod.facts->deleting) steps_.push_back({Kind::Recreate, ordinal, {}, pod.pod.object});
                if (ordered()) return true;
                continue;
            }
            if (pod.pod.facts->phase == PodPhase::Pending && !pod.pod.facts->deleting) steps_.push_back({Kind::CheckClaims, ordinal, {}, pod.pod.object});
            if (ordered() && !healthy(pod)) return true;
        }
        return false;
    }

    bool shrink() {
        for (const auto* pod : condemned_) {
            if (pod->pod.facts->deleting) {
                if (ordered()) return true;
                continue;
            }
            if (ordered() && !healthy(*pod) && pod != first_unhealthy_) return true;
            steps_.push_back({Kind::Remove, pod->ordinal, {}, pod->pod.object, true});
            if (ordered()) return true;
        }
        return false;
    }

    // From the highest ordinal down to the partition, at most max_unavailable at a time.
    void update() {
        int64_t unavailable = 0;
        for (const auto& [ordinal, pod] : replicas_)
            if (!healthy(*pod)) ++unavailable;
        unavailable += spec_.replicas - static_cast<int64_t>(replicas_.size());
        for (auto it = replicas_.rbegin(); it != replicas_.rend(); ++it) {
            const auto& pod = *it->second;
            if (pod.ordinal < spec_.start + spec_.partition) return;
            bool old_one = pod.revision != spec_.update_revision;
            if (old_one && !pod.pod.facts->deleting) {
                bool costs = healthy(pod);      // one that is down already costs nothing
                if (costs && unavailable >= spec_.max_unavailable) return;
                steps_.push_back({Kind::Remove, pod.ordinal, {}, pod.pod.object});
                if (costs) ++unavailable;
                if (spec_.max_unavailable <= 1) return;
            } else if (!healthy(pod) && spec_.max_unavailable <= 1) {
                return;
            }
        }
    }

    const StatefulSpec& spec_;
    const WallTime now_;
    std::map<int64_t, const StatefulPod*> replicas_;
    std::vector<const StatefulPod*> condemned_;
    const StatefulPod* first_unhealthy_ = nullptr;
    std::vector<StatefulStep> steps_;
};

}  // namespace

StatefulSpec read_stateful_spec(const json::Value& set) {
    const auto& from = set["spec"];
    StatefulSpec spec;
    spec.name = set["metadata"]["name"].as_string();
    spec.replicas = from["replicas"].as_int(1);
    spec.start = from["ordinals"]["start"].as_int();
    spec.parallel = from["podManagementPolicy"].as_string() == "Parallel";
    spec.rolling = from["updateStrategy"]["type"].as_string() != "OnDelete";
    spec.partition = from["updateStrategy"]["rollingUpdate"]["partition"].as_int();
    spec.max_unavailable = std::max<int64_t>(1, resolve_share(from["updateStrategy"]["rollingUpdate"]["maxUnavailable"], spec.replicas, false, 1));
    spec.min_ready_s = from["minReadySeconds"].as_int();
    spec.deleting = !set["metadata"]["deletionTimestamp"].as_string().empty();
    return spec;
}

int64_t stateful_ordinal(const std::string& set, const std::string& pod) {
    if (pod.size() <= set.size() + 1 || pod.compare(0, set.size(), set) != 0 || pod[set.size()] != '-') return -1;
    auto text = std::string_view(pod).substr(set.size() + 1);
    if (text.find_first_not_of("0123456789") != std::string_view::npos) return -1;
    return parse_int(text).value_or(-1);
}

StatefulPlan plan_stateful_set(const StatefulSpec& spec, std::vector<StatefulPod> pods, const json::Value& before, int64_t generation, WallTime now) {
    StatefulPlan plan;
    plan.steps = Planner(spec, pods, now).run();

    int64_t ready = 0, available = 0, current = 0, updated = 0;
    for (const auto& pod : pods) {
        bool running = pod.pod.facts->phase == PodPhase::Running && pod.pod.facts->ready;
        if (running) ++ready;
        if (running && pod.pod.facts->available(spec.min_ready_s, now)) ++available;
        if (pod.pod.facts->deleting) continue;
        if (pod.revision == spec.current_revision) ++current;
        if (pod.revision == spec.update_revision) ++updated;
    }
    auto replicas = static_cast<int64_t>(pods.size());
    std::string current_revision = spec.current_revision;
    if (spec.rolling && updated == spec.replicas && ready == spec.replicas && replicas == spec.replicas) {
        current_revision = spec.update_revision;
        current = updated;
    }
    plan.status = before.is_object() ? before : json::Value::object();
    set_or_omit(plan.status, "observedGeneration", generation);
    plan.status.set("replicas", replicas);
    set_or_omit(plan.status, "readyReplicas", ready);
    set_or_omit(plan.status, "currentReplicas", current);
    set_or_omit(plan.status, "updatedReplicas", updated);
    plan.status.set("availableReplicas", available);
    plan.status.set("currentRevision", current_revision);
    plan.status.set("updateRevision", spec.update_revision);
    if (!plan.status.has("collisionCount")) plan.status.set("collisionCount", 0);
    return plan;
}

}  // namespace skiff::controllers
