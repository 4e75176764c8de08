// Why the containers of a pod do not run, or are not ready.
#include <fmt/format.h>

#include "cli/why/finding.h"

namespace skiff::cli::why {

namespace {

Finding judge_image(const std::string& name, const std::string& image, const std::string& reason, const std::string& message) {
    const std::string of = fmt::format("image {} of container {}", image, name);
    if (reason == "InvalidImageName") return {of + " has no valid name", "correct spec.containers[].image"};
    if (reason == "ErrImageNeverPull") return {of + " is not on the node and imagePullPolicy is Never", "skiff image import FILE on the node, or use IfNotPresent"};
    if (contains(message, "not found") || contains(message, "manifest unknown") || contains(message, "404"))
        return {of + " does not exist in its registry", "check name and tag: skiff image pull " + image};
    if (contains(message, "unauthorized") || contains(message, "denied") || contains(message, "authentication") || contains(message, "401") || contains(message, "403"))
        return {of + " may not be pulled without credentials", "kubectl create secret docker-registry NAME ..., and name it in imagePullSecrets"};
    if (contains(message, "no such host") || contains(message, "resolve") || contains(message, "lookup"))
        return {of + ": the registry's name cannot be resolved on the node", "check the node's /etc/resolv.conf, or set a mirror in registries.yaml"};
    if (contains(message, "certificate") || contains(message, "x509") || contains(message, "tls"))
        return {of + ": the registry's certificate is not trusted", "add its CA to registries.yaml"};
    if (contains(message, "no space left")) return {of + ": the node's disk is full", "free space on the node: kubectl describe node"};
    return {of + " cannot be pulled: " + message, "check that the node reaches the registry: skiff image pull " + image};
}

Finding judge_config(const std::string& name, const std::string& message) {
    if (contains(message, "secret \"")) return {fmt::format("container {} needs a Secret: {}", name, message), "kubectl create secret generic NAME --from-literal=KEY=VALUE"};
    if (contains(message, "configmap \"")) return {fmt::format("container {} needs a ConfigMap: {}", name, message), "kubectl create configmap NAME --from-literal=KEY=VALUE"};
    if (contains(message, "couldn't find key")) return {fmt::format("container {} needs a key that is not there: {}", name, message), "kubectl edit the Secret or ConfigMap, or mark the key optional"};
    if (contains(message, "runAsNonRoot")) return {fmt::format("container {} must not run as root, but its image does", name), "set securityContext.runAsUser, or use an image with a USER"};
    return {fmt::format("container {} cannot be made: {}", name, message), "kubectl describe pod"};
}

Finding judge_exit(const std::string& pod, const std::string& name, const json::Value& ended, const json::Value& probe_event) {
    const auto code = ended["exitCode"].as_int();
    const std::string logs = fmt::format("kubectl logs {} -c {} --previous", pod, name);
    if (ended["reason"].as_string() == "OOMKilled")
        return {fmt::format("container {} used more memory than its limit and was killed", name), "raise resources.limits.memory, or make it use less: kubectl top pod " + pod};
    if (ended["reason"].as_string() == "StartError" || ended["reason"].as_string() == "ContainerCannotRun")
        return {fmt::format("container {} cannot be started: {}", name, ended["message"].as_string()), "check command, args and securityContext"};
    if (!probe_event.is_null() && contains(probe_event["message"].as_string(), "Liveness"))
        return {fmt::format("container {} is restarted because its liveness probe fails: {}", name, probe_event["message"].as_string()), "correct livenessProbe, or add a startupProbe for a slow start"};
    if (code == 127) return {fmt::format("container {} ends with 127: its command was not found", name), "correct command and args; " + logs};
    if (code == 126) return {fmt::format("container {} ends with 126: its command may not be executed", name), "check file mode and securityContext; " + logs};
    if (code == 137) return {fmt::format("container {} was killed (137)", name), "out of memory or a failing probe: kubectl describe pod " + pod};
    if (code == 139) return {fmt::format("container {} crashed with a segmentation fault (139)", name), logs};
    if (code == 0) return {fmt::format("container {} ends by itself with 0, and restartPolicy starts it again", name), "a server must stay in the foreground; for work that ends use a Job"};
    return {fmt::format("container {} ends with exit code {}", name, code), logs};
}

void judge_waiting(const World& world, const json::Value& pod, const json::Value& status, bool init, Findings& findings) {
    const auto& name = status["name"].as_string();
    const auto& waiting = status["state"]["waiting"];
    const auto& reason = waiting["reason"].as_string();
    const auto& message = waiting["message"].as_string();
    const std::string what = init ? "init container " : "";
    auto add = [&](Finding finding) {
        if (init) finding.cause = "before its containers start: " + finding.cause;
        findings.push_back(std::move(finding));
    };
    const auto& unhealthy = world.event("Pod", ns_of(pod), name_of(pod), {"Unhealthy", "Killing"});
    if (reason == "ErrImagePull" || reason == "ImagePullBackOff" || reason == "InvalidImageName" || reason == "ErrImageNeverPull") {
        std::string detail = message;
        if (const auto& event = world.event("Pod", ns_of(pod), name_of(pod), {"Failed"}); reason == "ImagePullBackOff" && !event.is_null()) detail += " " + event["message"].as_string();
        return add(judge_image(name, status["image"].as_string(), reason, detail));
    }
    if (reason == "CreateContainerConfigError") return add(judge_config(name, message));
    if (reason == "CreateContainerError" || reason == "RunContainerError")
        return add({fmt::format("container {} cannot be started: {}", name, message), "check command, args and securityContext"});
    if (reason == "CrashLoopBackOff") return add(judge_exit(name_of(pod), name, status["lastState"]["terminated"], unhealthy));
    if (const auto& ended = status["state"]["terminated"]; !ended.is_null() && (ended["exitCode"].as_int() != 0 || !init))
        return add(judge_exit(name_of(pod), name, ended, unhealthy));
}

}  // namespace

void judge_containers(const World& world, const json::Value& pod, Findings& findings) {
    const auto& status = pod["status"];
    for (const auto& entry : status["initContainerStatuses"].items())
        if (!entry["ready"].as_bool()) judge_waiting(world, pod, entry, true, findings);
    if (!findings.empty()) return;
    for (const auto& entry : status["initContainerStatuses"].items())
        if (!entry["state"]["running"].is_null() && !entry["ready"].as_bool() && !entry["started"].as_bool())
            findings.push_back({fmt::format("init container {} still runs; the others wait for its end", entry["name"].as_string()), fmt::format("kubectl logs {} -c {} -f", name_of(pod), entry["name"].as_string())});
    if (!findings.empty()) return;
    for (const auto& entry : status["containerStatuses"].items()) {
        if (entry["ready"].as_bool()) continue;
        const size_t before = findings.size();
        judge_waiting(world, pod, entry, false, findings);
        if (findings.size() > before || entry["state"]["running"].is_null()) continue;
        const auto& name = entry["name"].as_string();
        const auto& event = world.event("Pod", ns_of(pod), name_of(pod), {"Unhealthy"});
        const auto& message = event["message"].as_string();
        if (contains(message, "Startup"))
            findings.push_back({fmt::format("container {} runs, but its startup probe fails: {}", name, message), "raise failureThreshold of startupProbe, or see: kubectl logs " + name_of(pod)});
        else if (!event.is_null())
            findings.push_back({fmt::format("container {} runs, but is not ready: {}", name, message), fmt::format("check port and path of readinessProbe: kubectl logs {} -c {}", name_of(pod), name)});
        else
            findings.push_back({fmt::format("container {} runs, but its readiness probe has not succeeded yet", name), "kubectl describe pod " + name_of(pod)});
    }
}

}  // namespace skiff::cli::why
