// Why no node was chosen for a pod.
#include <fmt/format.h>

#include "cli/why/finding.h"

namespace skiff::cli::why {

namespace {

// The part of the scheduler's message that is about nodes, and what helps against each of its reasons; the more fundamental first.
constexpr Meaning kRefusals[] = {
    {"didn't match Pod's node affinity/selector", "no node has the labels that its nodeSelector or affinity asks for", "kubectl get nodes --show-labels, then: kubectl label node NODE KEY=VALUE"},
    {"didn't satisfy plugin(s) [NodeAffinity]", "the only node that its affinity names cannot take it", "kubectl describe node NODE"},
    {"node.kubernetes.io/disk-pressure", "the nodes' disks are nearly full", "free space there: skiff image rm; skiff why node NODE"},
    {"node.kubernetes.io/memory-pressure", "the nodes' memory is nearly used up", "kubectl top nodes; add a node, or move pods away"},
    {"node.kubernetes.io/not-ready", "the nodes are not ready", "skiff why node NODE"},
    {"node.kubernetes.io/unreachable", "the nodes do not answer", "skiff why node NODE"},
    {"untolerated taint", "the nodes have taints that it does not tolerate", "kubectl taint node NODE KEY- , or add a toleration to the pod"},
    {"were unschedulable", "the nodes are cordoned", "kubectl uncordon NODE"},
    {"Insufficient cpu", "no node has enough free CPU for its requests", "kubectl describe nodes | grep -A8 Allocated; lower resources.requests.cpu or add a node"},
    {"Insufficient memory", "no node has enough free memory for its requests", "kubectl describe nodes | grep -A8 Allocated; lower resources.requests.memory or add a node"},
    {"Insufficient ephemeral-storage", "no node has enough free disk for its requests", "kubectl describe nodes | grep -A8 Allocated; lower the ephemeral-storage request"},
    {"Insufficient ", "no node offers enough of a resource that it requests", "kubectl describe nodes | grep -A12 Allocatable"},
    {"Too many pods", "the nodes run as many pods as they may", "add a node, or remove pods"},
    {"free ports for the requested pod ports", "the host port that it asks for is taken on every node", "kubectl get pods -A -o wide; use a Service instead of hostPort"},
    {"didn't match pod anti-affinity rules", "its anti-affinity keeps it away from every node", "run fewer replicas than nodes, or make the rule preferred"},
    {"existing pods anti-affinity", "the anti-affinity of pods that run already keeps it away", "kubectl get pods -o yaml | grep -A8 podAntiAffinity"},
    {"didn't match pod affinity rules", "no node has the pod that its affinity wants beside it", "start that pod first, or make the rule preferred"},
    {"pod topology spread constraints", "its topology spread constraints leave no node", "raise maxSkew, use ScheduleAnyway, or add nodes in the missing domains"},
    {"didn't have any of the required nodes|didn't match the requested node name", "the node that it names does not exist or cannot take it", "correct spec.nodeName or the affinity: kubectl get nodes"},
    {"exceed max volume count", "the nodes have as many volumes as they may", "add a node, or spread the pods that use volumes"},
    {"could not find ResourceClaim", "a ResourceClaim that it names does not exist", "kubectl apply the claim: kubectl get resourceclaims"},
    {"device class", "the DeviceClass that its claim asks for does not exist", "kubectl get deviceclasses; correct deviceClassName in the claim"},
    {"cannot allocate all claims", "no node has free devices that suit its ResourceClaims", "kubectl get resourceslices,resourceclaims -A; free a device, or relax the selectors"},
    {"resourceclaim not available on the node", "the devices of its ResourceClaim are on other nodes than it may go to", "kubectl describe resourceclaim"},
    {"is being deleted", "a claim of it is being deleted", "wait until it is gone, then apply it anew: kubectl get pvc"},
    {"PersistentVolume's node affinity", "its volume is on another node than the ones that are free", "kubectl get pv -o wide; the node that has the volume must be up and have room"},
    {"didn't find available persistent volumes", "no PersistentVolume suits its claim on any node", "kubectl get pv,pvc,sc"},
    {"ReadWriteOncePod", "its claim is ReadWriteOncePod and another pod uses it", "kubectl describe pvc; delete the other pod"},
};

bool judge_claims(const World& world, const json::Value& pod, Findings& findings) {
    for (const auto& volume : pod["spec"]["volumes"].items()) {
        const auto& claim = volume["persistentVolumeClaim"]["claimName"].as_string();
        if (claim.empty()) continue;
        const auto& object = world.find("persistentvolumeclaims", ns_of(pod), claim);
        if (object.is_null()) {
            findings.push_back({fmt::format("volume {} needs PersistentVolumeClaim {}, which does not exist", volume["name"].as_string(), claim), "kubectl apply the claim, then: kubectl get pvc " + claim});
            return true;
        }
        if (object["status"]["phase"].as_string() == "Bound") continue;
        auto why = why_claim(world, ns_of(pod), claim);
        // A claim that waits for its first consumer waits for this pod.
        if (why.empty() || contains(why[0].cause, "first pod")) continue;
        for (auto& finding : why) findings.push_back({fmt::format("its claim {} is not bound: {}", claim, finding.cause), finding.help});
        return true;
    }
    return false;
}

bool judge_nodes(const World& world, Findings& findings) {
    if (!world.objects.count("nodes")) return false;
    size_t ready = 0;
    for (const auto& node : world.list("nodes")) ready += condition(node, "Ready")["status"].as_string() == "True";
    if (world.list("nodes").empty()) findings.push_back({"the cluster has no node", "skiff agent --server URL --token TOKEN, on a machine"});
    else if (!ready) findings.push_back({"no node is ready", "skiff why node " + name_of(world.list("nodes")[0])});
    return !findings.empty();
}

}  // namespace

void judge_schedule(const World& world, const json::Value& pod, Findings& findings) {
    if (pod["spec"]["schedulingGates"].size() > 0) {
        findings.push_back({fmt::format("scheduling gate {} holds it back", pod["spec"]["schedulingGates"][0]["name"].as_string()), "whoever set the gate must remove it from spec.schedulingGates"});
        return;
    }
    const auto& scheduler = pod["spec"]["schedulerName"].as_string();
    if (!scheduler.empty() && scheduler != "default-scheduler" && condition(pod, "PodScheduled").is_null()) {
        findings.push_back({fmt::format("it waits for scheduler {}, which does not answer", scheduler), "run that scheduler, or leave out spec.schedulerName"});
        return;
    }
    if (judge_nodes(world, findings) || judge_claims(world, pod, findings)) return;
    if (const auto& nominated = pod["status"]["nominatedNodeName"].as_string(); !nominated.empty()) {
        findings.push_back({fmt::format("pods of a lower priority make room for it on node {}", nominated), "wait for them to end: kubectl get pods -A -o wide --field-selector spec.nodeName=" + nominated});
        return;
    }
    if (const auto& event = world.event("Pod", ns_of(pod), name_of(pod), {"FailedResourceClaimCreation"}); !event.is_null() && condition(pod, "PodScheduled").is_null()) {
        findings.push_back({"a ResourceClaim of it cannot be made: " + event["message"].as_string(), "kubectl get resourceclaimtemplates; create what it names"});
        return;
    }
    std::string message = condition(pod, "PodScheduled")["message"].as_string();
    if (message.empty()) message = world.event("Pod", ns_of(pod), name_of(pod), {"FailedScheduling"})["message"].as_string();
    const std::string whole = message;
    // What preemption could not do is no cause.
    if (message.ends_with(". not found")) message.resize(message.size() - 10);
    for (const char* rest : {" no new claims to deallocate,", " still not schedulable,", " preemption:"})
        if (size_t end = message.find(rest); end != std::string::npos) message.resize(end);
    for (const auto& refusal : kRefusals)
        if (meaning_of({&refusal, 1}, message)) findings.push_back({fmt::format("{} ({})", refusal.cause, message), refusal.help});
    if (findings.empty()) findings.push_back({whole.empty() ? "the scheduler has not looked at it yet" : "the scheduler found no node: " + whole, "kubectl describe pod " + name_of(pod)});
}

}  // namespace skiff::cli::why
