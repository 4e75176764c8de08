// PodSecurity: the level that a namespace's labels ask for; enforce refuses pods, warn tells the client of pods and workloads. The
// configuration (PodSecurityConfiguration) says what holds without labels, and who is exempt.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/core.h>

#include "base/strings.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/admission/pod_security_policy.h"

namespace skiff::apiserver {
namespace {

const api::Gvr kNamespaces{"", "v1", "namespaces"};
constexpr size_t kPodsMax = 3000;         // of a namespace whose level changes that are looked at

// An update of a pod counts when it has other containers or images.
bool same_images(const json::Value& spec, const json::Value& old) {
    for (const char* list : {"containers", "initContainers"}) {
        if (spec[list].size() != old[list].size()) return false;
        for (size_t i = 0; i < spec[list].size(); ++i)
            if (!(spec[list][i]["image"] == old[list][i]["image"])) return false;
    }
    std::set<std::pair<std::string_view, std::string_view>> before;
    for (const json::Value& c : old["ephemeralContainers"].items()) before.emplace(c["name"].as_string(), c["image"].as_string());
    for (const json::Value& c : spec["ephemeralContainers"].items())
        if (before.count({c["name"].as_string(), c["image"].as_string()}) == 0) return false;
    return true;
}

// The pod template of a workload, or null.
const json::Value* template_of(const AdmissionRequest& request) {
    const json::Value& object = *request.object;
    const std::string& plural = request.kind.plural;
    if (plural == "podtemplates") return object.find("template");
    if (plural == "cronjobs") return &object["spec"]["jobTemplate"]["spec"]["template"];
    for (const char* workload : {"deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "replicationcontrollers"})
        if (plural == workload) return &object["spec"]["template"];
    return nullptr;
}

class PodSecurity : public AdmissionPlugin {
public:
    PodSecurity(const Reader& reader, PodSecurityConfiguration configuration) : reader_(reader), configuration_(std::move(configuration)) {}
    std::string_view name() const override { return "PodSecurity"; }

    Status validate(const AdmissionRequest& request) override {
        if (request.object == nullptr || request.operation == Operation::Delete) return {};
        if (is_namespace(request)) return request.subresource.empty() ? check_labels(request) : Status();
        if (request.ns.empty()) return {};
        bool pod = is_resource(request, "", "pods");
        if (pod ? is_one_of_ignored(request.subresource) : !request.subresource.empty()) return {};
        const json::Value* holder = pod ? request.object : template_of(request);
        if (holder == nullptr || holder->is_null()) return {};
        if (PodSecurityConfiguration::has(configuration_.exempt_namespaces, request.ns)) return exempted(request, "namespace");
        if (PodSecurityConfiguration::has(configuration_.exempt_users, request.user.name)) return exempted(request, "user");
        if (pod && request.old_object && same_images((*request.object)["spec"], (*request.old_object)["spec"])) return {};
        api::ObjectPtr ns = reader_.get(kNamespaces, "", request.ns);
        if (!ns) return {};
        json::Value labels = json::Value::object();
        for (const auto& [key, value] : ns->meta().labels)
            if (key.starts_with(kSecurityPrefix)) labels.set(key, value);
        api::FieldErrors errors;
        const SecurityPolicies policies = read_security_labels(labels, configuration_.defaults, errors);
        if (!(errors.empty() && policies.privileged()) && PodSecurityConfiguration::has(configuration_.exempt_runtime_classes, (*holder)["spec"]["runtimeClassName"].as_string())) return exempted(request, "runtimeClass");
        if (!errors.empty()) request.annotate("pod-security.kubernetes.io/error", "Failed to parse policy: " + errors.to_status("", "Namespace", request.ns).message());
        return check(request, pod, *holder, policies);
    }

private:
    static bool is_one_of_ignored(std::string_view subresource) { return subresource == "binding" || subresource == "eviction" || subresource == "status"; }

    static Status exempted(const AdmissionRequest& request, const char* reason) {
        request.annotate(std::string(kSecurityPrefix) + "exempt", reason);
        return {};
    }

    static Status check(const AdmissionRequest& request, bool pod, const json::Value& holder, const SecurityPolicies& policies) {
        Status refusal;
        if (pod) {
            request.annotate("pod-security.kubernetes.io/enforce-policy", policies.enforce.text());
            if (auto found = policies.enforce.check(holder); !found.ok()) refusal = refused(request, fmt::format("violates PodSecurity \"{}\": {}", policies.enforce.text(), found.details));
        }
        if (request.annotations != nullptr)
            if (auto found = policies.audit.check(holder); !found.ok())
                request.annotate("pod-security.kubernetes.io/audit-violations", fmt::format("would violate PodSecurity \"{}\": {}", policies.audit.text(), found.details));
        if (!refusal.ok() || request.warnings == nullptr) return refusal;
        if (auto found = policies.warn.check(holder); !found.ok()) request.warnings->push_back(fmt::format("would violate PodSecurity \"{}\": {}", policies.warn.text(), found.details));
        return {};
    }

    Status check_labels(const AdmissionRequest& request) const {
        api::FieldErrors errors, old_errors;
        const json::Value& labels = (*request.object)["metadata"]["labels"];
        const SecurityPolicies policies = read_security_labels(labels, configuration_.defaults, errors);
        const bool exempt = PodSecurityConfiguration::has(configuration_.exempt_namespaces, (*request.object)["metadata"]["name"].as_string());
        if (!request.old_object) {
            if (errors.empty() && exempt) warn_of_exemption(request, policies, labels);
            return errors.empty() ? Status() : errors.to_status("", "Namespace", request.name);
        }
        const SecurityPolicies old = read_security_labels((*request.old_object)["metadata"]["labels"], configuration_.defaults, old_errors);
        if (!errors.empty()) {
            Status status = errors.to_status("", "Namespace", request.name);
            return old_errors.empty() || status.message() != old_errors.to_status("", "Namespace", request.name).message() ? status : Status();
        }
        const SecurityPolicy &now = policies.enforce, &before = old.enforce;
        const bool relaxed = now.minor == before.minor && now.level <= before.level;
        if (now == before || now.level == SecurityLevel::Privileged || relaxed || request.warnings == nullptr) return {};
        if (exempt) warn_of_exemption(request, policies, labels);
        else warn_of_pods(request, now);
        return {};
    }

    // Labels of an exempt namespace do nothing.
    void warn_of_exemption(const AdmissionRequest& request, const SecurityPolicies& policies, const json::Value& labels) const {
        if (policies.privileged() || policies == configuration_.defaults || request.warnings == nullptr) return;
        const SecurityPolicy* each[] = {&policies.enforce, &policies.audit, &policies.warn};
        std::vector<std::string> parts;
        for (int mode = 0; mode < 3; ++mode) {
            const std::string key = std::string(kSecurityPrefix) + kSecurityModes[mode];
            if (each[mode]->level != SecurityLevel::Privileged && (labels.has(key) || labels.has(key + "-version"))) parts.push_back(fmt::format("{}={}", kSecurityModes[mode], each[mode]->text()));
        }
        request.warnings->push_back(fmt::format("namespace \"{}\" is exempt from Pod Security, and the policy ({}) will be ignored", request.name, join(parts, ", ")));
    }

    // Which of the pods that are there already do not keep the new level.
    void warn_of_pods(const AdmissionRequest& request, const SecurityPolicy& policy) const {
        std::map<std::string, std::pair<std::string, size_t>> by_reason;     // first pod by name, how many
        auto pods = reader_.list({"", "v1", "pods"}, request.name);
        std::erase_if(pods, [this](const api::ObjectPtr& pod) { return PodSecurityConfiguration::has(configuration_.exempt_runtime_classes, (*pod->tree())["spec"]["runtimeClassName"].as_string()); });
        for (size_t i = 0; i < std::min(pods.size(), kPodsMax); ++i) {
            auto found = policy.check(*pods[i]->tree());
            if (found.ok()) continue;
            auto& [name, count] = by_reason[found.reasons];
            if (count++ == 0 || pods[i]->meta().name < name) name = pods[i]->meta().name;
        }
        if (pods.size() > kPodsMax) request.warnings->push_back(fmt::format("new PodSecurity enforce level only checked against the first {} of {} existing pods", kPodsMax, pods.size()));
        if (by_reason.empty()) return;
        request.warnings->push_back(fmt::format("existing pods in namespace \"{}\" violate the new PodSecurity enforce level \"{}\"", request.name, policy.text()));
        std::vector<std::string> lines;
        for (const auto& [reason, pods_of] : by_reason) {
            const auto& [name, count] = pods_of;
            std::string others = count == 1 ? "" : count == 2 ? " (and 1 other pod)" : fmt::format(" (and {} other pods)", count - 1);
            lines.push_back(fmt::format("{}{}: {}", name, others, reason));
        }
        std::sort(lines.begin(), lines.end());
        for (auto& line : lines) request.warnings->push_back(std::move(line));
    }

    const Reader& reader_;
    const PodSecurityConfiguration configuration_;
};

}  // namespace

MadePlugin make_pod_security(const Reader& reader, const json::Value& configuration) {
    return std::unique_ptr<AdmissionPlugin>(std::make_unique<PodSecurity>(reader, TRY(read_pod_security(configuration))));
}

}  // namespace skiff::apiserver
