#include "agent/pods/sync.h"

#include <algorithm>

#include "agent/pods/hooks.h"
#include "agent/pods/pod_status.h"
#include "agent/pods/status_writer.h"

namespace skiff::agent::pods {

void Sync::event(const ContainerRef* container, std::string_view type, std::string_view reason, std::string message) const {
    reconcile::ObjectReference about = reconcile::ObjectReference::to(*state.pod);
    if (container) about.field_path = field_path(*container);
    if (!state.mirror_uid.empty()) about.uid = state.mirror_uid;
    services.events.event(about, type, reason, std::move(message));
}

namespace {

bool deleting(const Sync& sync) { return sync.state.gone || !sync.pod["metadata"]["deletionTimestamp"].is_null(); }

void begin_termination(Sync& sync) {
    PodState& state = sync.state;
    if (!deleting(sync) && !terminal(sync.pod)) return;   // terminal: somebody else has declared it over
    const int64_t grace = grace_period_s(sync.pod);
    if (!state.termination) {
        state.termination = Termination{.grace_s = grace, .since = sync.now()};
    } else if (grace < state.termination->grace_s) {       // deleted again, with less grace
        state.termination->grace_s = grace;
        const Duration deadline = sync.now() + std::max<Duration>(std::chrono::seconds(2), std::chrono::seconds(grace));
        for (auto& [name, container] : state.containers)
            if (container.stopping) container.stopping->deadline = std::min(container.stopping->deadline, deadline);
    }
}

// A pod that was over when this agent first saw it: its object only waits for somebody to delete it.
void sync_finished(Sync& sync) {
    if (!deleting(sync) || sync.state.gone) return;
    sync.services.status_writer.submit({.uid = sync.state.uid, .pod = sync.state.pod, .remove = true});
}

// Probes begin when a container runs and its post-start hook is through; after a restart of the agent, at the first sync.
void begin_missing_probes(Sync& sync) {
    for (const auto& container : container_list(sync.pod)) {
        ContainerState& state = sync.state.container(container.name());
        if (!state.running() || state.probed_id == state.current()->status.id || state.post_start == PostStart::Running) continue;
        if (state.post_start == PostStart::Failed) {
            if (!state.hook_message.empty()) sync.event(&container, "Warning", "FailedPostStartHook", "PostStartHook failed");
            state.hook_message.clear();
            continue;
        }
        state.probed_id = state.current()->status.id;
        begin_probes(sync, container);
    }
}

void apply(Sync& sync, const Plan& plan) {
    for (const auto& [name, why] : plan.waiting) {
        ContainerState& container = sync.state.container(name);
        if (container.waiting && container.waiting->reason == why.reason && container.waiting->message == why.message) continue;
        container.waiting = why;
        const ContainerRef ref = find_container(sync.pod, name);
        sync.event(&ref, "Warning", "BackOff", "Back-off restarting failed container " + name + " in pod " + display_name(sync.pod));
    }
    for (const auto& order : plan.stop) stop_container(sync, order.container, order.message, order.grace_s >= 0 ? order.grace_s : grace_period_s(sync.pod));
    if (plan.wake_after) sync.wake_in(*plan.wake_after);
}

}  // namespace

void report_status(Sync& sync) {
    PodState& state = sync.state;
    json::Value status = pod_status(sync.pod, state, {sync.services.config.node_ips}, sync.services.clock.now());
    const bool last = (state.rejected || (state.termination && state.termination->resources_released)) && !state.final_status_written;
    state.last_status = status;
    if (state.gone && !state.from_manifest) {
        if (last) state.final_status_written = true;   // nobody is left to read it
        return;
    }
    std::function<void()> written;
    if (last) written = [post = sync.post] { post([](PodState& changed) { changed.final_status_written = true; }); };
    if (state.from_manifest) {
        if (state.mirror_uid.empty()) {
            if (last) state.final_status_written = true;
            return;
        }
        sync.services.status_writer.submit({.uid = state.mirror_uid, .pod = state.mirror, .status = std::move(status), .written = std::move(written)});
        return;
    }
    const bool remove = state.termination && state.termination->resources_released && deleting(sync);
    sync.services.status_writer.submit({.uid = state.uid, .pod = state.pod, .status = std::move(status), .written = std::move(written), .remove = remove});
}

void sync_pod(Sync& sync, const std::function<std::optional<Waiting>(const json::Value& pod)>& fits) {
    PodState& state = sync.state;
    if (state.terminal_at_adoption) return sync_finished(sync);
    if (!state.start_time) state.start_time = sync.services.clock.now();
    note_ends(sync);
    begin_missing_probes(sync);
    begin_termination(sync);
    if (!state.termination && !state.rejected) {
        if (!admit(sync, fits)) {
            report_status(sync);
            return;
        }
        Plan plan = decide(sync.pod, state, sync.now(), sync.services.clock.now());
        if (plan.terminate) {
            state.termination = plan.terminate;
            if (!plan.terminate->reason.empty()) sync.event(nullptr, "Normal", plan.terminate->reason, plan.terminate->message);
        } else {
            apply(sync, plan);
            apply_resize(sync);
            advance_stops(sync);
            if ((plan.create_sandbox || state.sandbox) && ensure_volumes(sync) && ensure_sandbox(sync)) start_containers(sync, plan.start);
            begin_missing_probes(sync);
        }
    }
    if (state.rejected && deleting(sync) && !state.termination) state.termination = Termination{.grace_s = 0, .since = sync.now()};
    if (state.termination) {
        if (terminate(sync) && state.final_status_written) {
            remove_dead(sync);
            if (state.gone) return;
            if (!deleting(sync)) return;
        }
    }
    report_status(sync);
}

}  // namespace skiff::agent::pods
