// Why a PersistentVolumeClaim is not bound, or does not go.
#include <fmt/format.h>

#include "api/quantity.h"
#include "cli/why/finding.h"

namespace skiff::cli::why {

namespace {

const std::string& user_of(const World& world, const std::string& ns, const std::string& claim) {
    static const std::string kNobody;
    for (const auto& pod : world.list("pods"))
        if (ns_of(pod) == ns)
            for (const auto& volume : pod["spec"]["volumes"].items())
                if (volume["persistentVolumeClaim"]["claimName"].as_string() == claim) return name_of(pod);
    return kNobody;
}

// Of the volumes of its class that belong to nobody, what keeps the claim from the one that is nearest to suit; "" without such.
std::string nearest_volume(const World& world, const json::Value& claim) {
    const auto& spec = claim["spec"];
    const auto wanted = api::Quantity::parse_or_zero(spec["resources"]["requests"]["storage"].as_string()).milli_value();
    std::string mismatch;
    for (const auto& volume : world.list("persistentvolumes")) {
        const auto& offered = volume["spec"];
        if (offered["storageClassName"].as_string() != spec["storageClassName"].as_string()) continue;
        const auto& phase = volume["status"]["phase"].as_string();
        if (phase == "Released") mismatch = fmt::format("volume {} of its class still carries the data of another claim (Released)", name_of(volume));
        if (phase != "Available") continue;
        bool modes = true;
        for (const auto& mode : spec["accessModes"].items()) {
            bool found = false;
            for (const auto& offer : offered["accessModes"].items()) found = found || offer.as_string() == mode.as_string();
            modes = modes && found;
        }
        if (!modes) return fmt::format("volume {} is free, but has not the access mode {}", name_of(volume), spec["accessModes"][0].as_string());
        if (api::Quantity::parse_or_zero(offered["capacity"]["storage"].as_string()).milli_value() < wanted)
            mismatch = fmt::format("volume {} is free, but has only {} of the {} that it asks for", name_of(volume), offered["capacity"]["storage"].as_string(), spec["resources"]["requests"]["storage"].as_string());
    }
    return mismatch;
}

}  // namespace

Findings why_claim(const World& world, const std::string& ns, const std::string& name) {
    Findings findings;
    const auto& claim = world.find("persistentvolumeclaims", ns, name);
    auto say = [&](std::string cause, std::string help) {
        findings.push_back({std::move(cause), std::move(help)});
        return findings;
    };
    if (claim.is_null()) return say(fmt::format("there is no claim {} in namespace {}", name, ns), "kubectl get pvc -A | grep " + name);
    const auto& user = user_of(world, ns, name);
    if (!claim["metadata"]["deletionTimestamp"].as_string().empty())
        return user.empty() ? say("it is being deleted", "kubectl get pvc " + name + " -o jsonpath={.metadata.finalizers}") : say(fmt::format("it is being deleted, but pod {} uses it", user), "kubectl delete pod " + user);
    if (const auto& resizing = condition(claim, "FileSystemResizePending"); resizing["status"].as_string() == "True" && user.empty()) return say("it grows when the next pod uses it", "start a pod with this claim");
    const auto& phase = claim["status"]["phase"].as_string();
    const auto& volume = claim["spec"]["volumeName"].as_string();
    if (phase == "Bound") return findings;
    if (phase == "Lost") return say(fmt::format("its volume {} is gone, and with it the data", volume), "restore the PersistentVolume, or make the claim anew");
    if (!volume.empty()) {
        const auto& named = world.find("persistentvolumes", "", volume);
        if (named.is_null()) return say(fmt::format("it names volume {}, which does not exist", volume), "kubectl get pv");
        const auto& reference = named["spec"]["claimRef"];
        if (reference.is_object() && reference["name"].as_string() != name)
            return say(fmt::format("volume {} belongs to claim {}/{}", volume, reference["namespace"].as_string(), reference["name"].as_string()), "name another volume, or none");
    }
    if (const auto& failed = world.event("PersistentVolumeClaim", ns, name, {"ProvisioningFailed"}); !failed.is_null() && !contains(failed["message"].as_string(), "storageclass"))
        return say("no volume can be made for it: " + failed["message"].as_string(), "kubectl describe pvc " + name);
    const auto& wanted = claim["spec"]["storageClassName"].as_string();
    if (wanted.empty()) {
        for (const auto& candidate : world.list("persistentvolumes"))
            if (candidate["status"]["phase"].as_string() == "Available") return say("no free volume has the size, class and access modes that it asks for", "kubectl get pv; compare capacity, accessModes and storageClassName");
        return say("it names no storage class, and there is no default one when it was made", "set storageClassName: kubectl get storageclass");
    }
    const auto& storage_class = world.find("storageclasses", "", wanted);
    if (storage_class.is_null()) return say(fmt::format("storage class {} does not exist", wanted), "kubectl get storageclass");
    if (storage_class["volumeBindingMode"].as_string() == "WaitForFirstConsumer" && claim["metadata"]["annotations"]["volume.kubernetes.io/selected-node"].as_string().empty())
        return user.empty() ? say("it waits for the first pod that uses it", "start a pod with this claim; nothing is wrong") : say(fmt::format("it waits for its first pod {} to get a node", user), "skiff why pod " + user);
    const auto& provisioner = storage_class["provisioner"].as_string();
    if (provisioner == "kubernetes.io/no-provisioner")
        if (auto near = nearest_volume(world, claim); !near.empty()) return say(near, "make a PersistentVolume that suits, or change the claim: kubectl get pv");
    if (provisioner == "kubernetes.io/no-provisioner") return say(fmt::format("class {} makes no volumes, and none that is there suits", wanted), "make a PersistentVolume of this class");
    return say(fmt::format("provisioner {} has not made a volume yet", provisioner), "is the provisioner running? kubectl get pods -A");
}

}  // namespace skiff::cli::why
