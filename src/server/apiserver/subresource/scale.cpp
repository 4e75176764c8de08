// The scale subresource: spec.replicas of Deployments, ReplicaSets, StatefulSets and ReplicationControllers as an autoscaling/v1 Scale.
#include <algorithm>

#include "api/managed_fields.h"
#include "api/selector.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

constexpr const char* kScaleType = "autoscaling.v1.Scale";

// A KindInfo of Scale itself, which has no resource.
api::KindInfo scale_kind(const api::KindRegistry& kinds) {
    api::KindInfo kind;
    kind.gvk = {"autoscaling", "v1", "Scale"};
    kind.type_name = kScaleType;
    kind.schema = kinds.schemas().find(kScaleType);
    return kind;
}

std::string selector_text(const json::Value& selector) {
    if (selector.has("matchLabels") || selector.has("matchExpressions")) {
        auto parsed = api::LabelSelector::from_object(selector);
        return parsed.ok() ? parsed->text() : std::string();
    }
    return api::LabelSelector::from_map(selector).text();
}

json::Value scale_of(const json::Value& object) {
    const json::Value& meta = object["metadata"];
    json::Value metadata = json::Value::object();
    for (const char* key : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"})
        if (meta.has(key)) metadata.set(key, meta[key]);
    json::Value spec = json::Value::object();
    if (int64_t replicas = object["spec"]["replicas"].as_int(); replicas != 0) spec.set("replicas", replicas);
    json::Value status = json::Value::object({{"replicas", object["status"]["replicas"].as_int()}});
    if (std::string text = selector_text(object["spec"]["selector"]); !text.empty()) status.set("selector", text);
    return json::Value::object({{"kind", "Scale"}, {"apiVersion", "autoscaling/v1"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}, {"status", std::move(status)}});
}

Result<json::Value> with_replicas(const RequestContext& context, const json::Value& old, const json::Value& scale) {
    int64_t replicas = scale["spec"]["replicas"].as_int();
    if (replicas < 0) {
        api::FieldErrors errors;
        errors.invalid(api::FieldPath("spec").child("replicas"), replicas, "must be greater than or equal to 0");
        return errors.to_status("autoscaling", "Scale", context.attributes.name);
    }
    // An update says the same as one of the object would; a patch has words of its own.
    const api::Gvr gvr = context.kind->gvr();
    if (const std::string &uid = scale["metadata"]["uid"].as_string(), &now = old["metadata"]["uid"].as_string(); context.attributes.verb == "patch" && !uid.empty() && uid != now)
        return error(Reason::Conflict, "Operation cannot be fulfilled on {}/scale{} \"{}\": Precondition failed: UID in precondition: {}, UID in object meta: {}", gvr.resource,
                     gvr.group.empty() ? "" : "." + gvr.group, context.attributes.name, uid, now)
            .with_details({gvr.group, gvr.resource + "/scale", context.attributes.name, ""});
    json::Value object = old;
    object.mut("spec").set("replicas", replicas);
    object.mut("metadata").set("resourceVersion", scale["metadata"]["resourceVersion"].as_string());
    if (const std::string& uid = scale["metadata"]["uid"].as_string(); !uid.empty()) object.mut("metadata").set("uid", uid);
    return object;
}

json::Value replicas_only() { return json::Value::object({{"f:spec", json::Value::object({{"f:replicas", json::Value::object()}})}}); }

Answer answer_of(const Core& core, const Answer& changed) {
    Answer answer;
    answer.value = scale_of(tree_as(core, *changed.object, *changed.kind));
    answer.value_type = kScaleType;
    return answer;
}

// Who owns spec.replicas, as the managers of the Scale: that one field, in the Scale's version.
json::Value scale_managers(const json::Value& managers) {
    json::Value out = json::Value::array();
    for (const json::Value& entry : managers.items()) {
        if (!entry["fieldsV1"]["f:spec"].has("f:replicas")) continue;
        json::Value one = entry;
        one.set("apiVersion", "autoscaling/v1");
        one.set("fieldsV1", replicas_only());
        out.push_back(std::move(one));
    }
    return out;
}

bool same_manager(const json::Value& a, const json::Value& b) {
    return a["manager"] == b["manager"] && a["operation"] == b["operation"] && a["subresource"].as_string() == b["subresource"].as_string();
}

// The parent's managers after the Scale's have changed: who lost the field there loses it here, who won it owns it here.
json::Value parent_managers(const json::Value& before, const json::Value& scale, const std::string& version) {
    json::Value out = json::Value::array();
    json::Value left = scale;
    for (json::Value entry : before.items()) {
        json::Value* spec = entry.mut("fieldsV1").find("f:spec");
        if (spec == nullptr || !spec->has("f:replicas")) {
            out.push_back(std::move(entry));
            continue;
        }
        json::Array& rest = left.mut_items();
        auto kept = std::find_if(rest.begin(), rest.end(), [&](const json::Value& s) { return same_manager(s, entry); });
        if (kept != rest.end()) {
            entry.set("time", (*kept)["time"]);
            rest.erase(kept);
        } else {
            spec->erase("f:replicas");
            if (spec->size() == 0) entry.mut("fieldsV1").erase("f:spec");
        }
        if (entry["fieldsV1"].size() > 0) out.push_back(std::move(entry));
    }
    for (json::Value entry : left.items()) {
        if (!entry["fieldsV1"]["f:spec"].has("f:replicas")) continue;   // the rest of a Scale is nobody's
        entry.set("apiVersion", version);
        entry.set("fieldsV1", replicas_only());
        entry.erase("time");   // which is lost on this way there as well
        out.push_back(std::move(entry));
    }
    auto sorted = api::ManagedFields::from_json(out);
    return sorted.ok() ? sorted->to_json() : out;
}

// An update is one of the Scale too: a count of zero is no field of it, so nobody owns it then.
Result<json::Value> update_scale(Core& core, const RequestContext& context, const api::KindInfo& scale, const json::Value& old, json::Value wanted) {
    json::Value live = scale_of(old);
    live.mut("metadata").set("managedFields", scale_managers(old["metadata"]["managedFields"]));
    wanted.mut("metadata").set("managedFields", live["metadata"]["managedFields"]);
    track_fields(core.kinds, scale, &live, wanted, context, core.clock);
    json::Value object = TRY(with_replicas(context, old, wanted));
    object.mut("metadata").set("managedFields",
                               parent_managers(old["metadata"]["managedFields"], wanted["metadata"]["managedFields"], context.kind->gvk.api_version()));
    return object;
}

// Apply works on the Scale, with the managers of its one field.
Result<json::Value> apply_scale(Core& core, RequestContext& context, const api::KindInfo& scale, const json::Value& old, const Patch& patch) {
    json::Value live = scale_of(old);
    live.mut("metadata").set("managedFields", scale_managers(old["metadata"]["managedFields"]));
    json::Value merged = TRY(apply_configuration(core.kinds, scale, &live, patch.document, context, core.clock));
    TRY(settle_repeated(patch, context));
    TRY(check_object_names(context, merged));
    json::Value object = TRY(with_replicas(context, old, merged));
    object.mut("metadata").set("managedFields",
                               parent_managers(old["metadata"]["managedFields"], merged["metadata"]["managedFields"], context.kind->gvk.api_version()));
    return object;
}

}  // namespace

Result<Answer> serve_scale(Core& core, RequestContext& context, const Body& body) {
    const Attributes& a = context.attributes;
    if (a.verb == "get") return answer_of(core, TRY(get_object(core, context, {})));
    api::KindInfo scale = scale_kind(core.kinds);
    Change change;
    change.kind = context.kind;
    change.ns = a.ns;
    change.name = a.name;
    change.part = Change::Part::Whole;
    change.track = false;
    change.form = {&scale, scale_of, [&context](const json::Value& object, const json::Value& shown) { return with_replicas(context, object, shown); }};
    if (a.verb == "update") {
        json::Value wanted = TRY(decode_typed(core.kinds, scale.gvk, kScaleType, body, context));
        TRY(check_object_names(context, wanted));
        change.make = [&](const json::Value& old) { return update_scale(core, context, scale, old, wanted); };
        return answer_of(core, TRY(change_object(core, context, change)));
    }
    Patch patch = TRY(decode_patch(scale, body, context));
    if (patch.type == Patch::Type::Apply) {
        change.make = [&](const json::Value& old) { return apply_scale(core, context, scale, old, patch); };
    } else {
        change.make = [&](const json::Value& old) -> Result<json::Value> {
            json::Value patched = TRY(apply_patch(scale, scale_of(old), patch));
            json::Value wanted = TRY(normalize_patched(core.kinds, scale, std::move(patched), context, patch));
            TRY(check_object_names(context, wanted));
            return update_scale(core, context, scale, old, std::move(wanted));
        };
    }
    return answer_of(core, TRY(change_object(core, context, change)));
}

}  // namespace skiff::apiserver
