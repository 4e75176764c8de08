// Why a Deployment (or another owner of pods) has not what it wants.
#include <fmt/format.h>

#include "cli/why/finding.h"

namespace skiff::cli::why {

namespace {

// What the message of a failed creation says; % is the owner. The more particular first.
constexpr Meaning kRefused[] = {
    {"exceeded quota", "a ResourceQuota leaves no room for its pods: &", "kubectl describe quota, then raise it or remove pods"},
    {"must specify|failed quota", "the quota wants requests or limits that its pods do not have: &", "set resources in the template, or a LimitRange with defaults"},
    {"violates PodSecurity", "Pod Security refuses its pods: &", "correct securityContext, or the namespace's label pod-security.kubernetes.io/enforce"},
    {"failed calling webhook", "an admission webhook does not answer: &", "is its service up? kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"},
    {"admission webhook", "an admission webhook refuses its pods: &", "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"},
    {"ValidatingAdmissionPolicy", "a ValidatingAdmissionPolicy refuses its pods: &", "kubectl get validatingadmissionpolicies"},
    {"maximum cpu usage|maximum memory usage|maximum storage|minimum |limit to request ratio", "a LimitRange refuses its pods: &", "kubectl describe limitrange"},
    {"no PriorityClass", "its priority class does not exist: &", "kubectl get priorityclasses; correct priorityClassName"},
    {"RuntimeClass", "its runtime class does not exist: &", "kubectl get runtimeclasses; correct runtimeClassName"},
    {"serviceaccount|ServiceAccount", "its service account does not exist: &", "kubectl create serviceaccount NAME"},
    {"is being terminated", "its namespace is being deleted: &", "skiff why namespace NAME"},
    {"is invalid", "its template is not valid: &", "kubectl edit %; correct the field that is named"},
    {"already exists", "another object has the name of its pod or claim: &", "kubectl get pods,pvc; delete or rename that one"},
};

// By kind: what waits in a rollout although nothing fails.
void judge_strategy(const std::string& resource, const json::Value& object, Findings& findings) {
    const auto& spec = object["spec"];
    const auto& status = object["status"];
    const bool old = resource == "statefulsets" ? status["currentRevision"].as_string() != status["updateRevision"].as_string() && !status["updateRevision"].as_string().empty()
                                                : resource == "daemonsets" && status["updatedNumberScheduled"].as_int() < status["desiredNumberScheduled"].as_int();
    if (!old) return;
    if (spec["updateStrategy"]["type"].as_string() == "OnDelete")
        findings.push_back({"its pods keep the old template until they are deleted (updateStrategy OnDelete)", "kubectl delete its pods one by one, or use RollingUpdate"});
    else if (const auto partition = spec["updateStrategy"]["rollingUpdate"]["partition"].as_int(); partition > 0)
        findings.push_back({fmt::format("its pods below ordinal {} keep the old template (partition)", partition), "lower spec.updateStrategy.rollingUpdate.partition"});
}

void judge_autoscalers(const World& world, const json::Value& object, Findings& findings) {
    for (const auto& scaler : world.list("horizontalpodautoscalers")) {
        const auto& target = scaler["spec"]["scaleTargetRef"];
        if (ns_of(scaler) != ns_of(object) || target["name"].as_string() != name_of(object) || target["kind"].as_string() != object["kind"].as_string()) continue;
        for (auto& finding : why_autoscaler(world, ns_of(scaler), name_of(scaler))) findings.push_back({fmt::format("autoscaler {}: {}", name_of(scaler), finding.cause), finding.help});
    }
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

Finding judge_creation(const std::string& kind, const std::string& name, const std::string& message) {
    if (const auto* row = meaning_of(kRefused, message)) return say(*row, kind + " " + name, message);
    return {fmt::format("the pods of {} {} cannot be created: {}", kind, name, message), "kubectl describe " + kind + " " + name};
}

bool owned_by(const json::Value& object, const json::Value& owner) {
    for (const auto& reference : object["metadata"]["ownerReferences"].items())
        if (reference["uid"].as_string() == owner["metadata"]["uid"].as_string()) return true;
    return false;
}

Findings why_workload(const World& world, const std::string& resource, const std::string& ns, const std::string& name) {
    Findings findings;
    const std::string kind = resource.substr(0, resource.size() - 1);
    const auto& object = world.find(resource, ns, name);
    if (object.is_null()) {
        findings.push_back({fmt::format("there is no {} {} in namespace {}", kind, name, ns), fmt::format("kubectl get {} -A | grep {}", resource, name)});
        return findings;
    }
    if (judge_going(object, findings)) return findings;
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
    judge_strategy(resource, object, findings);
    judge_autoscalers(world, object, findings);
    if (const auto& governing = spec["serviceName"].as_string(); resource == "statefulsets" && !governing.empty() && world.objects.count("services") && world.find("services", ns, governing).is_null())
        findings.push_back({fmt::format("service {} (spec.serviceName) does not exist, so its pods have no names in DNS", governing), fmt::format("make a headless Service {} (clusterIP: None) with its labels", governing)});
    if (findings.empty() && condition(object, "Progressing")["reason"].as_string() == "ProgressDeadlineExceeded")
        findings.push_back({"its rollout made no progress within progressDeadlineSeconds", fmt::format("kubectl rollout undo {} {} -n {}", kind, name, ns)});
    return findings;
}

}  // namespace skiff::cli::why
