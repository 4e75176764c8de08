// Why a Deployment (or another owner of pods) has not what it wants.
#include <fmt/format.h>

#include "cli/why/finding.h"

namespace skiff::cli::why {

namespace {

Finding judge_creation(const std::string& kind, const std::string& name, const std::string& message) {
    if (contains(message, "exceeded quota")) return {"a ResourceQuota leaves no room for its pods: " + message, "kubectl describe quota, then raise it or remove pods"};
    if (contains(message, "must specify") || contains(message, "failed quota")) return {"the quota wants requests or limits that its pods do not have: " + message, "set resources in the template, or a LimitRange with defaults"};
    if (contains(message, "violates PodSecurity")) return {"Pod Security refuses its pods: " + message, "correct securityContext, or the namespace's label pod-security.kubernetes.io/enforce"};
    if (contains(message, "maximum cpu usage") || contains(message, "maximum memory usage") || contains(message, "minimum "))
        return {"a LimitRange refuses its pods: " + message, "kubectl describe limitrange"};
    if (contains(message, "serviceaccount") && contains(message, "not found")) return {"its service account does not exist: " + message, "kubectl create serviceaccount NAME"};
    if (contains(message, "admission webhook")) return {"an admission webhook refuses its pods: " + message, "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"};
    return {fmt::format("the pods of {} {} cannot be created: {}", kind, name, message), "kubectl describe " + kind + " " + name};
}

bool owned_by(const json::Value& object, const json::Value& owner) {
    for (const auto& reference : object["metadata"]["ownerReferences"].items())
        if (reference["uid"].as_string() == owner["metadata"]["uid"].as_string()) return true;
    return false;
}

// Pods of the object, through its ReplicaSets where it has some.
std::vector<const json::Value*> pods_of(const World& world, const json::Value& owner) {
    std::vector<const json::Value*> owners{&owner}, pods;
    for (const auto& set : world.list("replicasets"))
        if (owned_by(set, owner)) owners.push_back(&set);
    for (const auto& pod : world.list("pods"))
        for (const auto* one : owners)
            if (owned_by(pod, *one)) pods.push_back(&pod);
    return pods;
}

}  // namespace

Findings why_workload(const World& world, const std::string& resource, const std::string& ns, const std::string& name) {
    Findings findings;
    const std::string kind = resource.substr(0, resource.size() - 1);
    const auto& object = world.find(resource, ns, name);
    if (object.is_null()) {
        findings.push_back({fmt::format("there is no {} {} in namespace {}", kind, name, ns), fmt::format("kubectl get {} -A | grep {}", resource, name)});
        return findings;
    }
    const auto& spec = object["spec"];
    const auto& status = object["status"];
    const int64_t wanted = resource == "daemonsets" ? status["desiredNumberScheduled"].as_int() : spec["replicas"].as_int(1);
    if (wanted == 0) {
        if (resource == "daemonsets") findings.push_back({"no node matches its nodeSelector, affinity and tolerations", "kubectl get nodes --show-labels"});
        else findings.push_back({"it wants 0 replicas", fmt::format("kubectl scale {} {} --replicas=1 -n {}", kind, name, ns)});
        return findings;
    }
    // Why pods cannot even be created: on the object or on the ReplicaSet under it.
    std::vector<const json::Value*> makers{&object};
    for (const auto& set : world.list("replicasets"))
        if (owned_by(set, object) && set["spec"]["replicas"].as_int() > 0) makers.push_back(&set);
    for (const auto* maker : makers)
        if (const auto& failure = condition(*maker, "ReplicaFailure"); failure["status"].as_string() == "True") {
            findings.push_back(judge_creation(kind, name, failure["message"].as_string()));
            return findings;
        }
    for (const auto* maker : makers) {
        const auto& event = world.event(maker == &object ? object["kind"].as_string() : "ReplicaSet", ns, name_of(*maker), {"FailedCreate"});
        if (!event.is_null() && status["readyReplicas"].as_int() + status["numberReady"].as_int() < wanted) {
            findings.push_back(judge_creation(kind, name, event["message"].as_string()));
            return findings;
        }
    }
    for (const auto* pod : pods_of(world, object)) {
        if (condition(*pod, "Ready")["status"].as_string() == "True" && (*pod)["metadata"]["deletionTimestamp"].as_string().empty()) continue;
        auto why = why_pod(world, ns, name_of(*pod));
        if (why.empty()) continue;
        for (auto& finding : why) findings.push_back({fmt::format("pod {}: {}", name_of(*pod), finding.cause), finding.help});
        break;                       // the pods of one template mostly fail alike
    }
    if (spec["paused"].as_bool() && status["updatedReplicas"].as_int() < wanted)
        findings.insert(findings.begin(), {"its rollout is paused", fmt::format("kubectl rollout resume {} {} -n {}", kind, name, ns)});
    if (findings.empty() && status["observedGeneration"].as_int() < object["metadata"]["generation"].as_int())
        findings.push_back({"its controller has not seen the last change yet", "skiff why node, on the server: is it up?"});
    if (findings.empty() && condition(object, "Progressing")["reason"].as_string() == "ProgressDeadlineExceeded")
        findings.push_back({"its rollout made no progress within progressDeadlineSeconds", fmt::format("kubectl rollout undo {} {} -n {}", kind, name, ns)});
    return findings;
}

}  // namespace skiff::cli::why
