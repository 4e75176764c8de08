#include <fmt/format.h>

#include "cli/why/finding.h"

namespace skiff::cli::why {

namespace {

const json::Value kNull;

// What the node said about a pod that it refused or stopped.
void judge_end(const json::Value& pod, Findings& findings) {
    const auto& status = pod["status"];
    const auto& reason = status["reason"].as_string();
    const auto& message = status["message"].as_string();
    const auto& node = pod["spec"]["nodeName"].as_string();
    if (status["phase"].as_string() != "Failed" || reason.empty()) return;
    if (reason == "Evicted")
        findings.push_back({"the node evicted it: " + message, fmt::format("free the resource on node {} or set requests: skiff why node {}", node, node)});
    else if (reason == "DeadlineExceeded")
        findings.push_back({"it ran longer than spec.activeDeadlineSeconds allows", "raise activeDeadlineSeconds, or make the work shorter"});
    else if (reason.rfind("OutOf", 0) == 0 || reason == "NodeAffinity" || reason == "NodePorts" || reason == "UnexpectedAdmissionError")
        findings.push_back({fmt::format("node {} refused it ({}): {}", node, reason, message), fmt::format("leave the choice of the node to the scheduler, or make room: kubectl describe node {}", node)});
    else
        findings.push_back({fmt::format("it failed ({}): {}", reason, message), "kubectl describe pod " + name_of(pod)});
}

void judge_deletion(const World& world, const json::Value& pod, Findings& findings) {
    if (pod["metadata"]["deletionTimestamp"].as_string().empty()) return;
    const auto& node = pod["spec"]["nodeName"].as_string();
    if (const auto& finalizers = pod["metadata"]["finalizers"]; finalizers.size() > 0) {
        findings.push_back({fmt::format("it is being deleted and waits for finalizer {}", finalizers[0].as_string()),
                            "whoever set the finalizer must remove it; look at that controller's log"});
        return;
    }
    const auto& host = world.find("nodes", "", node);
    if (!host.is_null() && condition(host, "Ready")["status"].as_string() != "True")
        findings.push_back({fmt::format("it is being deleted, but its node {} does not answer", node),
                            fmt::format("bring the node back (skiff why node {0}), or if it is gone for good: kubectl delete node {0}", node)});
    else
        findings.push_back({"it is being deleted and its containers are still stopping", "wait for terminationGracePeriodSeconds, or: kubectl delete pod " + name_of(pod) + " --grace-period=0 --force"});
}

void judge_node(const World& world, const json::Value& pod, Findings& findings) {
    const auto& node = pod["spec"]["nodeName"].as_string();
    if (node.empty()) return;
    const auto& host = world.find("nodes", "", node);
    if (host.is_null()) {
        findings.push_back({fmt::format("its node {} does not exist", node), "delete the pod, so that its controller makes a new one: kubectl delete pod " + name_of(pod)});
        return;
    }
    if (condition(host, "Ready")["status"].as_string() == "True") return;
    findings.push_back({fmt::format("its node {} is not ready", node), "skiff why node " + node});
    for (auto& finding : why_node(world, node)) findings.push_back(std::move(finding));
}

// Volumes and the sandbox, as the node's events tell.
void judge_start(const World& world, const json::Value& pod, Findings& findings) {
    const auto& ns = ns_of(pod);
    const auto& name = name_of(pod);
    for (const auto& status : pod["status"]["containerStatuses"].items())
        if (!status["state"]["running"].is_null() || !status["state"]["terminated"].is_null()) return;
    for (const auto& volume : pod["spec"]["volumes"].items()) {
        auto missing = [&](const char* kind, const char* resource, const std::string& wanted, bool optional) {
            if (wanted.empty() || optional || !world.objects.count(resource) || !world.find(resource, ns, wanted).is_null()) return;
            findings.push_back({fmt::format("volume {} needs {} {}, which does not exist", volume["name"].as_string(), kind, wanted),
                                fmt::format("kubectl create {} {} -n {} ...", kind == std::string("Secret") ? "secret generic" : "configmap", wanted, ns)});
        };
        missing("Secret", "secrets", volume["secret"]["secretName"].as_string(), volume["secret"]["optional"].as_bool());
        missing("ConfigMap", "configmaps", volume["configMap"]["name"].as_string(), volume["configMap"]["optional"].as_bool());
    }
    if (!findings.empty()) return;
    if (const auto& event = world.event("Pod", ns, name, {"FailedMount", "FailedAttachVolume", "FailedMapVolume"}); !event.is_null())
        findings.push_back({"a volume cannot be mounted: " + event["message"].as_string(), "kubectl describe pod " + name});
    else if (const auto& sandbox = world.event("Pod", ns, name, {"FailedCreatePodSandBox", "NetworkNotReady"}); !sandbox.is_null())
        findings.push_back({"its sandbox (network, namespaces) cannot be made: " + sandbox["message"].as_string(), "skiff check, on node " + pod["spec"]["nodeName"].as_string()});
}

void judge_readiness_gates(const json::Value& pod, Findings& findings) {
    for (const auto& gate : pod["spec"]["readinessGates"].items()) {
        const auto& type = gate["conditionType"].as_string();
        if (condition(pod, type)["status"].as_string() != "True")
            findings.push_back({fmt::format("readiness gate {} is not True", type), "the controller that owns this condition must set it; see its log"});
    }
}

}  // namespace

const std::vector<json::Value>& World::list(const std::string& resource) const {
    static const std::vector<json::Value> kNone;
    auto it = objects.find(resource);
    return it == objects.end() ? kNone : it->second;
}

const json::Value& World::find(const std::string& resource, const std::string& ns, const std::string& name) const {
    for (const auto& object : list(resource))
        if (name_of(object) == name && ns_of(object) == ns) return object;
    return kNull;
}

const json::Value& World::event(const std::string& kind, const std::string& ns, const std::string& name, const std::vector<std::string>& reasons) const {
    const json::Value* newest = &kNull;
    auto time = [](const json::Value& e) { return e["lastTimestamp"].as_string().empty() ? e["eventTime"].as_string() : e["lastTimestamp"].as_string(); };
    for (const auto& event : list("events")) {
        const auto& about = event["involvedObject"];
        if (about["kind"].as_string() != kind || about["name"].as_string() != name || about["namespace"].as_string() != ns) continue;
        bool wanted = false;
        for (const auto& reason : reasons) wanted = wanted || event["reason"].as_string() == reason;
        if (wanted && (newest->is_null() || time(*newest) < time(event))) newest = &event;
    }
    return *newest;
}

const json::Value& condition(const json::Value& object, std::string_view type) {
    for (const auto& entry : object["status"]["conditions"].items())
        if (entry["type"].as_string() == type) return entry;
    return kNull;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
const std::string& name_of(const json::Value& object) { return object["metadata"]["name"].as_string(); }
const std::string& ns_of(const json::Value& object) { return object["metadata"]["namespace"].as_string(); }

Findings why_pod(const World& world, const std::string& ns, const std::string& name) {
    Findings findings;
    const auto& pod = world.find("pods", ns, name);
    if (pod.is_null()) {
        findings.push_back({fmt::format("there is no pod {} in namespace {}", name, ns), "kubectl get pods -A | grep " + name});
        return findings;
    }
    judge_deletion(world, pod, findings);
    judge_end(pod, findings);
    if (!findings.empty()) return findings;
    if (pod["status"]["phase"].as_string() == "Succeeded") return findings;
    if (pod["spec"]["nodeName"].as_string().empty()) {
        judge_schedule(world, pod, findings);
        return findings;
    }
    judge_node(world, pod, findings);
    judge_start(world, pod, findings);
    judge_containers(world, pod, findings);
    if (findings.empty() && condition(pod, "Ready")["status"].as_string() != "True") judge_readiness_gates(pod, findings);
    if (findings.empty() && condition(pod, "Ready")["status"].as_string() != "True")
        findings.push_back({"its containers are still being started", "kubectl get pod " + name + " -w"});
    return findings;
}

}  // namespace skiff::cli::why
