#include "api/kinds/pod_warnings.h"

#include <fmt/core.h>

#include <set>

#include "api/kinds/check.h"
#include "api/kinds/check_address.h"
#include "api/kinds/overlapping_paths.h"
#include "api/kinds/port_warnings.h"
#include "api/quantity.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;
using Warnings = std::vector<std::string>;

constexpr std::string_view kAppArmor = "container.apparmor.security.beta.kubernetes.io/";
constexpr std::string_view kSeccomp = "seccomp.security.alpha.kubernetes.io/pod";
constexpr std::string_view kSeccompContainer = "container.seccomp.security.alpha.kubernetes.io/";
constexpr std::string_view kLists[] = {"initContainers", "containers", "ephemeralContainers"};

constexpr std::pair<std::string_view, std::string_view> kOldNodeLabels[] = {
    {"beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"},
    {"beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"},
    {"failure-domain.beta.kubernetes.io/region", "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"},
    {"failure-domain.beta.kubernetes.io/zone", "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"},
    {"beta.kubernetes.io/instance-type", "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"},
    {"app.kubernetes.io/created-by", "deprecated since v1.9"},
    {"scheduler.alpha.kubernetes.io/preferAvoidPods", "deprecated since v1.22; use Taints and Tolerations instead"},
    {"node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead"}};

constexpr std::pair<std::string_view, std::string_view> kOldAnnotations[] = {
    {"scheduler.alpha.kubernetes.io/critical-pod", "non-functional in v1.16+; use the \"priorityClassName\" field instead"},
    {"security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"},
    {"security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"}};

constexpr std::pair<std::string_view, std::string_view> kOldVolumes[] = {
    {"photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"},
    {"gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"},
    {"scaleIO", "deprecated in v1.16, non-functional in v1.22+"},
    {"flocker", "deprecated in v1.22, non-functional in v1.25+"},
    {"storageos", "deprecated in v1.22, non-functional in v1.25+"},
    {"quobyte", "deprecated in v1.22, non-functional in v1.25+"},
    {"glusterfs", "deprecated in v1.25, non-functional in v1.26+"},
    {"cephfs", "deprecated in v1.28, non-functional in v1.31+"},
    {"rbd", "deprecated in v1.28, non-functional in v1.31+"}};

enum class Owner { Pod, Template };

// Bytes are whole.
void amount(const Value& amounts, std::string_view resource, const FieldPath& path, Warnings& out) {
    const Value* found = amounts.find(resource);
    if (!found || Quantity::parse_or_zero(found->as_string()).milli_value() % 1000 == 0) return;
    out.push_back(fmt::format("{}: fractional byte value \"{}\" is invalid, must be an integer", path.key(resource).text(), found->as_string()));
}

void warn_of_node_label(std::string_view key, const FieldPath& path, Warnings& out) {
    if (auto message = old_node_label(key); !message.empty()) out.push_back(fmt::format("{}: {} is {}", path.text(), key, message));
}

// Where one pod's or template's warnings come together.
class PodWarnings {
public:
    PodWarnings(const Value& meta, const Value& spec, Owner owner, const FieldPath& meta_path, const FieldPath& path)
        : annotations_(meta["annotations"]), spec_(spec), owner_(owner), annotations_path_(meta_path.child("annotations")), path_(path) {}

    Warnings profiles() && {
        each_container([&](const Value& container, const FieldPath&) { app_armor(container); });
        return std::move(out_);
    }

    Warnings run() && {
        // Of a pod the profile moves into its field before anything else is looked at.
        if (owner_ == Owner::Pod) each_container([&](const Value& container, const FieldPath&) { app_armor(container); });
        node_labels();
        spread();
        for (const auto& [key, message] : kOldAnnotations)
            if (annotations_.has(key)) say(annotations_path_.key(key), message);
        volumes();
        names();
        amounts(spec_["overhead"], path_.child("overhead"));
        if (!spec_["securityContext"]["seccompProfile"].is_object() && annotations_.has(kSeccomp)) seccomp(kSeccomp);
        each_container([&](const Value& container, const FieldPath& at) { container_warnings(container, at); });
        warn_of_ports(spec_, path_, out_);
        if (spec_["terminationGracePeriodSeconds"].as_int() < 0)
            say(path_.child("terminationGracePeriodSeconds"), "must be >= 0; negative values are invalid and will be treated as 1");
        pod_affinity();
        const Value &servers = spec_["dnsConfig"]["nameservers"], &aliases = spec_["hostAliases"];
        for (size_t i = 0; i < servers.size(); ++i) warn_of_ip(servers[i].as_string(), path_.child("dnsConfig").child("nameservers").index(i), out_);
        for (size_t i = 0; i < aliases.size(); ++i) warn_of_ip(aliases[i]["ip"].as_string(), path_.child("hostAliases").index(i).child("ip"), out_);
        return std::move(out_);
    }

private:
    void say(const FieldPath& path, std::string_view message) { out_.push_back(fmt::format("{}: {}", path.text(), message)); }
    void seccomp(std::string_view key) { say(annotations_path_.key(key), "non-functional in v1.27+; use the \"seccompProfile\" field instead"); }

    template <typename Visit>
    void each_container(Visit&& visit) {
        for (std::string_view list : kLists)
            for (size_t i = 0; i < spec_[list].size(); ++i) visit(spec_[list][i], path_.child(list).index(i));
    }

    void node_term(const Value& term, bool values, const FieldPath& path) {
        const Value& expressions = term["matchExpressions"];
        for (size_t i = 0; i < expressions.size(); ++i) {
            FieldPath at = path.child("matchExpressions").index(i);
            warn_of_node_label(expressions[i]["key"].as_string(), at.child("key"), out_);
            if (!values) continue;
            for (size_t v = 0; v < expressions[i]["values"].size(); ++v) {
                const std::string& value = expressions[i]["values"][v].as_string();
                for (const auto& complaint : check_label_value(value)) say(at.child("values").index(v), fmt::format("{} is invalid, {}", value, complaint));
            }
        }
    }

    void node_labels() {
        for (const auto& [key, value] : spec_["nodeSelector"].members())
            if (auto message = old_node_label(key); !message.empty()) say(path_.child("nodeSelector").key(key), message);
        const Value& affinity = spec_["affinity"]["nodeAffinity"];
        FieldPath at = path_.child("affinity").child("nodeAffinity");
        const char *required = "requiredDuringSchedulingIgnoredDuringExecution", *preferred = "preferredDuringSchedulingIgnoredDuringExecution";
        const Value& terms = affinity[required]["nodeSelectorTerms"];
        for (size_t i = 0; i < terms.size(); ++i) node_term(terms[i], false, at.child(required).child("nodeSelectorTerms").index(i));
        for (size_t i = 0; i < affinity[preferred].size(); ++i) node_term(affinity[preferred][i]["preference"], true, at.child(preferred).index(i).child("preference"));
    }

    void spread() {
        const Value& constraints = spec_["topologySpreadConstraints"];
        for (size_t i = 0; i < constraints.size(); ++i) {
            FieldPath at = path_.child("topologySpreadConstraints").index(i);
            const std::string& key = constraints[i]["topologyKey"].as_string();
            if (auto message = old_node_label(key); !message.empty()) say(at.child("topologyKey"), fmt::format("{} is {}", key, message));
            if (!constraints[i]["labelSelector"].is_object()) say(at.child("labelSelector"), "a null labelSelector results in matching no pod");
        }
    }

    void volumes() {
        const Value& volumes = spec_["volumes"];
        for (size_t i = 0; i < volumes.size(); ++i)
            for (const auto& [kind, message] : kOldVolumes)
                if (volumes[i][kind].is_object()) say(path_.child("volumes").index(i).child(kind == "storageos" ? "storageOS" : kind), message);
        for (std::string& overlap : overlapping_paths(volumes)) out_.push_back(std::move(overlap));
    }

    // Names and addresses that come twice.
    void names() {
        std::set<std::string> ips, secret_names;
        for (size_t i = 0; i < spec_["hostAliases"].size(); ++i) {
            const std::string& ip = spec_["hostAliases"][i]["ip"].as_string();
            if (!ips.insert(ip).second) say(path_.child("hostAliases").index(i).child("ip"), fmt::format("duplicate ip \"{}\"", ip));
        }
        const Value& secrets = spec_["imagePullSecrets"];
        for (size_t i = 0; i < secrets.size(); ++i) {
            const std::string& name = secrets[i]["name"].as_string();
            if (!secret_names.insert(name).second) say(path_.child("imagePullSecrets").index(i).child("name"), fmt::format("duplicate name \"{}\"", name));
        }
        for (size_t i = 0; i < secrets.size(); ++i)
            if (secrets[i]["name"].empty()) say(path_.child("imagePullSecrets").index(i).child("name"), "invalid empty name \"\"");
    }

    void amounts(const Value& list, const FieldPath& path) {
        for (auto resource : {"memory", "ephemeral-storage"}) amount(list, resource, path, out_);
    }

    void app_armor(const Value& container) {
        std::string key = std::string(kAppArmor) + container["name"].as_string();
        if (!annotations_.has(key)) return;
        if (owner_ == Owner::Template && container["securityContext"]["appArmorProfile"].is_object()) return;
        say(annotations_path_.key(key), "deprecated since v1.30; use the \"appArmorProfile\" field instead");
    }

    void container_warnings(const Value& container, const FieldPath& at) {
        std::string key = std::string(kSeccompContainer) + container["name"].as_string();
        if (annotations_.has(key) && !container["securityContext"]["seccompProfile"].is_object()) seccomp(key);
        if (owner_ == Owner::Template) app_armor(container);
        for (auto resource : {"memory", "ephemeral-storage"})
            for (auto list : {"limits", "requests"}) amount(container["resources"][list], resource, at.child("resources").child(list), out_);
        std::set<std::string> seen;
        for (size_t i = 0; i < container["env"].size(); ++i) {
            const Value& variable = container["env"][i];
            const std::string &name = variable["name"].as_string(), &value = variable["value"].as_string();
            if (seen.insert(name).second) continue;
            std::string reference = "$(" + name + ")";
            if (variable["valueFrom"].is_object() || value == reference || !contains(value, reference))
                say(at.child("env").index(i), fmt::format("hides previous definition of \"{}\", which may be dropped when using apply", name));
        }
    }

    void pod_affinity() {
        constexpr std::string_view kNone = "a null labelSelector results in matching no pod";
        for (auto side : {"podAffinity", "podAntiAffinity"}) {
            const Value& rules = spec_["affinity"][side];
            FieldPath at = path_.child("affinity").child(side);
            const char *required = "requiredDuringSchedulingIgnoredDuringExecution", *preferred = "preferredDuringSchedulingIgnoredDuringExecution";
            for (size_t i = 0; i < rules[required].size(); ++i)
                if (!rules[required][i]["labelSelector"].is_object()) say(at.child(required).index(i).child("labelSelector"), kNone);
            for (size_t i = 0; i < rules[preferred].size(); ++i)
                if (!rules[preferred][i]["podAffinityTerm"]["labelSelector"].is_object())
                    say(at.child(preferred).index(i).child("podAffinityTerm").child("labelSelector"), kNone);
        }
    }

    const Value &annotations_, &spec_;
    Owner owner_;
    FieldPath annotations_path_, path_;
    Warnings out_;
};

}  // namespace

std::string_view old_node_label(std::string_view key) {
    for (const auto& [label, message] : kOldNodeLabels)
        if (label == key) return message;
    return {};
}

void warn_of_node_labels(const Value& expressions, const FieldPath& path, Warnings& out) {
    for (size_t i = 0; i < expressions.size(); ++i) warn_of_node_label(expressions[i]["key"].as_string(), path.index(i).child("key"), out);
}

void warn_of_claim_amounts(const Value& claim_spec, const FieldPath& path, Warnings& out) {
    for (auto list : {"requests", "limits"}) amount(claim_spec["resources"][list], "storage", path.child("resources").child(list), out);
}

std::vector<std::string> pod_warnings(const Value& pod) {
    return PodWarnings(pod["metadata"], pod["spec"], Owner::Pod, FieldPath("metadata"), FieldPath("spec")).run();
}

std::vector<std::string> pod_profile_warnings(const Value& pod) {
    return PodWarnings(pod["metadata"], pod["spec"], Owner::Pod, FieldPath("metadata"), FieldPath("spec")).profiles();
}

std::vector<std::string> template_warnings(const Value& pod_template, const FieldPath& path) {
    return PodWarnings(pod_template["metadata"], pod_template["spec"], Owner::Template, path.child("metadata"), path.child("spec")).run();
}

std::vector<std::string> pod_template_warnings(const Value& object) {
    return template_warnings(object["spec"]["template"], FieldPath("spec").child("template"));
}

std::vector<std::string> cron_job_warnings(const Value& object) {
    return template_warnings(object["spec"]["jobTemplate"]["spec"]["template"], FieldPath("spec").child("jobTemplate").child("spec").child("template"));
}

std::vector<std::string> stateful_set_warnings(const Value& object) {
    const Value& spec = object["spec"];
    Warnings out = pod_template_warnings(object);
    for (size_t i = 0; i < spec["volumeClaimTemplates"].size(); ++i)
        warn_of_claim_amounts(spec["volumeClaimTemplates"][i]["spec"], FieldPath("spec").child("volumeClaimTemplates").index(i).child("Spec"), out);
    if (spec["revisionHistoryLimit"].as_int() < 0) out.push_back("spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended");
    return out;
}

}  // namespace skiff::api::kinds
