// Steps that stop containers and end a pod.
#include <fmt/core.h>
#include <signal.h>

#include <algorithm>
#include <map>

#include "agent/pods/container_status.h"
#include "agent/pods/step_image.h"
#include "agent/pods/sync.h"
#include "base/log.h"
#include "base/strings.h"

namespace skiff::agent::pods {

namespace {

using std::chrono::seconds;
constexpr Duration kGraceMin = seconds(2);   // the kubelet's least time between signal and kill

// SIGTERM, TERM, 15, SIGRTMIN+3: as images and lifecycle.stopSignal name it.
int signal_number(std::string text) {
    if (text.empty()) return SIGTERM;
    if (auto number = parse_int(text); number && *number > 0 && *number < 65) return static_cast<int>(*number);
    if (text.rfind("SIG", 0) == 0) text.erase(0, 3);
    static const std::map<std::string, int> kNames = {
        {"ABRT", SIGABRT}, {"ALRM", SIGALRM}, {"BUS", SIGBUS},   {"CHLD", SIGCHLD}, {"CONT", SIGCONT}, {"FPE", SIGFPE},   {"HUP", SIGHUP},  {"ILL", SIGILL},
        {"INT", SIGINT},   {"IO", SIGIO},     {"KILL", SIGKILL}, {"PIPE", SIGPIPE}, {"PROF", SIGPROF}, {"PWR", SIGPWR},   {"QUIT", SIGQUIT}, {"SEGV", SIGSEGV},
        {"STOP", SIGSTOP}, {"SYS", SIGSYS},   {"TERM", SIGTERM}, {"TRAP", SIGTRAP}, {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU}, {"URG", SIGURG},
        {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"VTALRM", SIGVTALRM}, {"WINCH", SIGWINCH}, {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ}};
    if (auto found = kNames.find(text); found != kNames.end()) return found->second;
    if (text.rfind("RTMIN", 0) == 0) return 34 + static_cast<int>(parse_int(text.size() > 6 ? text.substr(6) : "0").value_or(0));
    if (text.rfind("RTMAX", 0) == 0) return 64 - static_cast<int>(parse_int(text.size() > 6 ? text.substr(6) : "0").value_or(0));
    return SIGTERM;
}

void send(Sync& sync, const std::string& id, int signal) {
    if (const Status sent = sync.services.runtime.kill(id, signal); !sent.ok()) log::warn("pods", "signal failed", {{"id", id}, {"error", sent.message()}});
}

void send_stop_signal(Sync& sync, ContainerState& state) {
    const runtime::ContainerStatus& status = state.current()->status;
    auto named = status.labels.find(label::kStopSignal);
    state.stopping->step = Stopping::Step::Signalled;
    state.stopping->deadline = std::max(state.stopping->deadline, sync.now() + kGraceMin);
    send(sync, status.id, signal_number(named == status.labels.end() ? "" : named->second));
    sync.wake_in(state.stopping->deadline - sync.now());
}

bool begin_pre_stop(Sync& sync, const ContainerRef& container, ContainerState& state, Duration grace) {
    if (!container.spec) return false;
    const json::Value& hook = (*container.spec)["lifecycle"]["preStop"];
    if (!hook.is_object() || !sync.services.runner || grace <= Duration{0}) return false;
    auto action = probes::parse_action(hook, *container.spec, sync.state.ips.empty() ? "127.0.0.1" : sync.state.ips.front());
    if (!action.ok() || action->type == probes::Action::Type::None) return false;
    const std::string id = state.current()->status.id, name = container.name();
    sync.services.runner->run(*action, id, grace, [post = sync.post, id, name](probes::Verdict verdict) {
        post([id, name, verdict](PodState& changed) {
            ContainerState& stopping = changed.container(name);
            if (!stopping.current() || stopping.current()->status.id != id || !stopping.stopping) return;
            stopping.stopping->hook_done = true;
            if (verdict.outcome != probes::Outcome::Success) stopping.hook_message = verdict.message.empty() ? "failed" : verdict.message;
        });
    });
    return true;
}

// Sandbox, network, volumes: what outlives containers but not the pod.
bool release_resources(Sync& sync) {
    PodState& state = sync.state;
    Status status;
    if (network::PodNetwork* network = sync.services.network.load(); network && !host_network(sync.pod)) status = network->detach(state.uid);
    if (status.ok() && state.sandbox) status = sync.services.runtime.remove_sandbox(state.sandbox->spec.id);
    if (status.ok()) release_image_volumes(sync);
    if (status.ok()) status = sync.services.volumes.teardown(state.uid);
    if (!status.ok()) {
        log::warn("pods", "cleaning up failed, trying again", {{"pod", state.key}, {"error", status.message()}});
        sync.wake_in(seconds(2));
        return false;
    }
    state.sandbox.reset();
    state.volumes.reset();
    return true;
}

}  // namespace

void stop_container(Sync& sync, const std::string& name, const std::string& message, int64_t grace_s) {
    ContainerState& state = sync.state.container(name);
    if (!state.running() || state.stopping) return;
    const ContainerRef container = find_container(sync.pod, name);
    if (container.spec) sync.event(&container, "Normal", "Killing", message.empty() ? "Stopping container " + name : message);
    state.stopping = Stopping{.step = Stopping::Step::PreStop, .deadline = sync.now() + seconds(grace_s)};
    if (!begin_pre_stop(sync, container, state, seconds(grace_s))) return send_stop_signal(sync, state);
    sync.wake_in(seconds(grace_s));
}

void advance_stops(Sync& sync) {
    for (auto& [name, state] : sync.state.containers) {
        if (!state.stopping || !state.running()) continue;
        Stopping& stopping = *state.stopping;
        const Duration left = stopping.deadline - sync.now();
        if (stopping.step == Stopping::Step::PreStop) {
            if (stopping.hook_done && !state.hook_message.empty()) {
                const ContainerRef container = find_container(sync.pod, name);
                if (container.spec) sync.event(&container, "Warning", "FailedPreStopHook", "PreStopHook failed");
                state.hook_message.clear();
            }
            if (stopping.hook_done || left <= Duration{0}) send_stop_signal(sync, state);
            else sync.wake_in(left);
        } else if (left <= Duration{0}) {
            // Sent again each second as long as it runs: a signal can be lost to a container in an uninterruptible state.
            stopping.step = Stopping::Step::Killed;
            send(sync, state.current()->status.id, SIGKILL);
            sync.wake_in(seconds(1));
        } else {
            sync.wake_in(left);
        }
    }
}

bool terminate(Sync& sync) {
    PodState& state = sync.state;
    Termination& end = *state.termination;
    if (!end.containers_stopped) {
        const int64_t used = std::chrono::duration_cast<seconds>(sync.now() - end.since).count();
        const int64_t grace = std::max<int64_t>(0, end.grace_s - used);
        for (const auto& name : stop_next(sync.pod, state)) {
            sync.services.prober.keep_readiness_only(state.container(name).current()->status.id);
            stop_container(sync, name, "", grace);
        }
        advance_stops(sync);
        if (any_running(state)) return false;
        end.containers_stopped = true;
    }
    if (!end.resources_released) end.resources_released = release_resources(sync);
    return end.resources_released;
}

}  // namespace skiff::agent::pods
