// What is written to ResourceClaims around a binding. Blocking; binder threads. Sources: kube-scheduler's plugin DynamicResources.
#pragma once

#include <functional>
#include <vector>

#include "client/client.h"
#include "server/scheduler/devices/device_state.h"

namespace skiff::scheduler {

using ClaimWritten = std::function<void(const api::ObjectPtr& claim)>;

// Finalizer, allocation and reservation of each; on failure what was reserved for the pod is released.
Status reserve_claims(client::Client& client, const PodInfo& pod, const std::vector<Reservation>& reservations, const ClaimWritten& written);
// The pod will not be bound after all.
void release_claims(client::Client& client, const PodInfo& pod, const std::vector<Reservation>& reservations, const ClaimWritten& written);
// Takes its devices from a claim that nobody else uses.
void deallocate_claim(client::Client& client, const api::Object& claim, const ClaimWritten& written);

}  // namespace skiff::scheduler
