#include "api/kinds/object_warnings.h"

#include <algorithm>

#include <fmt/core.h>

#include "api/kinds/check.h"
#include "api/kinds/check_address.h"
#include "api/kinds/pod_warnings.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;
using Warnings = std::vector<std::string>;

const FieldPath kSpec("spec");

void warn_of_addresses(const Value& addresses, const FieldPath& path, Warnings& out) {
    for (size_t i = 0; i < addresses.size(); ++i) warn_of_ip(addresses[i].as_string(), path.index(i), out);
}

// The list of peers of a rule.
void warn_of_blocks(const Value& rules, const FieldPath& path, const char* peers, Warnings& out) {
    for (size_t i = 0; i < rules.size(); ++i)
        for (size_t p = 0; p < rules[i][peers].size(); ++p) {
            const Value& block = rules[i][peers][p]["ipBlock"];
            if (!block.is_object()) continue;
            FieldPath at = path.index(i).child(peers).index(p).child("ipBlock");
            warn_of_cidr(block["cidr"].as_string(), at.child("cidr"), out);
            for (size_t e = 0; e < block["except"].size(); ++e) warn_of_cidr(block["except"][e].as_string(), at.child("except").index(e), out);
        }
}

constexpr std::pair<std::string_view, std::string_view> kOldVolumes[] = {
    {"cephfs", "cephfs: deprecated in v1.28, non-functional in v1.31+"},
    {"photonPersistentDisk", "photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+"},
    {"scaleIO", "scaleIO: deprecated in v1.16, non-functional in v1.22+"},
    {"storageos", "storageOS: deprecated in v1.22, non-functional in v1.25+"},
    {"glusterfs", "glusterfs: deprecated in v1.25, non-functional in v1.26+"},
    {"rbd", "rbd: deprecated in v1.28, non-functional in v1.31+"}};

constexpr std::string_view kOldClass = "volume.beta.kubernetes.io/storage-class", kOldOptions = "volume.beta.kubernetes.io/mount-options";
constexpr std::string_view kUseClass = "metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use \"storageClassName\" attribute instead";

}  // namespace

Warnings create_warnings(std::string_view plural, const Value& object) {
    constexpr std::string_view kMakers[] = {"deployments", "replicasets", "replicationcontrollers", "jobs", "cronjobs"};
    const bool makes_pods = std::find(std::begin(kMakers), std::end(kMakers), plural) != std::end(kMakers);
    if (makes_pods || plural == "pods") {
        auto complaints = check_dns1123_label(object["metadata"]["name"].as_string());
        if (complaints.empty()) return {};
        return {fmt::format("metadata.name: this is used in {}, which can result in surprising behavior; a DNS label is recommended: [{}]",
                            makes_pods ? "Pod names and hostnames" : "the Pod's hostname", join(complaints, " "))};
    }
    const Value& annotations = object["metadata"]["annotations"];
    if (plural == "ingresses" && annotations.has("kubernetes.io/ingress.class") && object["spec"]["ingressClassName"].is_null())
        return {"annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"};
    if (plural == "endpointslices" && object["addressType"].as_string() == "FQDN") return {"spec.addressType: FQDN endpoints are deprecated"};
    return {};
}

Warnings service_warnings(const Value& object) {
    Warnings out;
    const Value& spec = object["spec"];
    const bool headless = spec["clusterIP"].as_string() == "None", external = spec["type"].as_string() == "ExternalName";
    if (object["metadata"]["annotations"].has("service.kubernetes.io/topology-aware-hints"))
        out.push_back("annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead");
    if (!headless) warn_of_addresses(spec["clusterIPs"], kSpec.child("clusterIPs"), out);
    if (headless) {
        if (!spec["loadBalancerIP"].empty()) out.push_back("spec.loadBalancerIP is ignored for headless services");
        if (spec["externalIPs"].size() > 0) out.push_back("spec.externalIPs is ignored for headless services");
        if (spec["sessionAffinity"].as_string("None") != "None") out.push_back("spec.SessionAffinity is ignored for headless services");
    }
    warn_of_addresses(spec["externalIPs"], kSpec.child("externalIPs"), out);
    if (!spec["loadBalancerIP"].empty()) warn_of_ip(spec["loadBalancerIP"].as_string(), kSpec.child("loadBalancerIP"), out);
    for (size_t i = 0; i < spec["loadBalancerSourceRanges"].size(); ++i)
        warn_of_cidr(spec["loadBalancerSourceRanges"][i].as_string(), kSpec.child("loadBalancerSourceRanges").index(i), out);
    if (external && spec["externalIPs"].size() > 0) out.push_back("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
    if (!external && !spec["externalName"].empty()) out.push_back("spec.externalName is ignored when spec.type is not \"ExternalName\"");
    return out;
}

Warnings endpoints_warnings(const Value& object) {
    Warnings out;
    for (size_t i = 0; i < object["subsets"].size(); ++i)
        for (auto list : {"addresses", "notReadyAddresses"}) {
            const Value& addresses = object["subsets"][i][list];
            for (size_t a = 0; a < addresses.size(); ++a)
                warn_of_ip(addresses[a]["ip"].as_string(), FieldPath("subsets").index(i).child(list).index(a).child("ip"), out);
        }
    return out;
}

Warnings endpoint_slice_warnings(const Value& object) {
    Warnings out;
    for (size_t i = 0; i < object["endpoints"].size(); ++i)
        warn_of_addresses(object["endpoints"][i]["addresses"], FieldPath("endpoints").index(i).child("addresses"), out);
    return out;
}

Warnings network_policy_warnings(const Value& object) {
    Warnings out;
    warn_of_blocks(object["spec"]["ingress"], kSpec.child("ingress"), "from", out);
    warn_of_blocks(object["spec"]["egress"], kSpec.child("egress"), "to", out);
    return out;
}

Warnings volume_warnings(const Value& object) {
    Warnings out;
    const Value &spec = object["spec"], &annotations = object["metadata"]["annotations"];
    if (annotations.has(kOldClass)) out.emplace_back(kUseClass);
    if (annotations.has(kOldOptions)) out.push_back(fmt::format("metadata.annotations[{}]: deprecated since v1.31; use \"mountOptions\" attribute instead", kOldOptions));
    if (spec["persistentVolumeReclaimPolicy"].as_string() == "Recycle")
        out.push_back("spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.");
    const Value& terms = spec["nodeAffinity"]["required"]["nodeSelectorTerms"];
    for (size_t t = 0; t < terms.size(); ++t)
        warn_of_node_labels(terms[t]["matchExpressions"], kSpec.child("nodeAffinity").child("required").child("nodeSelectorTerms").index(t).child("matchExpressions"), out);
    for (auto [kind, message] : kOldVolumes)
        if (spec[kind].is_object()) out.push_back(fmt::format("spec.{}", message));
    return out;
}

Warnings claim_warnings(const Value& object) {
    Warnings out;
    if (object["metadata"]["annotations"].has(kOldClass)) out.emplace_back(kUseClass);
    warn_of_claim_amounts(object["spec"], kSpec, out);
    return out;
}

Warnings storage_class_warnings(const Value& object) {
    Warnings out;
    const Value& terms = object["allowedTopologies"];
    for (size_t t = 0; t < terms.size(); ++t)
        for (size_t i = 0; i < terms[t]["matchLabelExpressions"].size(); ++i)
            if (auto old = old_node_label(terms[t]["matchLabelExpressions"][i]["key"].as_string()); !old.empty())
                out.push_back(fmt::format("allowedTopologies[{}].matchLabelExpressions[{}].key: {}", t, i, old));
    return out;
}

Warnings capacity_warnings(const Value& object) {
    Warnings out;
    const Value& topology = object["nodeTopology"];
    warn_of_node_labels(topology["matchExpressions"], FieldPath("nodeTopology").child("matchExpressions"), out);
    for (const auto& [label, value] : topology["matchLabels"].members())
        if (auto old = old_node_label(label); !old.empty()) out.push_back(fmt::format("nodeTopology.matchLabels.{}: {}", label, old));
    return out;
}

Warnings runtime_class_warnings(const Value& object) {
    Warnings out;
    for (const auto& [label, value] : object["scheduling"]["nodeSelector"].members())
        if (auto old = old_node_label(label); !old.empty()) out.push_back(fmt::format("scheduling.nodeSelector: {}", old));
    return out;
}

}  // namespace skiff::api::kinds
