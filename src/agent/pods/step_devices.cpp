// Devices of ResourceClaims: this node has no drivers, so a pod whose claims have devices waits, and says for which driver. Words: kubelet.
#include "agent/pods/sync.h"

namespace skiff::agent::pods {

namespace {

const api::Gvr kClaims{"resource.k8s.io", "v1", "resourceclaims"};

// The claim's name; "" when the pod needs none.
Result<std::string> claim_of(const json::Value& pod, const std::string& key, const json::Value& pod_claim) {
    if (pod_claim["resourceClaimName"].is_string()) return pod_claim["resourceClaimName"].as_string();
    for (const auto& made : pod["status"]["resourceClaimStatuses"].items())
        if (made["name"] == pod_claim["name"]) return made["resourceClaimName"].as_string();
    return error(Reason::NotFound, "pod \"{}\": ResourceClaim not created yet", key);
}

}  // namespace

Status check_devices(const Sync& sync) {
    const auto& meta = sync.state.pod->meta();
    for (const auto& pod_claim : sync.pod["spec"]["resourceClaims"].items()) {
        const std::string name = TRY(claim_of(sync.pod, meta.key(), pod_claim));
        if (name.empty()) continue;
        const api::ObjectPtr claim = TRY(sync.services.client->get(kClaims, meta.ns, name).context("fetch ResourceClaim {}", name));
        const api::TreePtr tree = claim->tree();
        const auto& status = (*tree)["status"];
        bool reserved = false;
        for (const auto& user : status["reservedFor"].items()) reserved = reserved || user["uid"].as_string() == meta.uid;
        if (!reserved) return error(Reason::Forbidden, "pod {} ({}) is not allowed to use ResourceClaim {} ({})", meta.name, meta.uid, name, claim->meta().uid);
        for (const auto& device : status["allocation"]["devices"]["results"].items())
            return error(Reason::NotFound, "DRA driver {} is not registered", device["driver"].as_string());
    }
    return {};
}

}  // namespace skiff::agent::pods
