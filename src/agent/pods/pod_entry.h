// PodEntry: one pod in the manager: its inbox (any thread), its state (the worker that holds its key), its snapshot (any reader).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "agent/pods/pod_manager.h"
#include "agent/pods/pod_state.h"

namespace skiff::agent::pods {

class PodEntry {
public:
    explicit PodEntry(PodState state) : state(std::move(state)) {}

    void post(std::function<void(PodState&)> change) {
        std::lock_guard lock(mutex_);
        inbox_.push_back(std::move(change));
    }
    // On the worker.
    void take_inbox() {
        std::vector<std::function<void(PodState&)>> changes;
        {
            std::lock_guard lock(mutex_);
            changes.swap(inbox_);
        }
        for (auto& change : changes) change(state);
    }
    PodSnapshotPtr snapshot() const {
        std::lock_guard lock(mutex_);
        return snapshot_;
    }
    void publish(PodSnapshotPtr snapshot) {
        {
            std::lock_guard lock(mutex_);
            snapshot_ = std::move(snapshot);
        }
        tell_watchers();
    }
    // See PodManager::watch().
    std::shared_ptr<void> watch(std::function<void()> changed);
    void tell_watchers();

    PodState state;

private:
    mutable std::mutex mutex_;
    std::vector<std::function<void(PodState&)>> inbox_;
    PodSnapshotPtr snapshot_;
    std::vector<std::weak_ptr<std::function<void()>>> watchers_;
};

PodSnapshotPtr make_snapshot(const PodState& state, const json::Value& pod);

}  // namespace skiff::agent::pods
