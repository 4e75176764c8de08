// Claims: what PersistentVolumeClaims, volumes and storage classes mean for scheduling, and the node that a claim which waits for its first
// consumer is told (annotation volume.kubernetes.io/selected-node). Reads informers; any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "client/client.h"
#include "reconcile/informer.h"
#include "server/scheduler/snapshot.h"

namespace skiff::scheduler {

class Claims {
public:
    explicit Claims(reconcile::InformerFactory& informers);
    ClaimState state(const std::string& ns, const std::string& name) const;
    // Blocking writes for the unbound claims of a pod that was given a node. False when binding must wait until they are bound.
    Result<bool> select_node(client::Client& client, const PodInfo& pod, const std::string& node) const;
    std::optional<int64_t> volume_limit(const std::string& node, const std::string& driver) const;   // nothing: not limited
    // Informers whose changes may make a pod schedulable.
    const std::vector<std::shared_ptr<reconcile::Informer>>& inputs() const { return inputs_; }

private:
    std::shared_ptr<reconcile::Informer> claims_, volumes_, classes_, csi_nodes_;
    std::vector<std::shared_ptr<reconcile::Informer>> inputs_;
};

}  // namespace skiff::scheduler
