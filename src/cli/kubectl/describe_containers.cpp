#include <algorithm>

#include "base/strings.h"
#include "cli/kubectl/describe_page.h"
#include "cli/kubectl/go_template.h"
#include "json/path.h"

namespace skiff::cli::kubectl {

namespace {

const char* truth(bool value) { return value ? "True" : "False"; }

std::string ports_text(const json::Value& ports, const char* field) {
    std::vector<std::string> texts;
    for (const auto& port : ports.items()) {
        auto text = fmt::format("{}/{}", port[field].as_int(), port["protocol"].as_string());
        if (!port["name"].as_string().empty()) text += " (" + port["name"].as_string() + ")";
        texts.push_back(text);
    }
    return join(texts, ", ");
}

void ports_line(DescribePage& page, const char* one, const char* many, const std::string& text) {
    page.line(2, "{}:\t{}", contains(text, ",") ? many : one, or_none(text));
}

void words(DescribePage& page, const char* title, const json::Value& list) {
    if (!list.size()) return;
    page.line(2, "{}:", title);
    for (const auto& word : list.items()) {
        if (word.as_string().empty()) page.raw(3, "");
        for (const auto& part : split(word.as_string(), '\n')) page.raw(3, part);
    }
}

void state(DescribePage& page, const char* title, const json::Value& state) {
    if (const auto& running = state["running"]; running.is_object()) {
        page.line(2, "{}:\tRunning", title);
        page.line(3, "Started:\t{}", long_time(running["startedAt"].as_string()));
        return;
    }
    const auto& ended = state["terminated"];
    if (!ended.is_object()) {
        page.line(2, "{}:\tWaiting", title);
        if (const auto& reason = state["waiting"]["reason"].as_string(); !reason.empty()) page.line(3, "Reason:\t{}", reason);
        return;
    }
    page.line(2, "{}:\tTerminated", title);
    if (const auto& reason = ended["reason"].as_string(); !reason.empty()) page.line(3, "Reason:\t{}", reason);
    if (const auto& message = ended["message"].as_string(); !message.empty()) page.line(3, "Message:\t{}", message);
    page.line(3, "Exit Code:\t{}", ended["exitCode"].as_int());
    if (ended["signal"].as_int() > 0) page.line(3, "Signal:\t{}", ended["signal"].as_int());
    page.line(3, "Started:\t{}", long_time(ended["startedAt"].as_string()));
    page.line(3, "Finished:\t{}", long_time(ended["finishedAt"].as_string()));
}

void quantities(DescribePage& page, const char* title, const json::Value& quantities) {
    if (!quantities.size()) return;
    page.line(2, "{}:", title);
    std::vector<const json::Member*> members;
    for (const auto& member : quantities.members()) members.push_back(&member);
    std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->key < b->key; });
    for (const auto* member : members) page.line(3, "{}:\t{}", member->key, go_text(member->value));
}

void probe(DescribePage& page, const char* title, const json::Value& probe) {
    if (!probe.is_object()) return;
    std::string what = "unknown";
    if (probe["exec"].is_object()) what = "exec " + go_text(probe["exec"]["command"]);
    if (const auto& http = probe["httpGet"]; http.is_object()) what = fmt::format("http-get {}://{}:{}{}", lower(http["scheme"].as_string()), http["host"].as_string(), go_text(http["port"]), http["path"].as_string());
    if (const auto& tcp = probe["tcpSocket"]; tcp.is_object()) what = fmt::format("tcp-socket {}:{}", tcp["host"].as_string(), go_text(tcp["port"]));
    if (const auto& grpc = probe["grpc"]; grpc.is_object()) what = fmt::format("grpc <pod>:{} {}", grpc["port"].as_int(), grpc["service"].as_string());
    page.line(2, "{}:\t{} delay={}s timeout={}s period={}s #success={} #failure={}", title, what, probe["initialDelaySeconds"].as_int(), probe["timeoutSeconds"].as_int(),
              probe["periodSeconds"].as_int(), probe["successThreshold"].as_int(), probe["failureThreshold"].as_int());
}

void environment(DescribePage& page, const json::Value& container, const json::Value& pod) {
    if (container["envFrom"].size()) page.raw(2, "Environment Variables from:");
    for (const auto& from : container["envFrom"].items()) {
        const bool map = from["configMapRef"].is_object();
        const auto& source = map ? from["configMapRef"] : from["secretRef"];
        const auto prefix = from["prefix"].as_string();
        page.line(3, "{}\t{}{}\tOptional: {}", source["name"].as_string(), map ? "ConfigMap" : "Secret", prefix.empty() ? "" : " with prefix '" + prefix + "'", source["optional"].as_bool());
    }
    page.raw(2, container["env"].size() ? "Environment:" : "Environment:\t<none>");
    for (const auto& variable : container["env"].items()) {
        const auto& name = variable["name"].as_string();
        const auto& from = variable["valueFrom"];
        if (!from.is_object()) {
            const auto parts = split(variable["value"].as_string(), '\n');
            if (parts.empty()) page.line(3, "{}:\t", name);
            for (size_t i = 0; i < parts.size(); ++i) page.line(3, "{}\t{}", i ? "" : name + ":", parts[i]);
        } else if (const auto& field = from["fieldRef"]; field.is_object()) {
            std::string value;
            if (auto path = json::JsonPath::parse_expression("." + replace_all(replace_all(field["fieldPath"].as_string(), "metadata.labels['", "metadata.labels['"), "\"", "'")); path.ok() && pod.is_object())
                if (auto found = path->print(pod); found.ok()) value = *found;
            page.line(3, "{}:\t{} ({}:{})", name, value, field["apiVersion"].as_string(), field["fieldPath"].as_string());
        } else if (const auto& resource = from["resourceFieldRef"]; resource.is_object()) {
            const auto parts = split(resource["resource"].as_string(), '.');
            auto value = parts.size() > 1 ? go_text(container["resources"][parts[0]][parts[1]]) : "";
            if (value == "<nil>") value = parts[0] == "limits" ? "node allocatable" : "0";
            page.line(3, "{}:\t{} ({})", name, value, resource["resource"].as_string());
        } else if (const auto& secret = from["secretKeyRef"]; secret.is_object()) {
            page.line(3, "{}:\t<set to the key '{}' in secret '{}'>\tOptional: {}", name, secret["key"].as_string(), secret["name"].as_string(), secret["optional"].as_bool());
        } else if (const auto& map = from["configMapKeyRef"]; map.is_object()) {
            page.line(3, "{}:\t<set to the key '{}' of config map '{}'>\tOptional: {}", name, map["key"].as_string(), map["name"].as_string(), map["optional"].as_bool());
        }
    }
}

void mounts(DescribePage& page, const json::Value& container) {
    page.raw(2, container["volumeMounts"].size() ? "Mounts:" : "Mounts:\t<none>");
    auto sorted = container["volumeMounts"].items();
    std::stable_sort(sorted.begin(), sorted.end(), [](const json::Value& a, const json::Value& b) { return a["mountPath"].as_string() < b["mountPath"].as_string(); });
    for (const auto& mount : sorted) {
        const auto& sub = mount["subPath"].as_string();
        page.line(3, "{} from {} ({}{})", mount["mountPath"].as_string(), mount["name"].as_string(), mount["readOnly"].as_bool() ? "ro" : "rw", sub.empty() ? "" : ",path=\"" + sub + "\"");
    }
    if (container["volumeDevices"].size()) page.raw(2, "Devices:");
    for (const auto& device : container["volumeDevices"].items()) page.line(3, "{} from {}", device["devicePath"].as_string(), device["name"].as_string());
}

}  // namespace

void describe_containers(DescribePage& page, const std::string& label, const json::Value& containers, const json::Value& statuses, const json::Value& pod, const std::string& indent) {
    page.line(0, "{}{}:{}", indent, label, containers.size() ? "" : " <none>");
    for (const auto& container : containers.items()) {
        const json::Value* status = nullptr;
        for (const auto& one : statuses.items())
            if (one["name"] == container["name"]) status = &one;
        page.line(1, "{}{}:", indent.empty() ? "" : " ", container["name"].as_string());
        if (status) page.line(2, "Container ID:\t{}", (*status)["containerID"].as_string());
        page.line(2, "Image:\t{}", container["image"].as_string());
        if (status) page.line(2, "Image ID:\t{}", (*status)["imageID"].as_string());
        ports_line(page, "Port", "Ports", ports_text(container["ports"], "containerPort"));
        ports_line(page, "Host Port", "Host Ports", ports_text(container["ports"], "hostPort"));
        if (const auto& seccomp = container["securityContext"]["seccompProfile"]; seccomp.is_object()) {
            page.line(2, "SeccompProfile:\t{}", seccomp["type"].as_string());
            if (seccomp.has("localhostProfile")) page.line(3, "LocalhostProfile:\t{}", seccomp["localhostProfile"].as_string());
        }
        words(page, "Command", container["command"]);
        words(page, "Args", container["args"]);
        if (status) {
            state(page, "State", (*status)["state"]);
            if ((*status)["lastState"]["terminated"].is_object()) state(page, "Last State", (*status)["lastState"]);
            page.line(2, "Ready:\t{}", truth((*status)["ready"].as_bool()));
            page.line(2, "Restart Count:\t{}", (*status)["restartCount"].as_int());
        }
        quantities(page, "Limits", container["resources"]["limits"]);
        quantities(page, "Requests", container["resources"]["requests"]);
        probe(page, "Liveness", container["livenessProbe"]);
        probe(page, "Readiness", container["readinessProbe"]);
        probe(page, "Startup", container["startupProbe"]);
        environment(page, container, pod);
        mounts(page, container);
    }
}

void describe_template(DescribePage& page, const json::Value& pod_template) {
    const auto& spec = pod_template["spec"];
    page.raw(0, "Pod Template:");
    page.labels("  Labels", pod_template["metadata"]["labels"]);
    if (pod_template["metadata"]["annotations"].size()) page.annotations("  Annotations", pod_template["metadata"]["annotations"]);
    if (const auto& account = spec["serviceAccountName"].as_string(); !account.empty()) page.line(1, "Service Account:\t{}", account);
    if (spec["initContainers"].size()) describe_containers(page, "Init Containers", spec["initContainers"], {}, {}, "  ");
    describe_containers(page, "Containers", spec["containers"], {}, {}, "  ");
    describe_volumes(page, spec["volumes"], "  ");
    if (const auto& priority = spec["priorityClassName"].as_string(); !priority.empty()) page.line(1, "Priority Class Name:\t{}", priority);
    page.labels("  Node-Selectors", spec["nodeSelector"]);
    page.tolerations("  Tolerations", spec["tolerations"]);
}

}  // namespace skiff::cli::kubectl
