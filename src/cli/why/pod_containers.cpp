// Why the containers of a pod do not run, or are not ready. Tables: a fault is a row.
#include <fmt/format.h>

#include "cli/why/finding.h"

namespace skiff::cli::why {

namespace {

// By the message of a failed pull; % is "image NAME of container NAME".
constexpr Meaning kPulls[] = {
    {"no match for platform|no matching manifest|exec format", "% has no variant for the node's processor", "build it for the node's platform, or choose another node with nodeSelector kubernetes.io/arch"},
    {"toomanyrequests|429|rate limit", "%: its registry allows no more pulls for now", "log in with imagePullSecrets, wait, or set a mirror in registries.yaml"},
    {"not found|manifest unknown|404", "% does not exist in its registry", "check name and tag: skiff image pull IMAGE"},
    {"unauthorized|denied|authentication|401|403", "% may not be pulled without credentials", "kubectl create secret docker-registry NAME ..., and name it in imagePullSecrets"},
    {"no such host|resolve|lookup", "%: the registry's name cannot be resolved on the node", "check the node's /etc/resolv.conf, or set a mirror in registries.yaml"},
    {"certificate|x509|tls", "%: the registry's certificate is not trusted", "add its CA to registries.yaml"},
    {"server gave HTTP response", "%: the registry speaks plain HTTP", "name it with http:// in registries.yaml"},
    {"no space left", "%: the node's disk is full", "free space on the node: skiff image rm; kubectl describe node"},
    {"connection refused|timeout|timed out|unreachable|no route", "%: the registry cannot be reached from the node", "check the node's network and proxy, or import the image: skiff image import FILE"},
};

// By the message of a container that cannot be made; % is its name.
constexpr Meaning kConfigs[] = {
    {"couldn't find key|non-existent config key|references non-existent", "container % needs a key that is not there: &", "kubectl edit the Secret or ConfigMap, or mark the key optional"},
    {"secret \"", "container % needs a Secret: &", "kubectl create secret generic NAME --from-literal=KEY=VALUE"},
    {"configmap \"", "container % needs a ConfigMap: &", "kubectl create configmap NAME --from-literal=KEY=VALUE"},
    {"runAsNonRoot|non-numeric user", "container % must not run as root, but its image does", "set securityContext.runAsUser, or use an image with a USER"},
    {"subPath|subpath", "container % mounts a subPath that cannot be made: &", "correct volumeMounts[].subPath"},
    {"no such file or directory|executable file not found", "container %: its command or working directory is not in the image: &", "correct command, args and workingDir"},
    {"permission denied", "container %: its command may not be executed: &", "check file mode and securityContext"},
    {"address already in use", "container % asks for a host port that is taken: &", "use another hostPort, or a Service"},
    {"postStart|PostStart", "container % is stopped because its postStart hook fails: &", "correct lifecycle.postStart: kubectl logs"},
};

// By the last line that a container wrote before it ended.
constexpr Meaning kLastWords[] = {
    {"no such host|Temporary failure in name resolution|Name or service not known|could not resolve|Could not resolve|bad address", "it cannot resolve a name (DNS)", "skiff why service kube-dns -n kube-system; is the name right?"},
    {"exec format error", "its program is for another processor", "build the image for the node's platform"},
    {"address already in use|Address already in use|bind: ", "the port that it listens on is taken", "two containers of a pod share its ports; change one"},
    {"ermission denied", "it may not read or write something", "check securityContext (runAsUser, fsGroup) and the volume's owner"},
    {"ead-only file system", "it writes where its file system is read only", "mount an emptyDir there, or leave out readOnlyRootFilesystem"},
    {"No space left", "its volume or disk is full", "enlarge the volume, or free space"},
    {"onnection refused", "a server that it needs refuses the connection", "skiff why service NAME of that server"},
    {"certificate|x509", "it does not trust a certificate, or its clock is wrong", "check CA bundles and the node's time"},
};

// By exit code, as text.
constexpr Meaning kCodes[] = {
    {"#127", "container % ends with 127: its command was not found", "correct command and args; &"},
    {"#126", "container % ends with 126: its command may not be executed", "check file mode and securityContext; &"},
    {"#137", "container % was killed (137)", "out of memory or a failing probe: kubectl describe pod; &"},
    {"#139", "container % crashed with a segmentation fault (139)", "&"},
    {"#143", "container % was asked to end (143)", "a probe that fails, or an eviction: kubectl get events; &"},
    {"#0.", "container % ends by itself with 0, and restartPolicy starts it again", "a server must stay in the foreground; for work that ends use a Job"},
};

Finding judge_image(const World& world, const json::Value& pod, const json::Value& status, const std::string& reason, const std::string& message) {
    const std::string of = fmt::format("image {} of container {}", status["image"].as_string(), status["name"].as_string());
    if (reason == "InvalidImageName") return {of + " has no valid name", "correct spec.containers[].image"};
    if (reason == "ErrImageNeverPull") return {of + " is not on the node and imagePullPolicy is Never", "skiff image import FILE on the node, or use IfNotPresent"};
    for (const auto& secret : pod["spec"]["imagePullSecrets"].items())
        if (const auto& wanted = secret["name"].as_string(); world.objects.count("secrets") && world.find("secrets", ns_of(pod), wanted).is_null())
            return {fmt::format("{} cannot be pulled: its imagePullSecret {} does not exist", of, wanted), fmt::format("kubectl create secret docker-registry {} -n {} ...", wanted, ns_of(pod))};
    if (const auto* row = meaning_of(kPulls, message)) return say(*row, of, message);
    return {of + " cannot be pulled: " + message, "check that the node reaches the registry: skiff image pull " + status["image"].as_string()};
}

Finding judge_config(const std::string& name, const std::string& message) {
    if (const auto* row = meaning_of(kConfigs, message)) return say(*row, name, message);
    return {fmt::format("container {} cannot be made: {}", name, message), "kubectl describe pod"};
}

Finding judge_exit(const World& world, const json::Value& pod, const std::string& name, const json::Value& ended, const json::Value& probe_event) {
    const auto code = ended["exitCode"].as_int();
    const std::string logs = fmt::format("kubectl logs {} -c {} --previous", name_of(pod), name);
    if (ended["reason"].as_string() == "OOMKilled")
        return {fmt::format("container {} used more memory than its limit and was killed", name), "raise resources.limits.memory, or make it use less: kubectl top pod " + name_of(pod)};
    if (ended["reason"].as_string() == "StartError" || ended["reason"].as_string() == "ContainerCannotRun") {
        if (const auto* row = meaning_of(kConfigs, ended["message"].as_string())) return say(*row, name, ended["message"].as_string());
        return {fmt::format("container {} cannot be started: {}", name, ended["message"].as_string()), "check command, args and securityContext"};
    }
    if (!probe_event.is_null() && contains(probe_event["message"].as_string(), "Liveness"))
        return {fmt::format("container {} is restarted because its liveness probe fails: {}", name, probe_event["message"].as_string()), "correct livenessProbe, or add a startupProbe for a slow start"};
    if (!probe_event.is_null() && contains(probe_event["message"].as_string(), "Startup"))
        return {fmt::format("container {} is restarted because its startup probe fails: {}", name, probe_event["message"].as_string()), "raise failureThreshold of startupProbe, or correct it"};
    const auto* row = meaning_of(kCodes, fmt::format("#{}.", code));
    Finding finding = row ? say(*row, name, logs) : Finding{fmt::format("container {} ends with exit code {}", name, code), logs};
    std::string words = ended["message"].as_string();
    if (auto known = world.last_words.find(name_of(pod) + "/" + name); words.empty() && known != world.last_words.end()) words = known->second;
    if (words.empty()) return finding;
    finding.cause += fmt::format("; its last words: \"{}\"", words);
    if (const auto* meaning = meaning_of(kLastWords, words)) finding = {fmt::format("{}: {}", finding.cause, meaning->cause), meaning->help};
    return finding;
}

void judge_waiting(const World& world, const json::Value& pod, const json::Value& status, bool init, Findings& findings) {
    const auto& name = status["name"].as_string();
    const auto& waiting = status["state"]["waiting"];
    const auto& reason = waiting["reason"].as_string();
    const auto& message = waiting["message"].as_string();
    auto add = [&](Finding finding) {
        if (init) finding.cause = "before its containers start: " + finding.cause;
        findings.push_back(std::move(finding));
    };
    const auto& unhealthy = world.event("Pod", ns_of(pod), name_of(pod), {"Unhealthy", "Killing"});
    if (reason == "ErrImagePull" || reason == "ImagePullBackOff" || reason == "InvalidImageName" || reason == "ErrImageNeverPull") {
        std::string detail = message;
        if (const auto& event = world.event("Pod", ns_of(pod), name_of(pod), {"Failed"}); reason == "ImagePullBackOff" && !event.is_null()) detail += " " + event["message"].as_string();
        return add(judge_image(world, pod, status, reason, detail));
    }
    if (reason == "CreateContainerConfigError" || reason == "PostStartHookError") return add(judge_config(name, reason == "PostStartHookError" ? "PostStart: " + message : message));
    if (reason == "CreateContainerError" || reason == "RunContainerError") {
        const auto* row = meaning_of(kConfigs, message);
        return add(row ? say(*row, name, message) : Finding{fmt::format("container {} cannot be started: {}", name, message), "check command, args and securityContext"});
    }
    if (reason == "CrashLoopBackOff") return add(judge_exit(world, pod, name, status["lastState"]["terminated"], unhealthy));
    if (const auto& ended = status["state"]["terminated"]; !ended.is_null() && (ended["exitCode"].as_int() != 0 || (!init && pod["spec"]["restartPolicy"].as_string() == "Always")))
        return add(judge_exit(world, pod, name, ended, unhealthy));
    if (const auto& pulling = world.event("Pod", ns_of(pod), name_of(pod), {"Pulling", "Pulled"}); reason == "ContainerCreating" && pulling["reason"].as_string() == "Pulling")
        add({fmt::format("container {} waits for its image, which is being pulled", name), fmt::format("kubectl get pod {} -w; a large image takes its time", name_of(pod))});
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
