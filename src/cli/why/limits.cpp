// Why a namespace does not go, an autoscaler does not scale, and a disruption budget lets nobody go.
#include <fmt/format.h>

#include "cli/why/finding.h"

namespace skiff::cli::why {

namespace {

// By condition of a namespace that is being deleted: the nearest to the cause first.
constexpr Meaning kRemains[] = {
    {"NamespaceDeletionDiscoveryFailure", "it is being deleted, but an API group does not answer: &", "kubectl get apiservices | grep False; repair or delete that APIService"},
    {"NamespaceFinalizersRemaining", "it is being deleted, but finalizers hold some of its content: &", "kubectl get all,pvc -n % -o yaml | grep -A2 finalizers; whoever set them must remove them"},
    {"NamespaceDeletionContentFailure", "it is being deleted, but some of its content cannot be: &", "kubectl describe namespace %"},
    {"NamespaceContentRemaining", "it is being deleted, and some of its content is still there: &", "kubectl get all -n %; skiff why pod NAME -n %"},
};

// By the message of an autoscaler's condition.
constexpr Meaning kNoMetrics[] = {
    {"missing request for", "the pods of % request none of what it measures: &", "set resources.requests in the template of %"},
    {"no metrics returned|unable to fetch metrics from resource metrics", "there are no metrics of the pods of %: &", "do they run and are they ready? kubectl top pods"},
    {"custom metrics|external metrics", "nobody serves the metric that it wants: &", "install an adapter for custom.metrics.k8s.io or external.metrics.k8s.io"},
    {"not found|unable to get", "its target % cannot be read: &", "kubectl get hpa -o yaml | grep -A4 scaleTargetRef"},
};

}  // namespace

Findings why_namespace(const World& world, const std::string& name) {
    Findings findings;
    const auto& ns = world.find("namespaces", "", name);
    if (ns.is_null()) return {{fmt::format("there is no namespace {}", name), "kubectl get namespaces"}};
    if (ns["metadata"]["deletionTimestamp"].as_string().empty()) return findings;
    if (judge_going(ns, findings)) return findings;
    for (const auto& row : kRemains)
        if (const auto& held = condition(ns, row.parts); held["status"].as_string() == "True") findings.push_back(say(row, name, held["message"].as_string()));
    if (findings.empty()) findings.push_back({"it is being deleted; its content goes first", "kubectl get all -n " + name});
    return findings;
}

Findings why_autoscaler(const World& world, const std::string& ns, const std::string& name) {
    Findings findings;
    const auto& scaler = world.find("horizontalpodautoscalers", ns, name);
    if (scaler.is_null()) return {{fmt::format("there is no autoscaler {} in namespace {}", name, ns), "kubectl get hpa -A | grep " + name}};
    const auto& target = scaler["spec"]["scaleTargetRef"]["name"].as_string();
    for (const char* type : {"AbleToScale", "ScalingActive"}) {
        const auto& state = condition(scaler, type);
        if (state["status"].as_string() != "False") continue;
        const auto& message = state["message"].as_string();
        if (state["reason"].as_string() == "ScalingDisabled") return {{fmt::format("{} has 0 replicas, so it does not scale", target), "kubectl scale it to 1 first"}};
        const auto* row = meaning_of(kNoMetrics, message);
        findings.push_back(row ? say(*row, target, message) : Finding{"it cannot scale: " + message, "kubectl describe hpa " + name});
        return findings;
    }
    if (const auto& limited = condition(scaler, "ScalingLimited"); limited["status"].as_string() == "True" && limited["reason"].as_string() == "TooManyReplicas")
        findings.push_back({fmt::format("it wants more than its maxReplicas of {}", scaler["spec"]["maxReplicas"].as_int()), "raise spec.maxReplicas, or give each pod more"});
    return findings;
}

Findings why_budget(const World& world, const std::string& ns, const std::string& name) {
    const auto& budget = world.find("poddisruptionbudgets", ns, name);
    if (budget.is_null()) return {{fmt::format("there is no disruption budget {} in namespace {}", name, ns), "kubectl get pdb -A | grep " + name}};
    const auto& status = budget["status"];
    if (status["disruptionsAllowed"].as_int() > 0) return {};
    std::vector<const json::Value*> pods;
    for (const auto& pod : world.list("pods"))
        if (ns_of(pod) == ns && selects(budget["spec"]["selector"], pod["metadata"]["labels"])) pods.push_back(&pod);
    if (pods.empty()) return {{"its selector matches no pod", fmt::format("kubectl get pods -n {} --show-labels", ns)}};
    for (const auto* pod : pods)
        if (condition(*pod, "Ready")["status"].as_string() != "True") {
            auto why = why_pod(world, ns, name_of(*pod));
            return {{fmt::format("{} of {} pods are healthy and {} must be; {} is not{}", status["currentHealthy"].as_int(), pods.size(), status["desiredHealthy"].as_int(), name_of(*pod),
                                 why.empty() ? "" : ": " + why[0].cause),
                     why.empty() ? "skiff why pod " + name_of(*pod) : why[0].help}};
        }
    return {{fmt::format("all its {} pods must stay, so none may be evicted", pods.size()), "run one replica more than minAvailable, or use maxUnavailable: 1"}};
}

}  // namespace skiff::cli::why
