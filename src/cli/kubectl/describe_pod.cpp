#include "cli/kubectl/describe_kinds.h"

namespace skiff::cli::kubectl {

namespace {

void status_lines(DescribePage& page, const json::Value& pod) {
    const auto& status = pod["status"];
    const auto& phase = status["phase"].as_string();
    const auto& deleted = pod["metadata"]["deletionTimestamp"].as_string();
    if (!deleted.empty() && phase != "Failed" && phase != "Succeeded") {
        page.line(0, "Status:\tTerminating (lasts {})", age_of(deleted));
        page.line(0, "Termination Grace Period:\t{}s", pod["metadata"]["deletionGracePeriodSeconds"].as_int());
    } else {
        page.line(0, "Status:\t{}", phase);
    }
    if (const auto& reason = status["reason"].as_string(); !reason.empty()) page.line(0, "Reason:\t{}", reason);
    if (const auto& message = status["message"].as_string(); !message.empty()) page.line(0, "Message:\t{}", message);
    if (const auto& seccomp = pod["spec"]["securityContext"]["seccompProfile"]; seccomp.is_object()) page.line(0, "SeccompProfile:\t{}", seccomp["type"].as_string());
    page.line(0, "IP:\t{}", status["podIP"].as_string());
    page.raw(0, status["podIPs"].size() ? "IPs:" : "IPs:\t<none>");
    for (const auto& ip : status["podIPs"].items()) page.line(1, "IP:\t{}", ip["ip"].as_string());
}

void condition_lines(DescribePage& page, const json::Value& pod) {
    const auto& conditions = pod["status"]["conditions"];
    if (pod["spec"]["readinessGates"].size()) {
        page.raw(0, "Readiness Gates:\n  Type\tStatus");
        for (const auto& gate : pod["spec"]["readinessGates"].items()) {
            std::string status = "<none>";
            for (const auto& one : conditions.items())
                if (one["type"] == gate["conditionType"]) status = one["status"].as_string();
            page.line(1, "{} \t{} ", gate["conditionType"].as_string(), status);
        }
    }
    if (!conditions.size()) return;
    page.raw(0, "Conditions:\n  Type\tStatus");
    for (const auto& one : conditions.items()) page.line(1, "{} \t{} ", one["type"].as_string(), one["status"].as_string());
}

void spread_lines(DescribePage& page, const json::Value& constraints) {
    std::vector<std::string> texts;
    for (const auto& one : constraints.items()) {
        auto text = fmt::format("{}:{} when max skew {} is exceeded", one["topologyKey"].as_string(), one["whenUnsatisfiable"].as_string(), one["maxSkew"].as_int());
        if (one["labelSelector"].is_object()) text += " for selector " + selector_text(one["labelSelector"]);
        texts.push_back(text);
    }
    if (!texts.empty()) page.lines("Topology Spread Constraints", texts);
}

}  // namespace

Status describe_pod(DescribePage& page, const DescribeContext& context) {
    const auto& pod = context.object;
    const auto &spec = pod["spec"], &status = pod["status"], &metadata = pod["metadata"];
    page.line(0, "Name:\t{}", metadata["name"].as_string());
    page.line(0, "Namespace:\t{}", metadata["namespace"].as_string());
    if (spec.has("priority")) page.line(0, "Priority:\t{}", spec["priority"].as_int());
    if (const auto& name = spec["priorityClassName"].as_string(); !name.empty()) page.line(0, "Priority Class Name:\t{}", name);
    if (const auto& name = spec["runtimeClassName"].as_string(); !name.empty()) page.line(0, "Runtime Class Name:\t{}", name);
    if (const auto& name = spec["serviceAccountName"].as_string(); !name.empty()) page.line(0, "Service Account:\t{}", name);
    const auto& node = spec["nodeName"].as_string();
    page.line(0, "Node:\t{}", node.empty() ? "<none>" : node + "/" + status["hostIP"].as_string());
    if (const auto& start = status["startTime"].as_string(); !start.empty()) page.line(0, "Start Time:\t{}", long_time(start));
    page.labels("Labels", metadata["labels"]);
    page.annotations("Annotations", metadata["annotations"]);
    status_lines(page, pod);
    if (const auto owner = controller_of(pod); !owner.empty()) page.line(0, "Controlled By:\t{}", owner);
    if (const auto& nominated = status["nominatedNodeName"].as_string(); !nominated.empty()) page.line(0, "NominatedNodeName:\t{}", nominated);
    if (spec["initContainers"].size()) describe_containers(page, "Init Containers", spec["initContainers"], status["initContainerStatuses"], pod, "");
    describe_containers(page, "Containers", spec["containers"], status["containerStatuses"], pod, "");
    if (spec["ephemeralContainers"].size()) describe_containers(page, "Ephemeral Containers", spec["ephemeralContainers"], status["ephemeralContainerStatuses"], pod, "");
    condition_lines(page, pod);
    describe_volumes(page, spec["volumes"], "");
    page.line(0, "QoS Class:\t{}", status["qosClass"].as_string());
    page.labels("Node-Selectors", spec["nodeSelector"]);
    page.tolerations("Tolerations", spec["tolerations"]);
    spread_lines(page, spec["topologySpreadConstraints"]);
    add_events(page, context);
    return {};
}

}  // namespace skiff::cli::kubectl
