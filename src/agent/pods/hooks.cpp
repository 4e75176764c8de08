#include "agent/pods/hooks.h"

#include <fmt/core.h>

#include <algorithm>

namespace skiff::agent::pods {

namespace {

constexpr Duration kPostStartMax = std::chrono::hours(1);

std::string pod_ip(const PodState& state) { return state.ips.empty() ? std::string("127.0.0.1") : state.ips.front(); }

std::optional<probes::ProbeSpec> probe_of(Sync& sync, const ContainerRef& container, const char* field) {
    const json::Value& probe = (*container.spec)[field];
    if (!probe.is_object()) return std::nullopt;
    auto spec = probes::ProbeSpec::parse(probe, *container.spec, pod_ip(sync.state));
    if (!spec.ok()) {
        sync.event(&container, "Warning", "Unhealthy", spec.status().message());
        return std::nullopt;
    }
    return std::move(*spec);
}

// Started and no probe that would say otherwise.
void assume_ready(const json::Value& container, ContainerState& state) {
    if (!container["startupProbe"].is_object()) state.started = true;
    if (state.started && !container["readinessProbe"].is_object()) state.ready = true;
}

}  // namespace

void begin_probes(Sync& sync, const ContainerRef& container) {
    ContainerState& state = sync.state.container(container.name());
    if (container.kind == ContainerKind::Init || container.kind == ContainerKind::Ephemeral) {
        if (container.kind == ContainerKind::Ephemeral) state.started = false;
        return;
    }
    assume_ready(*container.spec, state);
    probes::Watched watched;
    watched.pod_uid = sync.state.uid;
    watched.container = container.name();
    watched.container_id = state.current()->status.id;
    watched.startup = probe_of(sync, container, "startupProbe");
    watched.liveness = probe_of(sync, container, "livenessProbe");
    watched.readiness = probe_of(sync, container, "readinessProbe");
    if (!watched.startup && !watched.liveness && !watched.readiness) return;
    watched.running_for = sync.services.clock.now().time_since_epoch() - std::chrono::nanoseconds(state.current()->status.started_ns);
    watched.running_for = std::max(Duration{0}, watched.running_for);
    watched.started = !watched.startup || state.started;
    watched.ready = state.ready;
    sync.services.prober.add(std::move(watched));
}

void after_start(Sync& sync, const ContainerRef& container) {
    ContainerState& state = sync.state.container(container.name());
    const json::Value& hook = (*container.spec)["lifecycle"]["postStart"];
    auto action = hook.is_object() ? probes::parse_action(hook, *container.spec, pod_ip(sync.state)) : Result<probes::Action>(probes::Action{});
    if (!action.ok()) {
        state.hook_message = action.status().message();
        state.post_start = PostStart::Failed;
        sync.wake_in(Duration{0});
        return;
    }
    if (action->type == probes::Action::Type::None || !sync.services.runner) return;
    state.post_start = PostStart::Running;
    const std::string id = state.current()->status.id, name = container.name();
    sync.services.runner->run(*action, id, kPostStartMax, [post = sync.post, id, name](probes::Verdict verdict) {
        post([id, name, ok = verdict.outcome == probes::Outcome::Success, message = verdict.message](PodState& changed) {
            ContainerState& hooked = changed.container(name);
            if (!hooked.running() || hooked.current()->status.id != id || hooked.post_start != PostStart::Running) return;
            hooked.post_start = ok ? PostStart::Done : PostStart::Failed;
            if (!ok) hooked.hook_message = message.empty() ? "failed" : message;
        });
    });
}

void take_probe_change(PodState& state, const probes::Change& change) {
    auto found = state.containers.find(change.container);
    if (found == state.containers.end()) return;
    ContainerState& container = found->second;
    if (!container.running() || container.current()->status.id != change.container_id) return;
    switch (change.kind) {
        case probes::Kind::Readiness: container.ready = change.ok; return;
        case probes::Kind::Startup:
            if (change.ok) {
                container.started = true;
                const api::TreePtr tree = state.pod->tree();
                const ContainerRef ref = find_container(*tree, change.container);
                if (ref.spec && !(*ref.spec)["readinessProbe"].is_object()) container.ready = true;
                return;
            }
            container.unhealthy = fmt::format("Container {} failed startup probe, will be restarted", change.container);
            break;
        case probes::Kind::Liveness:
            if (change.ok) return;
            container.unhealthy = fmt::format("Container {} failed liveness probe, will be restarted", change.container);
            break;
    }
    container.unhealthy_grace_s = change.grace_s;
}

}  // namespace skiff::agent::pods
