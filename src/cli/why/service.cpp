// Why a Service does not answer.
#include <fmt/format.h>

#include "cli/why/finding.h"

namespace skiff::cli::why {

namespace {

// A service's selector is a plain map.
bool chosen_by(const json::Value& selector, const json::Value& labels) {
    for (const auto& [key, value] : selector.members())
        if (labels[key].as_string() != value.as_string()) return false;
    return true;
}

std::string text_of(const json::Value& selector) {
    std::string text;
    for (const auto& [key, value] : selector.members()) text += (text.empty() ? "" : ",") + key + "=" + value.as_string();
    return text;
}

bool has_port(const json::Value& pod, const json::Value& target) {
    for (const auto& container : pod["spec"]["containers"].items())
        for (const auto& port : container["ports"].items())
            if (target.is_string() ? port["name"].as_string() == target.as_string() : port["containerPort"].as_int() == target.as_int()) return true;
    return false;
}

bool declares_ports(const json::Value& pod) {
    for (const auto& container : pod["spec"]["containers"].items())
        if (container["ports"].size() > 0) return true;
    return false;
}

void judge_ports(const json::Value& service, const json::Value& pod, Findings& findings) {
    for (const auto& port : service["spec"]["ports"].items()) {
        const auto& target = port["targetPort"].is_null() ? port["port"] : port["targetPort"];
        if (has_port(pod, target)) continue;
        if (target.is_string())
            findings.push_back({fmt::format("targetPort {} is the name of no port of pod {}", target.as_string(), name_of(pod)), "name the port in the pod's containers[].ports, or use its number"});
        else if (declares_ports(pod))
            findings.push_back({fmt::format("targetPort {} is none of the ports that pod {} declares", target.as_int(), name_of(pod)), "set targetPort to the port that the container listens on"});
    }
}

void judge_policies(const World& world, const json::Value& service, const json::Value& pod, Findings& findings) {
    for (const auto& policy : world.list("networkpolicies")) {
        const auto& spec = policy["spec"];
        if (ns_of(policy) != ns_of(service) || !selects(spec["podSelector"], pod["metadata"]["labels"])) continue;
        bool ingress = spec["policyTypes"].size() == 0;
        for (const auto& type : spec["policyTypes"].items()) ingress = ingress || type.as_string() == "Ingress";
        if (ingress && spec["ingress"].size() == 0)
            findings.push_back({fmt::format("NetworkPolicy {} lets no traffic in to its pods", name_of(policy)), "kubectl describe networkpolicy " + name_of(policy) + "; add an ingress rule"});
    }
}

bool has_endpoint(const World& world, const json::Value& service) {
    for (const auto& slice : world.list("endpointslices"))
        if (ns_of(slice) == ns_of(service) && slice["metadata"]["labels"]["kubernetes.io/service-name"].as_string() == name_of(service))
            for (const auto& endpoint : slice["endpoints"].items())
                if (endpoint["conditions"]["ready"].is_null() || endpoint["conditions"]["ready"].as_bool()) return true;
    return false;
}

// Policy Local: nodes without a pod of the service do not answer for it.
void judge_locality(const json::Value& service, const std::vector<const json::Value*>& ready, Findings& findings) {
    std::string nodes;
    for (const auto* pod : ready) nodes += (nodes.empty() ? "" : ", ") + (*pod)["spec"]["nodeName"].as_string();
    for (const auto& [field, who] : {std::pair{"externalTrafficPolicy", "from outside"}, std::pair{"internalTrafficPolicy", "from pods"}})
        if (service["spec"][field].as_string() == "Local" && ready.size() == 1)
            findings.push_back({fmt::format("{} is Local, so calls {} are answered on node {} only", field, who, nodes), fmt::format("set {} to Cluster, or run a pod on every node", field)});
}

}  // namespace

Findings why_service(const World& world, const std::string& ns, const std::string& name) {
    Findings findings;
    const auto& service = world.find("services", ns, name);
    if (service.is_null()) {
        findings.push_back({fmt::format("there is no service {} in namespace {}", name, ns), "kubectl get services -A | grep " + name});
        return findings;
    }
    if (judge_going(service, findings)) return findings;
    const auto& spec = service["spec"];
    if (spec["type"].as_string() == "ExternalName") {
        if (spec["externalName"].as_string().empty()) findings.push_back({"it is of type ExternalName and names nothing", "set spec.externalName"});
        return findings;
    }
    if (spec["selector"].size() == 0) {
        bool any = false;
        for (const auto& slice : world.list("endpointslices"))
            any = any || (slice["metadata"]["labels"]["kubernetes.io/service-name"].as_string() == name && slice["endpoints"].size() > 0);
        if (!any) findings.push_back({"it has no selector, and nobody wrote endpoints for it", "set spec.selector, or make an EndpointSlice with label kubernetes.io/service-name=" + name});
        return findings;
    }
    std::vector<const json::Value*> matching, ready;
    for (const auto& pod : world.list("pods")) {
        if (ns_of(pod) != ns || !chosen_by(spec["selector"], pod["metadata"]["labels"])) continue;
        matching.push_back(&pod);
        if (condition(pod, "Ready")["status"].as_string() == "True" && pod["metadata"]["deletionTimestamp"].as_string().empty()) ready.push_back(&pod);
    }
    if (matching.empty()) {
        const std::string text = text_of(spec["selector"]);
        std::string elsewhere;
        for (const auto& pod : world.list("pods"))
            if (elsewhere.empty() && chosen_by(spec["selector"], pod["metadata"]["labels"])) elsewhere = ns_of(pod);
        if (!elsewhere.empty()) findings.push_back({fmt::format("its selector {} matches pods in namespace {} only", text, elsewhere), "make the Service in the namespace of its pods"});
        else findings.push_back({fmt::format("its selector {} matches no pod", text), fmt::format("kubectl get pods -n {} --show-labels; correct spec.selector or start the pods", ns)});
        return findings;
    }
    judge_ports(service, *matching[0], findings);
    if (ready.empty() && !spec["publishNotReadyAddresses"].as_bool()) {
        auto why = why_pod(world, ns, name_of(*matching[0]));
        Finding none{fmt::format("none of its {} pods is ready", matching.size()), "skiff why pod " + name_of(*matching[0])};
        if (!why.empty()) none = {fmt::format("none of its {} pods is ready; {}: {}", matching.size(), name_of(*matching[0]), why[0].cause), why[0].help};
        findings.insert(findings.begin(), std::move(none));
    }
    judge_policies(world, service, *matching[0], findings);
    judge_locality(service, ready, findings);
    if (findings.empty() && world.objects.count("endpointslices") && !ready.empty() && !has_endpoint(world, service))
        findings.push_back({"its pods are ready, but no EndpointSlice of it has a ready endpoint", "is the server up? kubectl get endpointslices -l kubernetes.io/service-name=" + name});
    if (findings.empty() && spec["type"].as_string() == "LoadBalancer" && service["status"]["loadBalancer"]["ingress"].size() == 0)
        findings.push_back(!spec["loadBalancerClass"].as_string().empty() ? Finding{fmt::format("it waits for load balancer class {}, which nobody serves", spec["loadBalancerClass"].as_string()), "leave out spec.loadBalancerClass, or install its controller"} : Finding{"it waits for an external address", "is its port taken on every node by another LoadBalancer? kubectl get services -A"});
    return findings;
}

}  // namespace skiff::cli::why
