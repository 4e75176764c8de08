// The step that brings the cgroups of running containers to what is allocated to them.
#include <fmt/core.h>

#include <algorithm>

#include "agent/pods/allocation.h"
#include "agent/pods/resources.h"
#include "agent/pods/sync.h"
#include "agent/sys/units.h"
#include "base/log.h"
#include "json/write.h"

namespace skiff::agent::pods {

namespace {

constexpr Duration kRetry = std::chrono::seconds(5);

struct Due {
    ContainerRef container;
    ContainerState* state;
};

// A limit below what is in use would end the container; it waits until there is room.
std::string too_small(Sync& sync, const std::vector<Due>& due, const runtime::Resources& pod_wanted) {
    std::vector<std::string> problems;
    auto decreases = [](int64_t before, int64_t after) { return after > 0 && (before == 0 || after < before); };
    auto pod_usage = sync.services.runtime.pod_usage(sync.state.sandbox->spec.id);
    const bool pod_decreases = !due.empty() && decreases(sync.state.resize.pod_applied.value_or(runtime::Resources{}).memory_bytes, pod_wanted.memory_bytes);
    if (pod_usage.ok() && pod_decreases && pod_usage->memory_usage_bytes >= pod_wanted.memory_bytes)
        problems.push_back(fmt::format("attempting to set pod memory limit ({}) below current usage ({})", pod_wanted.memory_bytes, pod_usage->memory_usage_bytes));
    for (const auto& [container, state] : due) {
        const runtime::Resources wanted = container_resources(sync.pod, *container.spec, sync.services.config.memory_capacity_bytes);
        const int64_t before = sys::quantity_value(state->applied["limits"]["memory"].as_string()).value_or(0);
        auto usage = sync.services.runtime.usage(state->current()->status.id);
        if (usage.ok() && decreases(before, wanted.memory_bytes) && usage->memory_usage_bytes >= wanted.memory_bytes)
            problems.push_back(fmt::format("attempting to set container \"{}\" memory limit ({}) below current usage ({})", container.name(), wanted.memory_bytes, usage->memory_usage_bytes));
    }
    if (problems.empty()) return {};
    std::string text = problems.front();
    for (size_t i = 1; i < problems.size(); ++i) text += ", " + problems[i];
    return "cannot decrease memory limits: " + (problems.size() > 1 ? "[" + text + "]" : text);
}

// The wider of two limits; 0 is no limit.
int64_t wider(int64_t a, int64_t b) { return a == 0 || b == 0 ? 0 : std::max(a, b); }

// The pod's group is never narrower than its containers': wide first, then the containers, then (narrow) as it shall be.
Status widen(Sync& sync, const runtime::Resources& wanted) {
    const runtime::Resources before = sync.state.resize.pod_applied.value_or(wanted);
    runtime::Resources wide = wanted;
    wide.cpu_quota_us = wider(wanted.cpu_quota_us, before.cpu_quota_us);
    wide.memory_bytes = wider(wanted.memory_bytes, before.memory_bytes);
    TRY(sync.services.runtime.update_sandbox(sync.state.sandbox->spec.id, wide));
    sync.state.resize.pod_applied = wide;
    return {};
}

Status update_containers(Sync& sync, const std::vector<Due>& due) {
    for (const auto& [container, state] : due) {
        TRY(sync.services.runtime.update(state->current()->status.id, container_resources(sync.pod, *container.spec, sync.services.config.memory_capacity_bytes)));
        state->applied = (*container.spec)["resources"];
    }
    return {};
}

Status narrow(Sync& sync, const runtime::Resources& wanted) {
    TRY(sync.services.runtime.update_sandbox(sync.state.sandbox->spec.id, wanted));
    sync.state.resize.pod_applied = wanted;
    return {};
}

std::string completion_message(const json::Value& pod) {
    json::Value summary = json::Value::object();
    for (const char* list : {"initContainers", "containers"}) {
        json::Value entries = json::Value::array();
        for (const auto& container : pod["spec"][list].items()) {
            json::Value entry = json::Value::object({{"name", container["name"]}});
            entry.set("resources", container["resources"].is_object() ? container["resources"] : json::Value::object());
            entries.push_back(std::move(entry));
        }
        if (entries.size() > 0) summary.set(list, std::move(entries));
    }
    return "Pod resize completed: " + json::write(summary);
}

void failed(Sync& sync, const std::string& why) {
    if (sync.state.resize.error != why) log::warn("pods", "resize waits", {{"pod", sync.state.key}, {"error", why}});
    sync.state.resize.error = why;
    sync.wake_in(kRetry);
}

}  // namespace

void apply_resize(Sync& sync) {
    Resize& resize = sync.state.resize;
    if (!sync.state.sandbox) return;
    std::vector<Due> update;
    bool restarting = false;
    for (const auto& container : container_list(sync.pod)) {
        if (!resize.allocated.count(container.name())) continue;
        ContainerState& state = sync.state.container(container.name());
        if (!state.running()) continue;
        switch (resize_action(*container.spec, state.applied)) {
            case ResizeAction::None: break;
            case ResizeAction::Update: update.push_back({container, &state}); break;
            case ResizeAction::Restart:
                restarting = true;
                state.resized = true;
                stop_container(sync, container.name(), fmt::format("Container {} resize requires restart", container.name()), grace_period_s(sync.pod));
                break;
        }
    }
    if (!resize.in_progress && update.empty()) return;
    const runtime::Resources wanted = pod_resources(sync.pod);
    if (std::string why = too_small(sync, update, wanted); !why.empty()) return failed(sync, why);
    Status done = widen(sync, wanted);
    if (done.ok()) done = update_containers(sync, update);
    if (!done.ok()) return failed(sync, done.message());
    if (restarting) return;
    for (const auto& container : container_list(sync.pod))
        if (resize.allocated.count(container.name()) && !sync.state.container(container.name()).running()) return;   // still to be started with them
    if (done = narrow(sync, wanted); !done.ok()) return failed(sync, done.message());
    if (resize.in_progress) sync.event(nullptr, "Normal", "ResizeCompleted", completion_message(sync.pod));
    resize.in_progress = false;
    resize.error.clear();
}

}  // namespace skiff::agent::pods
