// pods/resize: cpu and memory of the containers of a pod that runs.
#include <algorithm>

#include "api/kinds/pod_qos.h"
#include "json/member_index.h"
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
    for (const char* list : {"requests", "limits"}) {
        json::MemberIndex kept(after[list]);
        const json::Object& was = before[list].members();
        if (!std::all_of(was.begin(), was.end(), [&](const json::Member& one) { return kept.has(one.key); }))
            errors.forbidden(path.child(list), fmt::format("resource {} cannot be removed", list));
    }
}

// What of resources{} a resize may not touch. Lists that were not there before are not compared, and claims are not taken.
json::Value fixed_part(json::Value resources, const json::Value& before) {
    for (const char* list : {"requests", "limits"}) {
        json::Value* amounts = resources.find(list);
        if (!amounts) continue;
        if (!before.has(list)) {
            resources.erase(list);
            continue;
        }
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
        json::Value kept = now;
        kept.erase("claims");
        if (!(fixed_part(old, old) == fixed_part(std::move(kept), old)) || !(before[i]["resizePolicy"] == after[i]["resizePolicy"]))
            errors.forbidden(spec, init ? "only cpu and memory resources for sidecar containers are mutable" : "only cpu and memory resources are mutable");
    }
}

void check_resize(const json::Value& old, const json::Value& wanted, FieldErrors& errors) {
    const FieldPath spec("spec");
    if (has_amounts(old["spec"]["resources"]) || has_amounts(wanted["spec"]["resources"])) return errors.forbidden(FieldPath("[]"), "pods with pod-level resources cannot be resized");
    if (old["metadata"]["annotations"].has("kubernetes.io/config.mirror")) return errors.forbidden(FieldPath("[]"), "static pods cannot be resized");
    if (old["spec"]["os"]["name"].as_string() == "windows") return errors.forbidden(FieldPath("[]"), "windows pods cannot be resized");
    if (api::kinds::pod_qos_class(old["spec"]) != api::kinds::pod_qos_class(wanted["spec"]))
        errors.invalid(spec, wanted["status"]["qosClass"], "Pod QOS Class may not change as a result of resizing");
    FieldErrors order;
    check_order(old["spec"]["containers"], wanted["spec"]["containers"], "containers", spec.child("containers"), order);
    check_order(old["spec"]["initContainers"], wanted["spec"]["initContainers"], "initContainers", spec.child("initContainers"), order);
    errors.append(order);
    if (!order.empty()) return;
    check_containers(old["spec"]["initContainers"], wanted["spec"]["initContainers"], true, spec.child("initContainers"), errors);
    check_containers(old["spec"]["containers"], wanted["spec"]["containers"], false, spec.child("containers"), errors);
}

// The containers as they were but for their resources; other ones, or in another order, are taken as they are, for validation to refuse.
void take_resources(json::Value& object, const json::Value& wanted, const char* list) {
    json::Value out = object["spec"][list];
    bool same = true;
    for (size_t i = 0; same && i < out.size(); ++i) {
        const json::Value& container = wanted["spec"][list][i];
        if (!(same = out[i]["name"] == container["name"])) break;
        json::Value& kept = out.mut_items()[i];
        kept.set("resources", container["resources"]);
        if (container.has("resizePolicy")) kept.set("resizePolicy", container["resizePolicy"]);
    }
    if (!same) out = wanted["spec"][list];
    if (!out.is_null()) object.mut("spec").set(list, std::move(out));
}

bool same_counts(const json::Value& old, const json::Value& wanted) {
    return old["spec"]["containers"].size() == wanted["spec"]["containers"].size() && old["spec"]["initContainers"].size() == wanted["spec"]["initContainers"].size();
}

}  // namespace

Result<Answer> serve_resize(Core& core, RequestContext& context, const Body& body) {
    PartialUpdate partial;
    partial.validate = false;
    partial.merge = [&](const json::Value& old, json::Value wanted) -> Result<json::Value> {
        json::Value object = old;
        if (same_counts(old, wanted)) {
            take_resources(object, wanted, "containers");
            take_resources(object, wanted, "initContainers");
        } else {
            object.set("spec", wanted["spec"]);
        }
        json::Value checked = object;
        checked.mut("spec").erase("ephemeralContainers");   // which only a new pod cannot have
        FieldErrors errors;
        context.kind->hooks.validate_create(checked, errors);
        check_resize(old, wanted, errors);
        if (!errors.empty()) return errors.to_status("", "Pod", context.attributes.name);
        return object;
    };
    return update_part(core, context, body, partial);
}

}  // namespace skiff::apiserver
