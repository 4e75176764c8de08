#include "agent/pods/decide.h"

#include <fmt/core.h>

#include <algorithm>

#include "agent/sys/units.h"

namespace skiff::agent::pods {

namespace {

using std::chrono::seconds;

class Decider {
public:
    Decider(const json::Value& pod, const PodState& state, Duration now) : pod_(pod), state_(state), now_(now), list_(container_list(pod)) {}

    Plan run() {
        if (!state_.sandbox || !state_.sandbox->ready) plan_.create_sandbox = needs_sandbox();
        // Without a sandbox, and with no need of one, there is nothing to initialize.
        const bool initialized = (!state_.sandbox && !plan_.create_sandbox) || walk_init_containers();
        if (!plan_.terminate && initialized) walk_main_containers();
        if (!plan_.terminate) walk_ephemeral_containers();
        if (plan_.terminate) plan_.create_sandbox = false, plan_.start.clear(), plan_.stop.clear();
        return std::move(plan_);
    }

private:
    const ContainerState& known(const ContainerRef& container) const {
        static const ContainerState kNone;
        const ContainerState* found = state_.find(container.name());
        return found ? *found : kNone;
    }

    bool needs_sandbox() const {
        for (const auto& container : list_) {
            if (container.kind == ContainerKind::Ephemeral) continue;
            const ContainerState& has = known(container);
            if (!has.current() || has.running() || restarts(pod_, container, *has.current())) return true;
        }
        return false;
    }

    void wake_in(Duration delay) {
        if (!plan_.wake_after || delay < *plan_.wake_after) plan_.wake_after = delay;
    }

    // The container is to run: now, or when its back-off has passed.
    void start(const ContainerRef& container) {
        const ContainerState& has = known(container);
        if (has.retry_at > now_) return wake_in(has.retry_at - now_);
        if (const Run* last = has.current(); last && !has.resized) {
            if (const Duration wait = has.backoff.remaining(last->ended, now_); wait > Duration{0}) {
                plan_.waiting[container.name()] = {"CrashLoopBackOff", fmt::format("back-off {} restarting failed container={} pod={}", go_duration(has.backoff.delay()),
                                                                                   container.name(), display_name(pod_))};
                return wake_in(wait);
            }
        }
        plan_.start.push_back(container.name());
    }

    // A running container that has to go: unhealthy, or of another image than wanted. True when it is (being) stopped.
    bool stop_if_needed(const ContainerRef& container) {
        const ContainerState& has = known(container);
        if (has.stopping) return true;
        if (!has.unhealthy.empty()) {
            plan_.stop.push_back({container.name(), has.unhealthy, has.unhealthy_grace_s});
            return true;
        }
        if (has.post_start == PostStart::Failed) {
            plan_.stop.push_back({container.name(), "FailedPostStartHook", -1});
            return true;
        }
        if (has.current()->status.image != (*container.spec)["image"].as_string()) {
            plan_.stop.push_back({container.name(), fmt::format("Container {} definition changed, will be restarted", container.name()), -1});
            return true;
        }
        return false;
    }

    // Starts the next init container or sidecar; true when main containers may run.
    bool walk_init_containers() {
        const bool initialized = initialized_in_sandbox(pod_, state_);
        for (const auto& container : list_) {
            const ContainerState& has = known(container);
            const Run* run = has.current();
            if (container.kind == ContainerKind::Sidecar) {
                if (run && run->running()) {
                    const bool leaving = stop_if_needed(container);
                    if (!initialized && (leaving || !has.started)) return false;
                } else {
                    start(container);
                    if (!initialized) return false;
                }
            } else if (container.kind == ContainerKind::Init && !initialized) {
                if (run && run->running()) return false;
                if (!run || !in_present_sandbox(state_, *run)) {
                    start(container);
                    return false;
                }
                if (run->exited() && run->status.exit_code == 0) continue;
                if (!restarts(pod_, container, *run)) {
                    plan_.terminate = Termination{.grace_s = grace_period_s(pod_), .since = now_};
                    return false;
                }
                start(container);
                return false;
            }
        }
        return true;
    }

    void walk_main_containers() {
        size_t kept = 0;
        for (const auto& container : list_) {
            if (container.kind != ContainerKind::Main) continue;
            const ContainerState& has = known(container);
            const Run* run = has.current();
            if (run && run->running()) {
                ++kept;
                stop_if_needed(container);
            } else if (!run || restarts(pod_, container, *run)) {
                ++kept;
                start(container);
            }
        }
        if (kept == 0) plan_.terminate = Termination{.grace_s = grace_period_s(pod_), .since = now_};
    }

    void walk_ephemeral_containers() {
        for (const auto& container : list_)
            if (container.kind == ContainerKind::Ephemeral && !known(container).current()) start(container);
    }

    const json::Value& pod_;
    const PodState& state_;
    const Duration now_;
    const std::vector<ContainerRef> list_;
    Plan plan_;
};

}  // namespace

bool restarts(const json::Value& pod, const ContainerRef& container, const Run& ended) {
    switch (restart_policy_of(pod, container)) {
        case RestartPolicy::Always: return true;
        case RestartPolicy::OnFailure: return ended.status.exit_code != 0;
        case RestartPolicy::Never: return false;
    }
    return false;
}

Plan decide(const json::Value& pod, const PodState& state, Duration now, WallTime wall) {
    const json::Value& deadline = pod["spec"]["activeDeadlineSeconds"];
    std::optional<Duration> time_left;
    if (deadline.is_int() && state.start_time) {
        time_left = *state.start_time + seconds(deadline.as_int()) - wall;
        if (*time_left <= Duration{0}) {
            Plan plan;
            plan.terminate = Termination{.grace_s = grace_period_s(pod), .since = now, .reason = "DeadlineExceeded",
                                         .message = "Pod was active on the node longer than the specified deadline", .failed = true};
            return plan;
        }
    }
    Plan plan = Decider(pod, state, now).run();
    if (time_left && (!plan.wake_after || *time_left < *plan.wake_after)) plan.wake_after = time_left;
    return plan;
}

std::vector<std::string> stop_next(const json::Value& pod, const PodState& state) {
    std::vector<std::string> result;
    bool others_run = false;
    std::vector<const ContainerState*> sidecars;
    std::vector<std::string> names;
    for (const auto& container : container_list(pod)) {
        const ContainerState* has = state.find(container.name());
        if (!has || !has->running()) continue;
        if (container.kind == ContainerKind::Sidecar) {
            sidecars.push_back(has);
            names.push_back(container.name());
            continue;
        }
        others_run = true;
        if (!has->stopping) result.push_back(container.name());
    }
    if (others_run || sidecars.empty()) return result;
    if (!sidecars.back()->stopping) result.push_back(names.back());
    return result;
}

}  // namespace skiff::agent::pods
