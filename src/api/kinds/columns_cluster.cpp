#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"
#include "api/timestamp.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

Value request_status(const Value& request, WallTime) {
    bool approved = false, denied = false, failed = false;
    for (const auto& condition : request["status"]["conditions"].items()) {
        const std::string& type = condition["type"].as_string();
        approved = approved || type == "Approved";
        denied = denied || type == "Denied";
        failed = failed || type == "Failed";
    }
    std::string text = denied ? "Denied" : approved ? "Approved" : "Pending";
    if (failed) text += ",Failed";
    if (!request["status"]["certificate"].empty()) text += ",Issued";
    return text;
}

Value requested_duration(const Value& request, WallTime) {
    const Value& seconds = request["spec"]["expirationSeconds"];
    if (seconds.is_null()) return "<none>";
    return human_duration(std::chrono::seconds(seconds.as_int()));
}

Value service_of(const Value& object, WallTime) {
    const Value& service = object["spec"]["service"];
    if (!service.is_object()) return "Local";
    return service["namespace"].as_string() + "/" + service["name"].as_string();
}

Value available(const Value& object, WallTime) {
    const Value& condition = find_condition(object, "Available");
    if (condition.is_null()) return "Unknown";
    const std::string& status = condition["status"].as_string();
    return status == "True" ? status : status + " (" + condition["reason"].as_string() + ")";
}

const Value& healthy(const Value& object) {
    static const Value kNone;
    for (const auto& condition : object["conditions"].items())
        if (condition["type"].as_string() == "Healthy") return condition;
    return kNone;
}

Value health(const Value& object, WallTime) {
    const Value& condition = healthy(object);
    if (condition.is_null()) return "Unknown";
    return condition["status"].as_string() == "True" ? "Healthy" : "Unhealthy";
}

}  // namespace

std::vector<Column> namespace_columns() {
    return {name_column(), column("Status", "string", [](const Value& o, WallTime) { return o["status"]["phase"]; },
               "The status of the namespace"), age_column()};
}

std::vector<Column> lease_columns() {
    return {
        name_column(),
        column("Holder", "string", [](const Value& o, WallTime) -> Value { return text_or(o["spec"]["holderIdentity"], ""); },
               "holderIdentity contains the identity of the holder of a current lease. If Coordinated Leader Election is used,"
               " the holder identity must be equal to the elected LeaseCandidate.metadata.name field."),
        age_column(),
    };
}

std::vector<Column> runtime_class_columns() {
    return {name_column(), column("Handler", "string", [](const Value& o, WallTime) { return o["handler"]; }), age_column()};
}

std::vector<Column> priority_class_columns() {
    return {
        name_column(),
        column("Value", "integer", [](const Value& o, WallTime) -> Value { return o["value"].as_int(); },
               "value represents the integer value of this priority class. This is the actual priority that pods receive when "
               "they have the name of this class in their pod spec."),
        column("Global-Default", "boolean", [](const Value& o, WallTime) -> Value { return o["globalDefault"].as_bool(); },
               "globalDefault specifies whether this PriorityClass should be considered as the default priority for pods that "
               "do not have any priority class. Only one PriorityClass can be marked as `globalDefault`. However, if more than"
               " one PriorityClasses exists with their `globalDefault` field set to true, the smallest value of such global de"
               "fault PriorityClasses will be used as the default priority."),
        age_column(),
        column("PreemptionPolicy", "string", [](const Value& o, WallTime) { return o["preemptionPolicy"]; },
               "preemptionPolicy is the Policy for preempting pods with lower priority. One of Never, PreemptLowerPriority. De"
               "faults to PreemptLowerPriority if unset."),
    };
}

std::vector<Column> certificate_signing_request_columns() {
    return {
        name_column(),
        age_column(),
        column("SignerName", "string", [](const Value& o, WallTime) { return o["spec"]["signerName"]; },
               "Requested signer for the request. It is a qualified name in the form: `scope-hostname.io/name`. If empty, it w"
               "ill be defaulted:\n 1. If it's a kubelet client certificate, it is assigned\n    \"kubernetes.io/kube-apiserver-c"
               "lient-kubelet\".\n 2. If it's a kubelet serving certificate, it is assigned\n    \"kubernetes.io/kubelet-serving\"."
               "\n 3. Otherwise, it is assigned \"kubernetes.io/legacy-unknown\".\nDistribution of trust for signers happens out o"
               "f band. You can select on this field using `spec.signerName`."),
        column("Requestor", "string", [](const Value& o, WallTime) -> Value { return text_or(o["spec"]["username"], ""); },
               "Base64-encoded PKCS#10 CSR data"),
        column("RequestedDuration", "string", requested_duration,
               "expirationSeconds is the requested duration of validity of the issued certificate. The certificate signer may "
               "issue a certificate with a different validity duration so a client must check the delta between the notBefore "
               "and and notAfter fields in the issued certificate to determine the actual duration.\n\nThe v1.22+ in-tree implem"
               "entations of the well-known Kubernetes signers will honor this field as long as the requested duration is not "
               "greater than the maximum duration they will honor per the --cluster-signing-duration CLI flag to the Kubernete"
               "s controller manager.\n\nCertificate signers may not honor this field for various reasons:\n\n  1. Old signer that"
               " is unaware of the field (such as the in-tree\n     implementations prior to v1.22)\n  2. Signer whose configure"
               "d maximum is shorter than the requested duration\n  3. Signer whose configured minimum is longer than the reque"
               "sted duration\n\nThe minimum valid value for expirationSeconds is 600, i.e. 10 minutes."),
        column("Condition", "string", request_status,
               "Conditions applied to the request, such as approval or denial."),
    };
}

std::vector<Column> api_service_columns() {
    return {
        name_column(),
        column("Service", "string", service_of),
        column("Available", "string", available),
        age_column(),
    };
}

std::vector<Column> component_status_columns() {
    return {
        name_column(),
        column("Status", "string", health),
        column("Message", "string", [](const Value& o, WallTime) -> Value { return text_or(healthy(o)["message"], ""); }),
        column("Error", "string", [](const Value& o, WallTime) -> Value { return text_or(healthy(o)["error"], ""); }),
    };
}

}  // namespace skiff::api::kinds
