#include "agent/pods/pod_entry.h"

#include "agent/pods/admission.h"
#include "agent/pods/pod_disk.h"

namespace skiff::agent::pods {

const PodSnapshot::Container* PodSnapshot::find(std::string_view container) const {
    for (const auto& entry : containers)
        if (entry.name == container) return &entry;
    return nullptr;
}

PodSnapshotPtr make_snapshot(const PodState& state, const json::Value& pod) {
    auto snapshot = std::make_shared<PodSnapshot>();
    snapshot->uid = state.uid;
    snapshot->ns = pod["metadata"]["namespace"].as_string();
    snapshot->name = pod["metadata"]["name"].as_string();
    snapshot->pod = state.pod;
    snapshot->status = std::make_shared<const json::Value>(state.last_status);
    snapshot->ips = state.ips;
    snapshot->host_network = host_network(pod);
    snapshot->granted = load_of(pod);
    snapshot->limits_disk = limits_local_storage(pod);
    snapshot->resize_deferred = state.resize.pending && state.resize.pending->reason == "Deferred";
    snapshot->active = !state.termination && !state.terminal_at_adoption && !state.rejected;
    snapshot->admitted = state.admitted;
    if (state.sandbox) {
        snapshot->sandbox_id = state.sandbox->spec.id;
        snapshot->netns_path = state.sandbox->netns_path;
    }
    for (const auto& container : container_list(pod)) {
        PodSnapshot::Container entry;
        entry.name = container.name();
        entry.tty = (*container.spec)["tty"].as_bool();
        entry.stdin_open = (*container.spec)["stdin"].as_bool();
        if (const ContainerState* known = state.find(container.name()); known && known->current()) {
            entry.id = known->current()->status.id;
            entry.image = known->current()->status.image;
            entry.running = known->running();
            entry.ever_ran = true;
            entry.started_ns = known->current()->status.started_ns;
            entry.log_path = known->current()->status.log_path;
            if (known->runs.size() > 1) entry.previous_log_path = known->runs[1].status.log_path;
        }
        snapshot->containers.push_back(std::move(entry));
    }
    return snapshot;
}

std::shared_ptr<void> PodEntry::watch(std::function<void()> changed) {
    auto watcher = std::make_shared<std::function<void()>>(std::move(changed));
    std::lock_guard lock(mutex_);
    watchers_.push_back(watcher);
    return watcher;
}

void PodEntry::tell_watchers() {
    std::vector<std::shared_ptr<std::function<void()>>> living;
    {
        std::lock_guard lock(mutex_);
        std::erase_if(watchers_, [](const auto& watcher) { return watcher.expired(); });
        for (const auto& watcher : watchers_)
            if (auto alive = watcher.lock()) living.push_back(std::move(alive));
    }
    for (const auto& watcher : living) (*watcher)();
}

}  // namespace skiff::agent::pods
