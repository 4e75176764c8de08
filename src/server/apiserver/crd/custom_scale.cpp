// The scale subresource of custom resources: the counts stand where the definition says.
#include <cstdint>

#include "api/custom_hooks.h"
#include "api/custom_resource.h"
#include "base/strings.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

using json::Value;
constexpr const char* kScaleType = "autoscaling.v1.Scale";
constexpr int64_t kUnset = INT32_MIN;   // what an object without a count is patched as

api::KindInfo scale_kind(const api::KindRegistry& kinds) {
    api::KindInfo kind;
    kind.gvk = {"autoscaling", "v1", "Scale"};
    kind.type_name = kScaleType;
    kind.schema = kinds.schemas().find(kScaleType);
    return kind;
}

void set_at(Value& object, std::string_view path, Value value) {
    if (path.starts_with('.')) path.remove_prefix(1);
    Value* at = &object;
    for (std::string_view part : split_views(path, '.')) at = &at->mut(part);
    *at = std::move(value);
}

Result<Value> scale_of(const api::KindInfo& kind, const Value& object, std::optional<int64_t> unset = {}) {
    const api::CustomResource::Scale& paths = *kind.custom->scale;
    Value replicas = api::value_at(object, paths.spec_replicas);
    if (replicas.is_null() && unset) replicas = *unset;
    if (replicas.is_null()) return error(Reason::InternalError, "Internal error occurred: the spec replicas field \"{}\" does not exist", paths.spec_replicas);
    const Value& meta = object["metadata"];
    Value metadata = Value::object();
    for (const char* key : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"})
        if (meta.has(key)) metadata.set(key, meta[key]);
    Value spec = Value::object();
    if (replicas.as_int() != 0) spec.set("replicas", replicas.as_int());
    Value status = Value::object({{"replicas", api::value_at(object, paths.status_replicas).as_int()}});
    if (!paths.label_selector.empty())
        if (const std::string& selector = api::value_at(object, paths.label_selector).as_string(); !selector.empty()) status.set("selector", selector);
    return Value::object({{"kind", "Scale"}, {"apiVersion", "autoscaling/v1"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}, {"status", std::move(status)}});
}

Result<Value> with_replicas(const RequestContext& context, const Value& old, const Value& scale) {
    Value object = old;
    set_at(object, context.kind->custom->scale->spec_replicas, scale["spec"]["replicas"].as_int());
    object.mut("metadata").set("resourceVersion", scale["metadata"]["resourceVersion"].as_string());
    if (const std::string& uid = scale["metadata"]["uid"].as_string(); !uid.empty()) object.mut("metadata").set("uid", uid);
    return object;
}

Result<Answer> answer_of(const Core& core, const api::KindInfo& kind, const Answer& changed) {
    Answer answer;
    answer.value = TRY(scale_of(kind, tree_as(core, *changed.object, *changed.kind)));
    answer.value_type = kScaleType;
    return answer;
}

// The part of the parent's configuration that an applied Scale speaks of.
Value parent_configuration(const RequestContext& context, const Value& scale) {
    Value metadata = Value::object({{"name", context.attributes.name}});
    if (!context.attributes.ns.empty()) metadata.set("namespace", context.attributes.ns);
    Value out = Value::object({{"apiVersion", context.kind->gvk.api_version()}, {"kind", context.kind->gvk.kind}, {"metadata", std::move(metadata)}});
    if (scale["spec"].has("replicas")) set_at(out, context.kind->custom->scale->spec_replicas, scale["spec"]["replicas"]);
    return out;
}

}  // namespace

Result<Answer> serve_custom_scale(Core& core, RequestContext& context, const Body& body) {
    const Attributes& a = context.attributes;
    const api::KindInfo& kind = *context.kind;
    if (a.verb == "get") return answer_of(core, kind, TRY(get_object(core, context, {})));
    api::KindInfo scale = scale_kind(core.kinds);
    Change change;
    change.kind = &kind;
    change.ns = a.ns;
    change.name = a.name;
    change.part = Change::Part::Whole;
    change.form = {&scale, [&kind](const Value& object) { return scale_of(kind, object).value_or(Value::object()); },
                   [&context](const Value& object, const Value& shown) { return with_replicas(context, object, shown); }};
    if (a.verb == "update") {
        Value wanted = TRY(decode_typed(core.kinds, scale.gvk, kScaleType, body, context));
        TRY(check_object_names(context, wanted));
        change.make = [&context, wanted = std::move(wanted)](const Value& old) { return with_replicas(context, old, wanted); };
        return answer_of(core, kind, TRY(change_object(core, context, change)));
    }
    if (media_type_of(body.content_type) == "application/strategic-merge-patch+json") return decode_patch(kind, body, context).status();
    Patch patch = TRY(decode_patch(scale, body, context));
    if (patch.type == Patch::Type::Apply) {
        change.track = false;
        change.make = [&](const Value& old) -> Result<Value> {
            return apply_configuration(core.kinds, kind, &old, parent_configuration(context, patch.document), context, core.clock);
        };
    } else {
        change.make = [&](const Value& old) -> Result<Value> {
            Value patched = TRY(apply_patch(scale, TRY(scale_of(kind, old, kUnset)), patch));
            Value wanted = TRY(normalize_patched(core.kinds, scale, std::move(patched), context, patch));
            TRY(check_object_names(context, wanted));
            if (wanted["spec"]["replicas"].as_int() == kUnset) return error(Reason::BadRequest, "the spec replicas field \"{}\" cannot be empty", kind.custom->scale->spec_replicas);
            return with_replicas(context, old, wanted);
        };
    }
    return answer_of(core, kind, TRY(change_object(core, context, change)));
}

}  // namespace skiff::apiserver
