// Why an Ingress leads nowhere.
#include <fmt/format.h>

#include "cli/why/finding.h"

namespace skiff::cli::why {

namespace {

void judge_backend(const World& world, const json::Value& ingress, const json::Value& backend, Findings& findings) {
    const auto& wanted = backend["service"]["name"].as_string();
    if (wanted.empty()) return;
    const auto& service = world.find("services", ns_of(ingress), wanted);
    if (service.is_null()) {
        findings.push_back({fmt::format("its backend service {} does not exist in namespace {}", wanted, ns_of(ingress)), "kubectl get services -n " + ns_of(ingress)});
        return;
    }
    const auto& port = backend["service"]["port"];
    bool known = false;
    for (const auto& served : service["spec"]["ports"].items())
        known = known || (port["name"].as_string().empty() ? served["port"].as_int() == port["number"].as_int() : served["name"].as_string() == port["name"].as_string());
    if (!known) {
        findings.push_back({fmt::format("service {} has no port {}", wanted, port["name"].as_string().empty() ? std::to_string(port["number"].as_int()) : port["name"].as_string()), "correct backend.service.port: kubectl get service " + wanted});
        return;
    }
    for (auto& finding : why_service(world, ns_of(ingress), wanted)) findings.push_back({fmt::format("service {}: {}", wanted, finding.cause), finding.help});
}

}  // namespace

Findings why_ingress(const World& world, const std::string& ns, const std::string& name) {
    Findings findings;
    const auto& ingress = world.find("ingresses", ns, name);
    if (ingress.is_null()) return {{fmt::format("there is no ingress {} in namespace {}", name, ns), "kubectl get ingress -A | grep " + name}};
    if (judge_going(ingress, findings)) return findings;
    const auto& spec = ingress["spec"];
    const auto& wanted = spec["ingressClassName"].as_string();
    bool by_default = false;
    for (const auto& known : world.list("ingressclasses")) by_default = by_default || known["metadata"]["annotations"]["ingressclass.kubernetes.io/is-default-class"].as_string() == "true";
    if (!wanted.empty() && world.find("ingressclasses", "", wanted).is_null()) findings.push_back({fmt::format("ingress class {} does not exist", wanted), "kubectl get ingressclass; install its controller"});
    else if (wanted.empty() && !by_default && ingress["metadata"]["annotations"]["kubernetes.io/ingress.class"].as_string().empty())
        findings.push_back({"it names no ingress class and no class is the default one", "set spec.ingressClassName: kubectl get ingressclass"});
    for (const auto& tls : spec["tls"].items())
        if (const auto& secret = tls["secretName"].as_string(); !secret.empty() && world.objects.count("secrets") && world.find("secrets", ns, secret).is_null())
            findings.push_back({fmt::format("its TLS secret {} does not exist", secret), fmt::format("kubectl create secret tls {} -n {} --cert=FILE --key=FILE", secret, ns)});
    judge_backend(world, ingress, spec["defaultBackend"], findings);
    for (const auto& rule : spec["rules"].items())
        for (const auto& path : rule["http"]["paths"].items()) judge_backend(world, ingress, path["backend"], findings);
    if (findings.empty() && ingress["status"]["loadBalancer"]["ingress"].size() == 0)
        findings.push_back({"no ingress controller has taken it up yet", "is the controller of its class running? kubectl get pods -A"});
    return findings;
}

}  // namespace skiff::cli::why
