#include "api/kinds/validate_status.h"

#include <algorithm>
#include <set>

#include "api/kinds/autoscaler_versions.h"
#include "api/kinds/check.h"
#include "api/kinds/internal_form.h"
#include "api/kinds/set_default.h"
#include "api/kinds/validate.h"
#include "api/kinds/validate_config.h"
#include "api/quantity.h"
#include "base/strings.h"
#include "json/path.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kStatus("status");

bool is_condition_reason(std::string_view text) {
    auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    auto inner = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
    if (text.empty() || !letter(text[0])) return false;
    for (char c : text.substr(1))
        if (!inner(c) && c != ',' && c != ':') return false;
    return text.size() == 1 || inner(text.back());
}

void check_addresses_of_balancer(const Value& list, const FieldPath& path, FieldErrors& errors) {
    for (size_t i = 0; i < list.size(); ++i) {
        FieldPath at = path.index(i);
        const std::string &ip = list[i]["ip"].as_string(), &host = list[i]["hostname"].as_string();
        if (!ip.empty()) add_complaints(check_ip(ip), at.child("ip"), ip, errors);
        if (host.empty()) continue;
        add_complaints(check_dns1123_subdomain(host), at.child("hostname"), host, errors);
        if (is_ip(host)) errors.invalid(at.child("hostname"), host, "must be a DNS name, not an IP address");
    }
}

// A claim's amounts: storage, or names of other vendors.
bool check_claim_resource(const std::string& name, const FieldPath& path, FieldErrors& errors) {
    auto complaints = check_qualified_name(name);
    add_complaints(complaints, path, name, errors);
    if (!complaints.empty()) return false;
    bool ours = name.find('/') == name.npos || contains(name, "kubernetes.io/");
    if (ours && name != "storage") errors.not_supported(path, name, {"storage"});
    return !ours || name == "storage";
}

// Host addresses and pod addresses: the first of the list is also the single one.
void check_pod_addresses(const Value& status, const char* single, const char* list, FieldErrors& errors) {
    const Value& ips = status[list];
    FieldPath path = kStatus.child(list);
    if (ips.size() == 0) return;
    if (std::string_view(single) == "hostIP" && ips[0]["ip"].as_string() != status[single].as_string()) errors.invalid(path.index(0).child("ip"), ips[0]["ip"], "must be equal to `hostIP`");
    for (size_t i = 0; i < ips.size(); ++i) add_complaints(check_ip(ips[i]["ip"].as_string()), path.index(i), ips[i]["ip"].as_string(), errors);
    if (ips.size() < 2) return;
    bool families[2] = {};
    Value shown = Value::array();
    std::string wrong;
    for (size_t i = 0; i < ips.size(); ++i) {
        const std::string& ip = ips[i]["ip"].as_string();
        if (wrong.empty() && !is_ip(ip)) wrong = fmt::format("failed to check for dual stack with error:invalid IP[{}]: {}", i, ip);
        families[is_ipv6(ip)] = true;
        shown.push_back(Value::object({{"IP", ip}}));
    }
    if (!wrong.empty()) errors.internal(path, wrong);
    if (!wrong.empty() || !families[0] || !families[1] || ips.size() > 2) errors.invalid(path, shown, "may specify no more than one IP for each IP family");
}

// Ids that Linux has.
void check_users(const Value& statuses, const FieldPath& path, FieldErrors& errors) {
    constexpr int64_t kIdMax = (int64_t{1} << 31) - 1;
    auto check = [&](const Value& id, const FieldPath& at) {
        if (id.as_int() < 0 || id.as_int() > kIdMax) errors.invalid(at, id, "must be between 0 and 2147483647, inclusive");
    };
    for (size_t i = 0; i < statuses.size(); ++i) {
        const Value& user = statuses[i]["user"]["linux"];
        FieldPath at = path.index(i).child("user").child("linux");
        for (auto id : {"uid", "gid"}) check(user[id], at.child(id));
        for (size_t k = 0; k < user["supplementalGroups"].size(); ++k) check(user["supplementalGroups"][k], at.child("supplementalGroups").index(k));
    }
}

}  // namespace

void check_conditions(const Value& conditions, const FieldPath& path, FieldErrors& errors) {
    constexpr size_t kReasonMax = 1024, kMessageMax = 32 << 10;
    std::set<std::string> types;
    for (size_t i = 0; i < conditions.size(); ++i) {
        const Value& condition = conditions[i];
        FieldPath at = path.index(i);
        const std::string &type = condition["type"].as_string(), &reason = condition["reason"].as_string();
        if (!types.insert(type).second) errors.duplicate(at.child("type"), type);
        add_complaints(check_qualified_name(type), at.child("type"), type, errors);
        const std::string& status = condition["status"].as_string();
        if (status != "True" && status != "False" && status != "Unknown") errors.not_supported(at.child("status"), status, {"False", "True", "Unknown"});
        if (condition["observedGeneration"].as_int() < 0) errors.invalid(at.child("observedGeneration"), condition["observedGeneration"], "must be greater than or equal to zero");
        if (condition["lastTransitionTime"].empty()) errors.required(at.child("lastTransitionTime"), "");
        if (reason.empty()) {
            errors.required(at.child("reason"), "");
        } else {
            if (!is_condition_reason(reason))
                errors.invalid(at.child("reason"), reason,
                               "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end "
                               "with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used "
                               "for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')");
            if (reason.size() > kReasonMax) errors.too_long(at.child("reason"), kReasonMax);
        }
        if (condition["message"].as_string().size() > kMessageMax) errors.too_long(at.child("message"), kMessageMax);
    }
}

void validate_policy_status(const Value& object, const Value&, FieldErrors& errors) {
    const Value& warnings = object["status"]["typeChecking"]["expressionWarnings"];
    for (size_t i = 0; i < warnings.size(); ++i) {
        FieldPath at = kStatus.child("typeChecking").child("expressionWarnings").index(i);
        check_required(warnings[i]["warning"], at.child("warning"), errors);
        const std::string field(trim(warnings[i]["fieldRef"].as_string()));
        if (field.empty()) errors.required(at.child("fieldRef"), "");
        else if (std::isalpha(static_cast<unsigned char>(field[0]))) continue;   // a path from the root, which Kubernetes takes as it is
        else if (auto path = json::JsonPath::parse("{" + field + "}"); !path.ok()) errors.invalid(at.child("fieldRef"), field, "invalid JSONPath: " + path.status().message());
    }
    check_conditions(object["status"]["conditions"], kStatus.child("conditions"), errors);
}

void validate_disruption_budget_status(const Value& object, const Value&, FieldErrors& errors) {
    check_conditions(object["status"]["conditions"], kStatus.child("conditions"), errors);
    for (auto field : {"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"}) check_not_negative(object["status"][field], kStatus.child(field), errors);
}

void validate_api_service_status(const Value& object, const Value&, FieldErrors& errors) {
    const Value& conditions = object["status"]["conditions"];
    for (size_t i = 0; i < conditions.size(); ++i) {
        const std::string& status = conditions[i]["status"].as_string();
        if (status != "True" && status != "False" && status != "Unknown")
            errors.not_supported(kStatus.child("conditions").index(i).child("status"), status, {"True", "False", "Unknown"});
    }
}

void validate_flow_control_status(const Value& object, const Value&, FieldErrors& errors) {
    const Value& conditions = object["status"]["conditions"];
    std::set<std::string> types;
    for (size_t i = 0; i < conditions.size(); ++i) {
        FieldPath at = kStatus.child("conditions").index(i).child("type");
        if (!types.insert(conditions[i]["type"].as_string()).second) errors.duplicate(at, conditions[i]["type"].as_string());
        check_required(conditions[i]["type"], at, errors);
    }
}

void validate_ingress_status(const Value& object, const Value&, FieldErrors& errors) {
    check_addresses_of_balancer(object["status"]["loadBalancer"]["ingress"], kStatus.child("loadBalancer").child("ingress"), errors);
}

void validate_autoscaler_status(const Value& object, const Value&, FieldErrors& errors) {
    for (auto field : {"currentReplicas", "desiredReplicas"}) check_not_negative(object["status"][field], kStatus.child(field), errors);
}

// Kubernetes has words of its own for amounts of claims.
static void check_amount(const Value& amount, const FieldPath& path, FieldErrors& errors) {
    if (const Quantity given = Quantity::parse_or_zero(amount.as_string()); given.sign() < 0) errors.invalid(path, given.value(), "must be a valid resource quantity");
}

void validate_claim_status(const Value& object, const Value&, FieldErrors& errors) {
    const Value& status = object["status"];
    for (const auto& [name, amount] : status["capacity"].members()) check_amount(amount, kStatus.child("capacity").key(name), errors);
    static constexpr std::string_view kSteps[] = {"ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizePending", "NodeResizeInProgress", "NodeResizeInfeasible"};
    FieldPath steps = kStatus.child("allocatedResourceStatuses"), path = kStatus.child("allocatedResources");
    for (const auto& [name, step] : status["allocatedResourceStatuses"].members()) {
        check_claim_resource(name, steps, errors);
        if (std::find(std::begin(kSteps), std::end(kSteps), step.as_string()) == std::end(kSteps))
            errors.not_supported(steps, name, {"ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"});
    }
    for (const auto& [name, amount] : status["allocatedResources"].members())
        if (check_claim_resource(name, path, errors)) check_amount(amount, path.key(name), errors);
}

void validate_node_status(const Value& object, const Value&, FieldErrors& errors) {
    validate_node_resources(object, errors);
    const Value& addresses = object["status"]["addresses"];
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (size_t i = 0; i < addresses.size(); ++i)
        if (const Value &type = addresses[i]["type"], &address = addresses[i]["address"]; !seen.emplace(type.as_string(), address.as_string()).second)
            errors.duplicate(kStatus.child("addresses").index(i), Value::object({{"Type", type}, {"Address", address}}));
}

void validate_pod_status(const Value& pod, const Value& old, FieldErrors& errors) {
    const Value &status = pod["status"], &before = old["status"];
    const Value& conditions = status["conditions"];
    for (size_t i = 0; i < conditions.size(); ++i) {
        const std::string& type = conditions[i]["type"].as_string();
        FieldPath at = kStatus.child("conditions").index(i);
        if (conditions[i]["observedGeneration"].as_int() < 0) errors.invalid(at.child("observedGeneration"), conditions[i]["observedGeneration"], "must be a non-negative integer");
        if (type != "PodScheduled" && type != "Ready" && type != "Initialized") add_complaints(check_qualified_name(type), at.child("Type"), type, errors);
    }
    if (!(status["nominatedNodeName"] == before["nominatedNodeName"]))
        check_optional_name(status["nominatedNodeName"], check_dns1123_subdomain, kStatus.child("nominatedNodeName"), errors);
    if (status["observedGeneration"].as_int() < 0) errors.invalid(kStatus.child("observedGeneration"), status["observedGeneration"], "must be a non-negative integer");
    if (!(status["qosClass"] == before["qosClass"])) errors.invalid(kStatus.child("qosClass"), status["qosClass"].as_string(), "field is immutable");
    const Value &claims = status["resourceClaimStatuses"], &wanted = pod["spec"]["resourceClaims"];
    std::set<std::string_view> known, names;
    for (const Value& claim : wanted.items()) known.insert(claim["name"].as_string());
    for (size_t i = 0; i < claims.size(); ++i) {
        if (known.count(claims[i]["name"].as_string()) == 0)
            errors.invalid(kStatus.child("resourceClaimStatuses").index(i).child("name"), claims[i]["name"].as_string(), "must match the name of an entry in `spec.resourceClaims`");
        FieldPath at = kStatus.child("resourceClaimStatuses").index(i).child("name");
        if (!names.insert(claims[i]["name"].as_string()).second) errors.duplicate(at, claims[i]["name"].as_string());
        if (const Value& made = claims[i]["resourceClaimName"]; made.is_string()) add_complaints(check_dns1123_subdomain(made.as_string()), at, made.as_string(), errors);
    }
    if (const std::string& os = pod["spec"]["os"]["name"].as_string(); os.empty() || os == "linux")
        for (auto list : {"containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"}) check_users(status[list], kStatus.child(list), errors);
    check_pod_addresses(status, "podIP", "podIPs", errors);
    check_pod_addresses(status, "hostIP", "hostIPs", errors);
}

void drop_disabled_status_fields(Value& object) {
    const std::string& kind = object["kind"].as_string();
    Value* status = object.find("status");
    if (!status || !status->is_object()) return;
    if (kind == "Pod") {
        status->erase("extendedResourceClaimStatus");
        for (auto list : {"containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"})
            each_object(*status, list, [](Value& container) { container.erase("allocatedResourcesStatus"); });
    } else if (kind == "Node") {
        status->erase("config");
    } else if (kind == "Deployment" || kind == "ReplicaSet") {
        status->erase("terminatingReplicas");
    } else if (kind == "VolumeAttachment") {
        for (auto error : {"attachError", "detachError"}) if_object(*status, error, [](Value& one) { one.erase("errorCode"); });
    }
}

void carry_status_fields(Value& object, const Value& old) {
    constexpr std::string_view kGeneration = "deprecated.daemonset.template.generation";
    const std::string& kind = object["kind"].as_string();
    if (kind == "DaemonSet") {
        // A field of the spec, inside Kubernetes.
        if (const Value& counter = old["metadata"]["annotations"][kGeneration]; counter.is_string()) object.mut("metadata").mut("annotations").set(kGeneration, counter);
    } else if (kind == "Job") {
        const Value& labels = object["spec"]["template"]["metadata"]["labels"];
        if (object["metadata"]["labels"].size() == 0 && labels.size() > 0) object.mut("metadata").set("labels", labels);
    } else if (kind == "HorizontalPodAutoscaler" && object["apiVersion"].as_string() == "autoscaling/v1") {
        settle_autoscaler_v1_status(object, old);
    }
}

}  // namespace skiff::api::kinds
