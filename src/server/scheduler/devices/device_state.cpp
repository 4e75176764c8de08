#include "server/scheduler/devices/device_state.h"

#include <algorithm>

#include "server/scheduler/filter.h"

namespace skiff::scheduler {

namespace {

bool available_on(const ResourceClaimInfo& claim, const NodeInfo& node) {
    return !claim.has_selector || std::any_of(claim.nodes.begin(), claim.nodes.end(), [&](const NodeTerm& term) { return term_matches(term, node); });
}

bool owned_by(const ResourceClaimInfo& claim, const PodInfo& pod) {
    const auto* owner = claim.meta().controller();
    return owner && owner->uid == pod.uid;
}

}  // namespace

void DeviceState::count(const std::vector<DeviceId>& devices, int by) {
    for (const auto& device : devices)
        if ((in_use_[device] += by) == 0) in_use_.erase(device);
}

void DeviceState::settle(const std::string& claim_uid) {
    auto it = assumed_.find(claim_uid);
    if (it == assumed_.end()) return;
    count(it->second.devices, -1);
    assumed_.erase(it);
}

DeviceState::ClaimNews DeviceState::apply_claim(const api::ObjectPtr& before, const api::ObjectPtr& after) {
    const auto& meta = (after ? after : before)->meta();
    auto held = claims_.find(meta.key());
    const ResourceClaimPtr known = held == claims_.end() ? nullptr : held->second;
    if (after ? known && known->meta().resource_version >= meta.resource_version : !known || known->meta().uid != meta.uid) return {};
    if (known) count(known->devices, -1);
    if (known && (!after || known->meta().uid != meta.uid)) settle(known->meta().uid);
    ClaimNews news;
    if (!after) {
        claims_.erase(held);
        return {true, known->allocated};
    }
    const auto claim = claims_[meta.key()] = read_resource_claim(after);
    count(claim->devices, 1);
    if (claim->allocated) settle(meta.uid);
    news.freed = known && known->allocated && !claim->allocated;
    news.any = !known || known->meta().uid != meta.uid || known->meta().deleting() != meta.deleting() ||
               !((*known->object->tree())["status"] == (*after->tree())["status"]);
    return news;
}

void DeviceState::apply_slice(const api::ObjectPtr& before, const api::ObjectPtr& after) {
    if (after) inventory_.put(read_slice(*after));
    else inventory_.remove(before->meta().name);
}

void DeviceState::apply_class(const api::ObjectPtr& before, const api::ObjectPtr& after) {
    if (!after) {
        classes_.erase(before->meta().name);
        return;
    }
    auto tree = after->tree();
    auto selectors = selectors_.compiled((*tree)["spec"]["selectors"]);
    classes_[after->meta().name] = {after->meta().name, std::move(tree), std::move(selectors)};
}

bool DeviceState::awaits_claims(const PodInfo& pod) const {
    return std::any_of(pod.resource_claims.begin(), pod.resource_claims.end(), [&](const PodClaim& claim) {
        return claim.generated && (!claim.made || (!claim.claim.empty() && !claims_.count(pod.ns + "/" + claim.claim)));
    });
}

Result<std::vector<ResourceClaimPtr>> DeviceState::claims_of(const PodInfo& pod) const {
    std::vector<ResourceClaimPtr> out;
    for (const auto& wanted : pod.resource_claims) {
        if (!wanted.made) return error(Reason::Invalid, "pod \"{}\": ResourceClaim not created yet", pod.key);
        if (wanted.claim.empty()) continue;           // none is needed
        auto held = claims_.find(pod.ns + "/" + wanted.claim);
        if (held == claims_.end()) return error(Reason::Invalid, "could not find ResourceClaim \"{}/{}\"", pod.ns, wanted.claim);
        const auto& claim = held->second;
        if (claim->meta().deleting()) return error(Reason::Invalid, "resourceclaim \"{}\" is being deleted", claim->meta().name);
        if (wanted.generated && !owned_by(*claim, pod))
            return error(Reason::Invalid, "ResourceClaim {} was not created for pod {} (pod is not owner)", claim->meta().key(), pod.key);
        out.push_back(claim);
    }
    return out;
}

Result<std::unique_ptr<Allocator>> DeviceState::allocator(const std::vector<ResourceClaimPtr>& claims) const {
    std::vector<ResourceClaimPtr> wanted;
    auto check_class = [&](const json::Value& request, const std::string& name) -> Status {
        const auto& wanted_class = request["deviceClassName"].as_string();
        if (!classes_.count(wanted_class)) return error(Reason::Invalid, "request {}: device class {} does not exist", name, wanted_class);
        return {};
    };
    for (const auto& claim : claims) {
        if (claim->allocated) continue;
        if (assumed_.count(claim->meta().uid)) return error(Reason::Invalid, "resource claim {} is in the process of being allocated", claim->meta().key());
        wanted.push_back(claim);
        const auto tree = claim->object->tree();
        for (const auto& request : (*tree)["spec"]["devices"]["requests"].items()) {
            const auto& name = request["name"].as_string();
            if (request["exactly"].is_object()) TRY(check_class(request["exactly"], name));
            for (const auto& one : request["firstAvailable"].items()) TRY(check_class(one, name + "/" + one["name"].as_string()));
        }
    }
    if (wanted.empty()) return std::unique_ptr<Allocator>();
    auto find_class = [this](const std::string& name) { return &classes_.at(name); };
    return std::make_unique<Allocator>(wanted, find_class, selectors_, in_use_);
}

Result<std::vector<Reservation>> DeviceState::reserve(const PodInfo& pod, const NodeInfo& node) const {
    std::vector<Reservation> out;
    const auto claims = TRY(claims_of(pod));
    auto search = TRY(allocator(claims));
    std::vector<json::Value> allocations;
    if (search) {
        allocations = TRY(search->allocate(inventory_.pools(node)));
        if (allocations.empty()) return error(Reason::Invalid, "claim allocation not found for node");
    }
    size_t next = 0;
    for (const auto& claim : claims)
        if (!claim->allocated) out.push_back({claim->object, std::move(allocations[next++])});
        else if (!claim->reserved_for(pod.uid)) out.push_back({claim->object, {}});
    return out;
}

void DeviceState::assume(const std::string& pod_uid, const std::vector<Reservation>& reservations) {
    for (const auto& reservation : reservations) {
        if (reservation.allocation.is_null()) continue;
        auto devices = devices_of(reservation.allocation);
        count(devices, 1);
        assumed_[reservation.claim->meta().uid] = {pod_uid, std::move(devices)};
    }
}

void DeviceState::take_back(const std::string& pod_uid) {
    std::vector<std::string> claims;
    for (const auto& [claim, assumed] : assumed_)
        if (assumed.pod_uid == pod_uid) claims.push_back(claim);
    for (const auto& claim : claims) settle(claim);
}

api::ObjectPtr DeviceState::hindrance(const PodInfo& pod, const std::map<std::string, NodeInfo>& nodes) const {
    const auto claims = claims_of(pod);
    if (!claims.ok()) return nullptr;
    for (const auto& claim : *claims)
        if (claim->allocated && claim->free_for(pod.uid) &&
            std::any_of(nodes.begin(), nodes.end(), [&](const auto& entry) { return !available_on(*claim, entry.second); }))
            return claim->object;
    return nullptr;
}

}  // namespace skiff::scheduler
