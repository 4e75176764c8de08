#include "api/kinds/validate.h"
#include "base/strings.h"

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using json::Value;

void validate_ports(const Value& ports, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> names;
    for (size_t i = 0; i < ports.size(); ++i) {
        const Value& port = ports[i];
        FieldPath at = path.index(i);
        const std::string& name = port["name"].as_string();
        if (!name.empty()) {
            auto complaints = check_port_name(name);
            add_complaints(complaints, at.child("name"), name, errors);
            if (complaints.empty() && !names.insert(name).second) errors.duplicate(at.child("name"), name);
        }
        if (port["containerPort"].as_int() == 0) errors.required(at.child("containerPort"), "");
        else check_port(port["containerPort"], at.child("containerPort"), errors);
        if (port["hostPort"].as_int() != 0) check_port(port["hostPort"], at.child("hostPort"), errors);
        check_one_of(port["protocol"], at.child("protocol"), {"SCTP", "TCP", "UDP"}, errors);
    }
}

void validate_mounts(const Value& container, const std::set<std::string>& volumes, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> paths;
    const Value& mounts = container["volumeMounts"];
    for (size_t i = 0; i < mounts.size(); ++i) {
        const Value& mount = mounts[i];
        FieldPath at = path.child("volumeMounts").index(i);
        const std::string& volume = mount["name"].as_string();
        if (volume.empty()) errors.required(at.child("name"), "");
        if (!volumes.count(volume)) errors.not_found(at.child("name"), volume);
        const std::string& target = mount["mountPath"].as_string();
        if (target.empty()) errors.required(at.child("mountPath"), "");
        if (!paths.insert(target).second) errors.invalid(at.child("mountPath"), target, "must be unique");
        if (!mount["subPath"].empty()) check_local_descending_path(mount["subPath"], at.child("subPath"), errors);
        if (!mount["subPathExpr"].empty()) {
            if (!mount["subPath"].empty()) errors.invalid(at.child("subPathExpr"), mount["subPathExpr"], "subPathExpr and subPath are mutually exclusive");
            check_local_descending_path(mount["subPathExpr"], at.child("subPathExpr"), errors);
        }
        const std::string& propagation = mount["mountPropagation"].as_string();
        check_one_of(mount["mountPropagation"], at.child("mountPropagation"), {"Bidirectional", "HostToContainer", "None"}, errors, Presence::Optional);
        if (propagation == "Bidirectional" && !container["securityContext"]["privileged"].as_bool())
            errors.forbidden(at.child("mountPropagation"), "Bidirectional mount propagation is available only to privileged containers");
    }
}

void validate_security_context(const Value& context, const FieldPath& path, FieldErrors& errors) {
    if (!context.is_object()) return;
    for (auto field : {"runAsUser", "runAsGroup"})
        if (context[field].is_int())
            for (const auto& complaint : check_id(context[field].as_int())) errors.invalid(path.child(field), context[field], complaint);
    const Value& escalation = context["allowPrivilegeEscalation"];
    if (!escalation.is_bool() || escalation.as_bool()) return;
    if (context["privileged"].as_bool()) errors.invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
    for (const auto& capability : context["capabilities"]["add"].items())
        if (capability.as_string() == "CAP_SYS_ADMIN")
            errors.invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
}

void validate_image(const Value& container, const FieldPath& path, FieldErrors& errors) {
    const std::string& image = container["image"].as_string();
    if (image.empty()) errors.required(path.child("image"), "");
    else if (trim(image) != image) errors.invalid(path.child("image"), image, "must not have leading or trailing whitespace");
}

void validate_common(const Value& container, const std::set<std::string>& volumes, const FieldPath& path, FieldErrors& errors) {
    check_name(container["name"], check_dns1123_label, path.child("name"), errors);
    validate_image(container, path, errors);
    check_one_of(container["terminationMessagePolicy"], path.child("terminationMessagePolicy"), {"FallbackToLogsOnError", "File"}, errors);
    validate_ports(container["ports"], path.child("ports"), errors);
    validate_env(container, path, errors);
    validate_mounts(container, volumes, path, errors);
    check_one_of(container["imagePullPolicy"], path.child("imagePullPolicy"), {"Always", "IfNotPresent", "Never"}, errors);
    validate_resources(container["resources"], path.child("resources"), errors);
    validate_security_context(container["securityContext"], path.child("securityContext"), errors);
}

// Two containers cannot have the same port of the node.
void validate_host_ports(const Value& containers, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> taken;
    for (size_t i = 0; i < containers.size(); ++i) {
        const Value& ports = containers[i]["ports"];
        for (size_t p = 0; p < ports.size(); ++p) {
            int64_t port = ports[p]["hostPort"].as_int();
            if (port == 0) continue;
            std::string key = fmt::format("{}/{}/{}", ports[p]["protocol"].as_string(), ports[p]["hostIP"].as_string(), port);
            if (!taken.insert(key).second) errors.duplicate(path.index(i).child("ports").index(p).child("hostPort"), key);
        }
    }
}

void validate_init_container(const Value& container, const FieldPath& path, FieldErrors& errors) {
    const Value& restart = container["restartPolicy"];
    if (restart.as_string() == "Always") {
        validate_probes(container, path, errors);
        return;
    }
    if (!restart.is_null()) errors.not_supported(path.child("restartPolicy"), restart, {"Always"});
    for (auto field : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"})
        if (container[field].is_object()) errors.forbidden(path.child(field), "may not be set for init containers without restartPolicy=Always");
}

void validate_ephemeral_container(const Value& container, const std::set<std::string>& names, const FieldPath& path, FieldErrors& errors) {
    const Value& target = container["targetContainerName"];
    if (!target.empty() && !names.count(target.as_string())) errors.not_found(path.child("targetContainerName"), target);
    for (auto field : {"ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resources"})
        if (!container[field].empty()) errors.forbidden(path.child(field), "cannot be set for an Ephemeral Container");
}

}  // namespace

void validate_containers(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> volumes, names;
    for (const auto& volume : spec["volumes"].items()) volumes.insert(volume["name"].as_string());
    if (spec["containers"].size() == 0) errors.required(path.child("containers"), "");
    for (auto list : {"containers", "initContainers", "ephemeralContainers"}) {
        const Value& containers = spec[list];
        for (size_t i = 0; i < containers.size(); ++i) {
            FieldPath at = path.child(list).index(i);
            validate_common(containers[i], volumes, at, errors);
            const std::string& name = containers[i]["name"].as_string();
            if (std::string_view(list) == "ephemeralContainers") validate_ephemeral_container(containers[i], names, at, errors);
            else if (std::string_view(list) == "initContainers") validate_init_container(containers[i], at, errors);
            else validate_probes(containers[i], at, errors);
            if (!name.empty() && !names.insert(name).second) errors.duplicate(at.child("name"), name);
        }
        validate_host_ports(containers, path.child(list), errors);
    }
}

}  // namespace skiff::api::kinds
