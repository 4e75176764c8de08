#include "server/scheduler/devices/claim_writes.h"

#include <algorithm>

#include "base/log.h"

namespace skiff::scheduler {

namespace {

using json::Value;

const api::Gvr kClaims{"resource.k8s.io", "v1", "resourceclaims"};
constexpr const char* kFinalizer = "resource.kubernetes.io/delete-protection";
constexpr int kTries = 5;                              // of a write that meets another one
const client::WriteOptions kStatus{"status", {}, false, false};

Status reserve(client::Client& client, const PodInfo& pod, const Reservation& reservation, api::ObjectPtr claim, const ClaimWritten& written) {
    const auto& ns = claim->meta().ns;
    const std::string key = claim->meta().key();
    if (claim->meta().deleting()) return error(Reason::Conflict, "claim {} got deleted in the meantime", key);
    const bool allocates = !reservation.allocation.is_null();
    if (allocates) {
        if ((*claim->tree())["status"]["allocation"].is_object()) return error(Reason::Invalid, "claim {} got allocated elsewhere in the meantime", key);
        const auto& finalizers = claim->meta().finalizers;
        if (std::find(finalizers.begin(), finalizers.end(), kFinalizer) == finalizers.end()) {
            Value tree = *claim->tree();
            tree.mut("metadata").mut("finalizers").push_back(kFinalizer);
            claim = TRY(client.update(kClaims, ns, tree));
        }
    }
    Value tree = *claim->tree();
    auto& status = tree.mut("status");
    if (allocates) status.set("allocation", reservation.allocation);
    status.mut("reservedFor").push_back(Value::object({{"resource", "pods"}, {"name", pod.name}, {"uid", pod.uid}}));
    written(TRY(client.update(kClaims, ns, tree, kStatus)));
    return {};
}

}  // namespace

Status reserve_claims(client::Client& client, const PodInfo& pod, const std::vector<Reservation>& reservations, const ClaimWritten& written) {
    for (const auto& reservation : reservations) {
        const auto& meta = reservation.claim->meta();
        Status outcome = reserve(client, pod, reservation, reservation.claim, written);
        for (int i = 1; i < kTries && outcome.reason() == Reason::Conflict; ++i) {
            auto fresh = client.get(kClaims, meta.ns, meta.name);
            if (fresh.ok() && (*fresh)->meta().uid != meta.uid) return error(Reason::Conflict, "claim {} got deleted in the meantime", meta.key());
            outcome = fresh.ok() ? reserve(client, pod, reservation, *fresh, written) : fresh.status();
        }
        if (!outcome.ok()) {
            release_claims(client, pod, reservations, written);
            return outcome;
        }
    }
    return {};
}

void release_claims(client::Client& client, const PodInfo& pod, const std::vector<Reservation>& reservations, const ClaimWritten& written) {
    for (const auto& reservation : reservations) {
        const auto& meta = reservation.claim->meta();
        Status outcome;
        for (int i = 0; i < kTries && (i == 0 || outcome.reason() == Reason::Conflict); ++i) {
            auto current = client.get(kClaims, meta.ns, meta.name);
            if (!current.ok() || (*current)->meta().uid != meta.uid || !read_resource_claim(*current)->reserved_for(pod.uid)) break;
            Value tree = *(*current)->tree();
            std::erase_if(tree.mut("status").mut("reservedFor").mut_items(), [&](const Value& user) { return user["uid"].as_string() == pod.uid; });
            auto released = client.update(kClaims, meta.ns, tree, kStatus);
            outcome = released.ok() ? Status() : released.status();
            if (released.ok()) written(*released);
        }
        if (!outcome.ok()) log::warn("scheduler", "cannot release a resource claim", {{"claim", meta.key()}, {"pod", pod.key}, {"error", outcome.message()}});
    }
}

void deallocate_claim(client::Client& client, const api::Object& claim, const ClaimWritten& written) {
    Value tree = *claim.tree();
    for (const char* field : {"allocation", "reservedFor", "devices"}) tree.mut("status").erase(field);
    auto freed = client.update(kClaims, claim.meta().ns, tree, kStatus);
    if (freed.ok()) written(*freed);
    else if (freed.status().reason() != Reason::Conflict && freed.status().reason() != Reason::NotFound)
        log::warn("scheduler", "cannot deallocate a resource claim", {{"claim", claim.meta().key()}, {"error", freed.status().message()}});
}

}  // namespace skiff::scheduler
