// PodSecurity: the level that a namespace's labels ask for; enforce refuses pods, warn tells the client of pods and workloads.
#include <optional>

#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/admission/pod_security_checks.h"

namespace skiff::apiserver {
namespace {

const api::Gvr kNamespaces{"", "v1", "namespaces"};
constexpr std::string_view kPrefix = "pod-security.kubernetes.io/";

std::optional<SecurityLevel> level_of(std::string_view text) {
    if (text == "privileged") return SecurityLevel::Privileged;
    if (text == "baseline") return SecurityLevel::Baseline;
    if (text == "restricted") return SecurityLevel::Restricted;
    return {};
}

struct Policy {
    SecurityLevel level = SecurityLevel::Privileged;
    std::string name = "privileged", version = "latest";
    std::string text() const { return "\"" + name + ":" + version + "\""; }
};

Policy policy_of(const api::Meta& ns, const std::string& mode) {
    Policy policy;
    const std::string* level = ns.find_label(std::string(kPrefix) + mode);
    if (level == nullptr) return policy;
    policy.name = *level;
    // A label that cannot be read asks for the strictest level.
    policy.level = level_of(*level).value_or(SecurityLevel::Restricted);
    if (const std::string* version = ns.find_label(std::string(kPrefix) + mode + "-version")) policy.version = *version;
    return policy;
}

bool version_ok(const std::string& text) {
    if (text == "latest") return true;
    return text.rfind("v1.", 0) == 0 && text.size() > 3 && text.size() < 7 && text.find_first_not_of("0123456789", 3) == std::string::npos;
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
    explicit PodSecurity(const Reader& reader) : reader_(reader) {}
    std::string_view name() const override { return "PodSecurity"; }

    Status validate(const AdmissionRequest& request) override {
        if (request.object == nullptr || request.operation == Operation::Delete) return {};
        if (is_resource(request, "", "namespaces") && request.subresource.empty()) return check_labels(request);
        if (request.ns.empty()) return {};
        bool pod = is_resource(request, "", "pods");
        if (pod && !request.subresource.empty() && request.subresource != "ephemeralcontainers") return {};
        if (!pod && !request.subresource.empty()) return {};
        const json::Value* spec_holder = pod ? request.object : template_of(request);
        if (spec_holder == nullptr || spec_holder->is_null()) return {};
        if (request.operation == Operation::Update && unchanged(request, pod)) return {};
        api::ObjectPtr ns = reader_.get(kNamespaces, "", request.ns);
        if (!ns) return {};
        return check(request, pod, *spec_holder, ns->meta());
    }

private:
    static bool unchanged(const AdmissionRequest& request, bool pod) {
        if (!pod || request.old_object == nullptr) return false;
        // An update of a pod that changes nothing that the checks look at is let through.
        return (*request.object)["spec"] == (*request.old_object)["spec"];
    }

    static Status check(const AdmissionRequest& request, bool pod, const json::Value& holder, const api::Meta& ns) {
        Policy enforce = policy_of(ns, "enforce"), warn = policy_of(ns, "warn");
        if (ns.find_label(std::string(kPrefix) + "warn") == nullptr) warn = enforce;
        if (pod) {
            request.annotate("pod-security.kubernetes.io/enforce-policy", enforce.text());
            std::string text = security_violations(enforce.level, holder["metadata"], holder["spec"]);
            if (!text.empty()) return refused(request, fmt::format("violates PodSecurity {}: {}", enforce.text(), text));
        }
        if (request.annotations != nullptr && ns.find_label(std::string(kPrefix) + "audit") != nullptr) {
            Policy audit = policy_of(ns, "audit");
            std::string found = security_violations(audit.level, holder["metadata"], holder["spec"]);
            if (!found.empty()) request.annotate("pod-security.kubernetes.io/audit-violations", fmt::format("would violate PodSecurity {}: {}", audit.text(), found));
        }
        std::string text = security_violations(warn.level, holder["metadata"], holder["spec"]);
        if (!text.empty() && request.warnings != nullptr) request.warnings->push_back(fmt::format("would violate PodSecurity {}: {}", warn.text(), text));
        return {};
    }

    static Status check_labels(const AdmissionRequest& request) {
        api::FieldErrors errors;
        const json::Value& labels = (*request.object)["metadata"]["labels"];
        const json::Value empty;
        const json::Value& old = request.old_object ? (*request.old_object)["metadata"]["labels"] : empty;
        api::FieldPath path = api::FieldPath("metadata").child("labels");
        for (const char* mode : {"enforce", "audit", "warn"}) {
            std::string key = std::string(kPrefix) + mode;
            if (const json::Value* level = labels.find(key); level && !(*level == old[key]) && !level_of(level->as_string()))
                errors.invalid(path.key(key), *level, "must be one of privileged, baseline, restricted");
            std::string version_key = key + "-version";
            if (const json::Value* version = labels.find(version_key); version && !(*version == old[version_key]) && !version_ok(version->as_string()))
                errors.invalid(path.key(version_key), *version, "must be \"latest\" or \"v1.x\"");
        }
        return errors.empty() ? Status() : errors.to_status("", "Namespace", request.name);
    }
    const Reader& reader_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_pod_security(const Reader& reader) { return std::make_unique<PodSecurity>(reader); }

}  // namespace skiff::apiserver
