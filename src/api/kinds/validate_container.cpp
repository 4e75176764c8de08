#include "api/kinds/validate.h"
#include "api/kinds/validate_parts.h"
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

void validate_resize_policy(const Value& policies, const std::string& pod_restart, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> seen;
    for (size_t i = 0; i < policies.size(); ++i) {
        const std::string& resource = policies[i]["resourceName"].as_string();
        if (!seen.insert(resource).second) errors.duplicate(path.index(i), resource);
        if (resource.empty()) errors.required(path, "");
        else check_one_of(policies[i]["resourceName"], path, {"cpu", "memory"}, errors);
        if (policies[i]["restartPolicy"].empty()) errors.required(path, "");
        else check_one_of(policies[i]["restartPolicy"], path, {"NotRequired", "RestartContainer"}, errors);
        if (pod_restart == "Never" && policies[i]["restartPolicy"].as_string() != "NotRequired")
            errors.invalid(path, policies[i]["restartPolicy"].is_null() ? Value("") : policies[i]["restartPolicy"], "must be 'NotRequired' when `restartPolicy` is 'Never'");
    }
}

void validate_image(const Value& container, const FieldPath& path, FieldErrors& errors) {
    const std::string& image = container["image"].as_string();
    if (image.empty()) errors.required(path.child("image"), "");
}

// Of pods only: templates may have such images.
void validate_image_of_pod(const Value& container, const FieldPath& path, FieldErrors& errors) {
    const std::string& image = container["image"].as_string();
    if (trim(image) != image) errors.invalid(path.child("image"), image, "must not have leading or trailing whitespace");
}

void validate_common(const Value& container, const Value& spec, const PodParts& pod, const FieldPath& path, FieldErrors& errors) {
    check_name(container["name"], check_dns1123_label, path.child("name"), errors);
    validate_image(container, path, errors);
    check_one_of(container["terminationMessagePolicy"], path.child("terminationMessagePolicy"), {"File", "FallbackToLogsOnError"}, errors);
    validate_ports(container["ports"], path.child("ports"), errors);
    validate_env(container, path, errors);
    validate_mounts(container, pod, path, errors);
    validate_devices(container, pod, path, errors);
    check_one_of(container["imagePullPolicy"], path.child("imagePullPolicy"), {"Always", "IfNotPresent", "Never"}, errors);
    validate_resources(container["resources"], path.child("resources"), errors);
    validate_claims(container["resources"]["claims"], pod, path.child("resources").child("claims"), errors);
    bool host_users = !spec["hostUsers"].is_bool() || spec["hostUsers"].as_bool();
    validate_container_security_context(container["securityContext"], host_users, path.child("securityContext"), errors);
}

// A hook may not sleep longer than the pod has to end.
void validate_sleeps(const Value& lifecycle, const Value& grace, const FieldPath& path, FieldErrors& errors) {
    for (auto hook : {"postStart", "preStop"}) {
        const Value& sleep = lifecycle[hook]["sleep"];
        // Of several actions only the first is looked into, and this is the last.
        auto acts = [&](const char* action) { return lifecycle[hook][action].is_object(); };
        if (!sleep.is_object() || !grace.is_int() || acts("exec") || acts("httpGet") || acts("tcpSocket")) continue;
        int64_t seconds = sleep["seconds"].as_int();
        if (seconds < 0 || seconds > grace.as_int())
            errors.invalid(path.child(hook).child("sleep"), seconds, fmt::format("must be non-negative and less than terminationGracePeriodSeconds ({})", grace.as_int()));
    }
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
    for (auto field : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"})
        if (container[field].is_object()) errors.forbidden(path.child(field), "may not be set for init containers without restartPolicy=Always");
}

void validate_ephemeral_container(const Value& container, const std::set<std::string>& names, const FieldPath& path, FieldErrors& errors) {
    const Value& target = container["targetContainerName"];
    if (!target.empty() && !names.count(target.as_string())) errors.not_found(path.child("targetContainerName"), target);
    for (auto field : {"ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resources", "resizePolicy"})
        if (container[field].size() > 0 || (std::string_view(field) == "lifecycle" && container[field].is_object()))
            errors.forbidden(path.child(field), "cannot be set for an Ephemeral Container");
    const Value& mounts = container["volumeMounts"];
    for (size_t i = 0; i < mounts.size(); ++i)
        for (auto field : {"subPath", "subPathExpr"})
            if (!mounts[i][field].empty()) errors.forbidden(path.child("volumeMounts").index(i).child(field), "cannot be set for an Ephemeral Container");
}

}  // namespace

PodParts::PodParts(const Value& spec, const std::set<size_t>& wrong) {
    const Value& volumes = spec["volumes"];
    for (size_t i = 0; i < volumes.size(); ++i)
        if (wrong.count(i) == 0) volumes_.emplace(volumes[i]["name"].as_string(), &volumes[i]);
    for (const Value& claim : spec["resourceClaims"].items()) claims_.insert(claim["name"].as_string());
    claims_text_ = "must be one of the names in pod.spec.resourceClaims" + (claims_.empty() ? " which is empty" : ": " + join({claims_.begin(), claims_.end()}, ", "));
}

const Value& PodParts::volume(const std::string& name) const {
    static const Value kNone;
    auto it = volumes_.find(name);
    return it == volumes_.end() ? kNone : *it->second;
}

void validate_claims(const Value& claims, const PodParts& pod, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> seen;
    for (size_t i = 0; i < claims.size(); ++i) {
        const std::string &name = claims[i]["name"].as_string(), &request = claims[i]["request"].as_string();
        FieldPath at = path.index(i);
        if (name.empty()) {
            errors.required(at, "");
            continue;
        }
        std::string key = request.empty() ? name : name + "/" + request;
        if (seen.count(name)) {
            errors.duplicate(at, name);   // all of its requests
        } else {
            check_optional_name(claims[i]["request"], check_dns1123_label, at.child("request"), errors);
            if (seen.count(key)) errors.duplicate(at, key);
            else if (request.empty())   // some of them were named before
                for (auto before = seen.lower_bound(name + "/"); before != seen.end() && before->starts_with(name + "/"); ++before) errors.duplicate(at, name);
            seen.insert(key);
        }
        if (!pod.has_claim(name)) errors.not_found(at, name, pod.claims_text());
    }
}

void validate_containers(const Value& spec, const std::set<size_t>& wrong, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> names;
    const PodParts pod(spec, wrong);
    const Value& grace = spec["terminationGracePeriodSeconds"];
    if (spec["containers"].size() == 0) errors.required(path.child("containers"), "");
    for (auto list : {"containers", "initContainers", "ephemeralContainers"}) {
        const Value& containers = spec[list];
        for (size_t i = 0; i < containers.size(); ++i) {
            FieldPath at = path.child(list).index(i);
            const bool ephemeral = std::string_view(list) == "ephemeralContainers", init = std::string_view(list) == "initContainers";
            validate_common(containers[i], spec, pod, at, errors);
            if (ephemeral) validate_image_of_pod(containers[i], at, errors);   // templates have none of these
            const bool plain_init = init && containers[i]["restartPolicy"].as_string() != "Always";
            validate_resize_policy(containers[i]["resizePolicy"], spec["restartPolicy"].as_string(), at.child("resizePolicy"), errors);
            if (!ephemeral && !plain_init) validate_sleeps(containers[i]["lifecycle"], grace, at.child("lifecycle"), errors);
            const std::string& name = containers[i]["name"].as_string();
            if (ephemeral) validate_ephemeral_container(containers[i], names, at, errors);
            else if (init) validate_init_container(containers[i], at, errors);
            else validate_probes(containers[i], at, errors);
            if (names.count(name)) errors.duplicate(at.child("name"), name);
            else if (!init || !name.empty()) names.insert(name);
        }
        validate_host_ports(containers, path.child(list), errors);
    }
}

void validate_pod_images(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    for (auto list : {"containers", "initContainers"})
        for (size_t i = 0; i < spec[list].size(); ++i) validate_image_of_pod(spec[list][i], path.child(list).index(i), errors);
}

}  // namespace skiff::api::kinds
