// DynamicKinds: the kinds that come and go while the server runs, as an immutable snapshot that readers take without waiting for a writer.
// publish() is called by one owner (the API server's definitions); everything else: any thread.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "api/kind.h"

namespace skiff::api {

class DynamicKinds {
public:
    struct Snapshot {
        std::vector<std::shared_ptr<const KindInfo>> kinds;      // in discovery order
        uint64_t generation = 0;                                  // grows with each publish()
        const KindInfo* find(const Gvr& gvr) const;
        const KindInfo* find(const Gvk& gvk) const;

    private:
        friend class DynamicKinds;
        std::unordered_map<Gvr, const KindInfo*, GvHash> by_resource_;
        std::unordered_map<Gvk, const KindInfo*, GvHash> by_kind_;
    };

    // Raw pointers that readers took from an older snapshot are good for this long; pins hold longer.
    static constexpr Duration kGrace = std::chrono::minutes(5);

    DynamicKinds();
    std::shared_ptr<const Snapshot> snapshot() const { return snapshot_.load(std::memory_order_acquire); }
    // Replaces all kinds. Sorts them by group, version (newest stable first) and resource.
    void publish(std::vector<std::shared_ptr<const KindInfo>> kinds, Duration now);

private:
    struct Retired {
        Duration at;
        std::shared_ptr<const Snapshot> snapshot;
    };
    std::atomic<std::shared_ptr<const Snapshot>> snapshot_;
    std::mutex mutex_;
    std::vector<Retired> retired_;
};

// Kubernetes' order of versions: v2 before v1 before v2beta1 before v1alpha1 before anything else. True when a comes first.
bool version_before(std::string_view a, std::string_view b);

}  // namespace skiff::api
