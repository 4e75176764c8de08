// pods/resize: cpu and memory of the containers of a pod that runs.
#include "api/kinds/pod_qos.h"
#include "server/apiserver/engine.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

using api::FieldErrors;
using api::FieldPath;

bool is_sidecar(const json::Value& container) { return container["restartPolicy"].as_string() == "Always"; }

bool has_amounts(const json::Value& resources) { return resources["requests"].size() + resources["limits"].size() > 0; }

void check_order(const json::Value& before, const json::Value& after, const char* list, const FieldPath& path, FieldErrors& errors) {
    if (before.size() != after.size()) return errors.forbidden(path, fmt::format("{} may not be added or removed on resize", list));
    for (size_t i = 0; i < before.size(); ++i)
        if (!(before[i]["name"] == after[i]["name"])) errors.forbidden(path.index(i).child("name"), "containers may not be renamed or reordered on resize");
}

void check_kept(const json::Value& before, const json::Value& after, const FieldPath& path, FieldErrors& errors) {
    for (const char* list : {"requests", "limits"})
        for (const auto& [resource, amount] : before[list].members())
            if (!after[list].has(resource)) {
                errors.forbidden(path.child(list), fmt::format("resource {} cannot be removed", list));
                break;
            }
}

// What of resources{} a resize may not touch.
json::Value fixed_part(json::Value resources) {
    for (const char* list : {"requests", "limits"}) {
        json::Value* amounts = resources.find(list);
        if (!amounts) continue;
        amounts->erase("cpu");
        amounts->erase("memory");
        if (amounts->empty()) resources.erase(list);
    }
    return resources;
}

void check_containers(const json::Value& before, const json::Value& after, bool init, const FieldPath& path, FieldErrors& errors) {
    const FieldPath spec("spec");
    for (size_t i = 0; i < before.size(); ++i) {
        const json::Value &old = before[i]["resources"], &now = after[i]["resources"];
        if (init && !is_sidecar(before[i])) {
            if (!(old == now)) errors.forbidden(spec, "resources for non-sidecar init containers are immutable");
            continue;
        }
        check_kept(old, now, path.index(i).child("resources"), errors);
        if (!(fixed_part(old) == fixed_part(now)) || !(before[i]["resizePolicy"] == after[i]["resizePolicy"]))
            errors.forbidden(spec, init ? "only cpu and memory resources for sidecar containers are mutable" : "only cpu and memory resources are mutable");
    }
}

Status check_resize(const json::Value& old, const json::Value& wanted, const std::string& name) {
    FieldErrors errors;
    const FieldPath spec("spec");
    if (has_amounts(old["spec"]["resources"]) || has_amounts(wanted["spec"]["resources"])) {
        errors.forbidden(FieldPath("[]"), "pods with pod-level resources cannot be resized");
    } else if (old["metadata"]["annotations"].has("kubernetes.io/config.mirror")) {
        errors.forbidden(FieldPath("[]"), "static pods cannot be resized");
    } else if (old["spec"]["os"]["name"].as_string() == "windows") {
        errors.forbidden(FieldPath("[]"), "windows pods cannot be resized");
    } else {
        check_order(old["spec"]["containers"], wanted["spec"]["containers"], "containers", spec.child("containers"), errors);
        check_order(old["spec"]["initContainers"], wanted["spec"]["initContainers"], "initContainers", spec.child("initContainers"), errors);
        if (!errors.empty()) return errors.to_status("", "Pod", name);
        if (api::kinds::pod_qos_class(old["spec"]) != api::kinds::pod_qos_class(wanted["spec"]))
            errors.invalid(spec, wanted["status"]["qosClass"], "Pod QOS Class may not change as a result of resizing");
        check_containers(old["spec"]["initContainers"], wanted["spec"]["initContainers"], true, spec.child("initContainers"), errors);
        check_containers(old["spec"]["containers"], wanted["spec"]["containers"], false, spec.child("containers"), errors);
    }
    return errors.empty() ? Status() : errors.to_status("", "Pod", name);
}

void take_resources(json::Value& object, const json::Value& wanted, const char* list) {
    json::Value* containers = object.mut("spec").find(list);
    if (containers == nullptr) return;
    for (json::Value& container : containers->mut_items()) {
        for (const json::Value& w : wanted["spec"][list].items()) {
            if (!(w["name"] == container["name"])) continue;
            container.set("resources", w["resources"]);
            if (w.has("resizePolicy")) container.set("resizePolicy", w["resizePolicy"]);
        }
    }
}

}  // namespace

Result<Answer> serve_resize(Core& core, RequestContext& context, const Body& body) {
    PartialUpdate partial;
    partial.validate = false;
    partial.merge = [&](const json::Value& old, json::Value wanted) -> Result<json::Value> {
        TRY(check_resize(old, wanted, context.attributes.name));
        json::Value object = old;
        take_resources(object, wanted, "containers");
        take_resources(object, wanted, "initContainers");
        object.mut("metadata").set("resourceVersion", wanted["metadata"]["resourceVersion"].as_string());
        TRY(validate_create(*context.kind, object));
        return object;
    };
    return update_part(core, context, body, partial);
}

}  // namespace skiff::apiserver
