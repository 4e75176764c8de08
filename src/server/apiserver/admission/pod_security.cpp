// PodSecurity: the level that a namespace's labels ask for; enforce refuses pods, warn tells the client of pods and workloads.
#include <algorithm>
#include <map>
#include <optional>

#include <fmt/core.h>

#include "base/strings.h"
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

constexpr size_t kPodsMax = 3000;         // of a namespace whose level changes that are looked at

struct Policy {
    SecurityLevel level = SecurityLevel::Privileged;
    int minor = kLatestSecurity;
    std::string text() const {
        static constexpr std::string_view kNames[] = {"privileged", "baseline", "restricted"};
        return fmt::format("{}:{}", kNames[static_cast<int>(level)], minor == kLatestSecurity ? "latest" : fmt::format("v1.{}", minor));
    }
    SecurityVerdict check(const json::Value& pod) const { return security_violations(level, minor, pod["metadata"], pod["spec"]); }
    bool operator==(const Policy&) const = default;
};

std::optional<int> minor_of(std::string_view text) {
    if (text == "latest") return kLatestSecurity;
    if (!text.starts_with("v1.") || text.size() > 9 || (text.size() > 4 && text[3] == '0')) return {};
    text.remove_prefix(3);
    if (text.find_first_not_of("0123456789") != text.npos) return {};
    auto minor = parse_int(text);
    return minor ? std::optional<int>(static_cast<int>(*minor)) : std::nullopt;
}

struct Policies {
    Policy enforce, audit, warn;
};

// What a namespace's labels ask for. What cannot be read enforces the strictest, and neither warns nor is written to the audit log.
Policies read_policies(const json::Value& labels, api::FieldErrors& errors) {
    Policies out;
    const api::FieldPath path = api::FieldPath("metadata").child("labels");
    bool has_level[3] = {}, has_version[3] = {};
    Policy* policies[] = {&out.enforce, &out.audit, &out.warn};
    static constexpr const char* kModes[] = {"enforce", "audit", "warn"};
    for (int mode = 0; mode < 3; ++mode) {
        const std::string key = std::string(kPrefix) + kModes[mode], version_key = key + "-version";
        if (const json::Value* label = labels.find(key)) {
            auto level = level_of(label->as_string());
            if (!level) errors.invalid(path.key(key), *label, "must be one of privileged, baseline, restricted");
            policies[mode]->level = level.value_or(mode == 0 ? SecurityLevel::Restricted : SecurityLevel::Privileged);
            has_level[mode] = level.has_value() || mode != 0;
        }
        if (const json::Value* label = labels.find(version_key)) {
            auto minor = minor_of(label->as_string());
            if (!minor) errors.invalid(path.key(version_key), *label, "must be \"latest\" or \"v1.x\"");
            policies[mode]->minor = minor.value_or(kLatestSecurity);
            has_version[mode] = true;
        }
    }
    // Who enforces is warned as well, unless told otherwise.
    if (!has_level[2] && has_level[0] && out.enforce.level > out.warn.level) {
        out.warn.level = out.enforce.level;
        if (!has_version[2]) out.warn.minor = out.enforce.minor;
    }
    return out;
}

// An update of a pod counts when it has other containers or images.
bool same_images(const json::Value& spec, const json::Value& old) {
    for (const char* list : {"containers", "initContainers"}) {
        if (spec[list].size() != old[list].size()) return false;
        for (size_t i = 0; i < spec[list].size(); ++i)
            if (!(spec[list][i]["image"] == old[list][i]["image"])) return false;
    }
    const auto& before = old["ephemeralContainers"].items();
    for (const json::Value& c : spec["ephemeralContainers"].items())
        if (std::none_of(before.begin(), before.end(), [&](const json::Value& o) { return o["name"] == c["name"] && o["image"] == c["image"]; })) return false;
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
    explicit PodSecurity(const Reader& reader) : reader_(reader) {}
    std::string_view name() const override { return "PodSecurity"; }

    Status validate(const AdmissionRequest& request) override {
        if (request.object == nullptr || request.operation == Operation::Delete) return {};
        if (is_namespace(request)) return request.subresource.empty() ? check_labels(request) : Status();
        if (request.ns.empty()) return {};
        bool pod = is_resource(request, "", "pods");
        if (pod ? is_one_of_ignored(request.subresource) : !request.subresource.empty()) return {};
        const json::Value* holder = pod ? request.object : template_of(request);
        if (holder == nullptr || holder->is_null()) return {};
        if (pod && request.old_object && same_images((*request.object)["spec"], (*request.old_object)["spec"])) return {};
        api::ObjectPtr ns = reader_.get(kNamespaces, "", request.ns);
        if (!ns) return {};
        json::Value labels = json::Value::object();
        for (const auto& [key, value] : ns->meta().labels)
            if (key.starts_with(kPrefix)) labels.set(key, value);
        api::FieldErrors errors;
        const Policies policies = read_policies(labels, errors);
        if (!errors.empty()) request.annotate("pod-security.kubernetes.io/error", "Failed to parse policy: " + errors.to_status("", "Namespace", request.ns).message());
        return check(request, pod, *holder, policies);
    }

private:
    static bool is_one_of_ignored(std::string_view subresource) { return subresource == "binding" || subresource == "eviction" || subresource == "status"; }

    static Status check(const AdmissionRequest& request, bool pod, const json::Value& holder, const Policies& policies) {
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
        const Policies policies = read_policies((*request.object)["metadata"]["labels"], errors);
        if (!request.old_object) return errors.empty() ? Status() : errors.to_status("", "Namespace", request.name);
        const Policies old = read_policies((*request.old_object)["metadata"]["labels"], old_errors);
        if (!errors.empty()) {
            Status status = errors.to_status("", "Namespace", request.name);
            return old_errors.empty() || status.message() != old_errors.to_status("", "Namespace", request.name).message() ? status : Status();
        }
        const Policy &now = policies.enforce, &before = old.enforce;
        const bool relaxed = now.minor == before.minor && now.level <= before.level;
        if (now == before || now.level == SecurityLevel::Privileged || relaxed || request.warnings == nullptr) return {};
        warn_of_pods(request, now);
        return {};
    }

    // Which of the pods that are there already do not keep the new level.
    void warn_of_pods(const AdmissionRequest& request, const Policy& policy) const {
        std::map<std::string, std::pair<std::string, size_t>> by_reason;     // first pod by name, how many
        auto pods = reader_.list({"", "v1", "pods"}, request.name);
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
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_pod_security(const Reader& reader) { return std::make_unique<PodSecurity>(reader); }

}  // namespace skiff::apiserver
