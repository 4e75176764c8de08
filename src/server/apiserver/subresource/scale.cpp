// The scale subresource: spec.replicas of Deployments, ReplicaSets, StatefulSets and ReplicationControllers as an autoscaling/v1 Scale.
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
    const std::string& name = scale["metadata"]["name"].as_string();
    if (!name.empty() && name != context.attributes.name)
        return error(Reason::BadRequest, "the name of the object ({}) does not match the name on the URL ({})", name, context.attributes.name);
    int64_t replicas = scale["spec"]["replicas"].as_int();
    if (replicas < 0) {
        api::FieldErrors errors;
        errors.invalid(api::FieldPath("spec").child("replicas"), replicas, "must be greater than or equal to 0");
        return errors.to_status("autoscaling", "Scale", context.attributes.name);
    }
    json::Value object = old;
    object.mut("spec").set("replicas", replicas);
    object.mut("metadata").set("resourceVersion", scale["metadata"]["resourceVersion"].as_string());
    if (const std::string& uid = scale["metadata"]["uid"].as_string(); !uid.empty()) object.mut("metadata").set("uid", uid);
    return object;
}

Answer answer_of(const Core& core, const Answer& changed) {
    Answer answer;
    answer.value = scale_of(tree_as(core, *changed.object, *changed.kind));
    answer.value_type = kScaleType;
    return answer;
}

// The part of the parent's configuration that an applied Scale speaks of.
json::Value parent_configuration(const RequestContext& context, const json::Value& scale) {
    json::Value metadata = json::Value::object({{"name", context.attributes.name}, {"namespace", context.attributes.ns}});
    json::Value out = json::Value::object({{"apiVersion", context.kind->gvk.api_version()}, {"kind", context.kind->gvk.kind}, {"metadata", std::move(metadata)}});
    if (scale["spec"].has("replicas")) out.set("spec", json::Value::object({{"replicas", scale["spec"]["replicas"]}}));
    return out;
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
    if (a.verb == "update") {
        json::Value wanted = TRY(decode_typed(core.kinds, scale.gvk, kScaleType, body, context));
        change.make = [&context, wanted = std::move(wanted)](const json::Value& old) { return with_replicas(context, old, wanted); };
        return answer_of(core, TRY(change_object(core, context, change)));
    }
    Patch patch = TRY(decode_patch(scale, body, context));
    if (patch.type == Patch::Type::Apply) {
        change.track = false;
        change.make = [&](const json::Value& old) -> Result<json::Value> {
            return apply_configuration(core.kinds, *context.kind, &old, parent_configuration(context, patch.document), context, core.clock);
        };
    } else {
        change.make = [&](const json::Value& old) -> Result<json::Value> {
            json::Value patched = TRY(apply_patch(scale, scale_of(old), patch, context));
            return with_replicas(context, old, TRY(normalize_patched(core.kinds, scale, std::move(patched), context)));
        };
    }
    return answer_of(core, TRY(change_object(core, context, change)));
}

}  // namespace skiff::apiserver
