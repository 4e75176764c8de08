#include <fmt/format.h>

#include "cli/why/finding.h"

namespace skiff::cli::why {

namespace {

const json::Value kNull;

// By the node's words about a volume; % is the pod.
constexpr Meaning kMounts[] = {
    {"non-existent config key|non-existent secret key", "a volume names a key that is not in its ConfigMap or Secret: &", "kubectl edit it, or correct the volume's items"},
    {"configmap \"|secret \"", "a volume needs an object that does not exist: &", "kubectl get configmaps,secrets; create it, or mark the volume optional"},
    {"hostPath type check failed|is not a directory|not a socket", "a hostPath is not what the volume says: &", "correct hostPath.path and type, or make the path on the node"},
    {"list of registered CSI drivers", "the CSI driver of a volume does not run on its node: &", "install the driver's node plugin: kubectl get csinodes"},
    {"Multi-Attach|already used by node|already attached", "a volume is still attached to another node: &", "wait, or delete the pod that uses it there; skiff why node NODE"},
    {"wrong fs type|unknown filesystem", "a volume has no file system that the node knows: &", "check fsType, or install the file system's tools on the node"},
    {"access denied|permission denied|Permission denied", "the server of a volume refuses the node: &", "check the export's or share's permissions"},
    {"ount failed|timed out|Connection refused|No route to host|no such host", "a volume cannot be mounted: &", "does the node reach the server of the volume? kubectl describe pod %"},
};

// By the node's words about a sandbox.
constexpr Meaning kSandboxes[] = {
    {"no address left|no IP addresses available|address range", "the node has no pod address left: &", "run fewer pods there, or give nodes larger ranges (--cluster-cidr)"},
    {"port is already allocated|address already in use|hostPort", "its host port is taken on the node: &", "use another hostPort, or a Service"},
    {"runtime handler|RuntimeHandler", "its runtime class has no handler on the node: &", "kubectl get runtimeclass; leave out runtimeClassName"},
};

// By the reason of condition DisruptionTarget: who took the pod away.
constexpr Meaning kDisruptions[] = {
    {"PreemptionByScheduler", "pods of a higher priority pushed it out", "kubectl get priorityclasses; add a node, or raise its priority"},
    {"DeletionByTaintManager", "its node has a taint that it does not tolerate, so it was evicted", "kubectl describe node; add a toleration, or repair the node"},
    {"EvictionByEvictionAPI", "somebody drained its node or evicted it", "kubectl get nodes; its controller makes a new one"},
    {"DeletionByPodGC", "its node is gone", "its controller makes a new one; kubectl delete pod % if it has none"},
    {"TerminationByKubelet", "its node ended it to save itself: &", "skiff why node NODE; set requests near what it uses"},
};

// What the node said about a pod that it refused or stopped.
void judge_end(const json::Value& pod, Findings& findings) {
    const auto& status = pod["status"];
    const auto& reason = status["reason"].as_string();
    const auto& message = status["message"].as_string();
    const auto& node = pod["spec"]["nodeName"].as_string();
    if (status["phase"].as_string() != "Failed") return;
    if (const auto& disrupted = condition(pod, "DisruptionTarget"); disrupted["status"].as_string() == "True" && reason != "Evicted")
        if (const auto* row = meaning_of(kDisruptions, disrupted["reason"].as_string())) return findings.push_back(say(*row, name_of(pod), disrupted["message"].as_string()));
    if (reason.empty()) return;
    if (reason == "Evicted")
        findings.push_back({"the node evicted it: " + message, fmt::format("free the resource on node {} or set requests: skiff why node {}", node, node)});
    else if (reason == "DeadlineExceeded")
        findings.push_back({"it ran longer than spec.activeDeadlineSeconds allows", "raise activeDeadlineSeconds, or make the work shorter"});
    else if (reason == "NodeShutdown" || reason == "Terminated")
        findings.push_back({fmt::format("node {} was shut down: {}", node, message), "its controller makes a new one; skiff why node " + node});
    else if (reason == "SysctlForbidden" || reason == "AppArmor" || reason == "Seccomp")
        findings.push_back({fmt::format("node {} does not allow its securityContext ({}): {}", node, reason, message), "correct securityContext, or allow it on the node"});
    else if (reason.rfind("OutOf", 0) == 0 || reason == "NodeAffinity" || reason == "NodePorts" || reason == "UnexpectedAdmissionError")
        findings.push_back({fmt::format("node {} refused it ({}): {}", node, reason, message), fmt::format("leave the choice of the node to the scheduler, or make room: kubectl describe node {}", node)});
    else
        findings.push_back({fmt::format("it failed ({}): {}", reason, message), "kubectl describe pod " + name_of(pod)});
}

void judge_deletion(const World& world, const json::Value& pod, Findings& findings) {
    if (pod["metadata"]["deletionTimestamp"].as_string().empty()) return;
    const auto& node = pod["spec"]["nodeName"].as_string();
    if (judge_going(pod, findings)) return;
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
        for (const auto& source : volume["projected"]["sources"].items()) {
            missing("Secret", "secrets", source["secret"]["name"].as_string(), source["secret"]["optional"].as_bool());
            missing("ConfigMap", "configmaps", source["configMap"]["name"].as_string(), source["configMap"]["optional"].as_bool());
        }
    }
    if (const auto& account = pod["spec"]["serviceAccountName"].as_string(); !account.empty() && world.objects.count("serviceaccounts") && world.find("serviceaccounts", ns, account).is_null())
        findings.push_back({fmt::format("its service account {} does not exist", account), fmt::format("kubectl create serviceaccount {} -n {}", account, ns)});
    if (!findings.empty()) return;
    if (const auto& event = world.event("Pod", ns, name, {"FailedMount", "FailedAttachVolume", "FailedMapVolume"}); !event.is_null()) {
        const auto& message = event["message"].as_string();
        const auto* row = meaning_of(kMounts, message);
        findings.push_back(row ? say(*row, name, message) : Finding{"a volume cannot be mounted: " + message, "kubectl describe pod " + name});
    } else if (const auto& devices = world.event("Pod", ns, name, {"FailedPrepareDynamicResources"}); !devices.is_null()) {
        findings.push_back({"the devices of its ResourceClaims cannot be prepared: " + devices["message"].as_string(), "skiff runs no device drivers: remove spec.resourceClaims"});
    } else if (const auto& sandbox = world.event("Pod", ns, name, {"FailedCreatePodSandBox", "NetworkNotReady"}); !sandbox.is_null()) {
        const auto& message = sandbox["message"].as_string();
        const auto* row = meaning_of(kSandboxes, message);
        findings.push_back(row ? say(*row, name, message) : Finding{"its sandbox (network, namespaces) cannot be made: " + message, "skiff check, on node " + pod["spec"]["nodeName"].as_string()});
    }
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
