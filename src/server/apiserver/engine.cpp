#include "server/apiserver/engine.h"

#include <algorithm>

#include "api/apply.h"
#include "api/defaulting.h"
#include "api/field_tracker.h"
#include "json/write.h"
#include "server/apiserver/bodies.h"
#include "server/apiserver/device_selectors.h"
#include "server/apiserver/expression_checks.h"
#include "server/apiserver/registry/metadata.h"

namespace skiff::apiserver {
namespace {

// The members of ObjectMeta in the order in which Kubernetes writes them.
constexpr std::string_view kMetaOrder[] = {"name",       "generateName",      "namespace",         "selfLink",
                                           "uid",        "resourceVersion",   "generation",        "creationTimestamp",
                                           "deletionTimestamp", "deletionGracePeriodSeconds", "labels", "annotations",
                                           "ownerReferences", "finalizers",   "managedFields"};

// Whether the rules of a kind's update look at the metadata as those of its creation do.
bool looks_again(const api::KindInfo& kind) {
    constexpr std::string_view kGroups[] = {"apps", "batch", "networking.k8s.io", "autoscaling"};
    constexpr std::string_view kCore[] = {"nodes", "namespaces", "replicationcontrollers", "podtemplates"};
    if (kind.gvk.group.empty()) return std::find(std::begin(kCore), std::end(kCore), kind.plural) == std::end(kCore);
    return std::find(std::begin(kGroups), std::end(kGroups), kind.gvk.group) == std::end(kGroups);
}

// Events of both groups are one type inside kube-apiserver, which names it by the older one.
std::string_view error_group(const api::KindInfo& kind) { return kind.gvk.group == "events.k8s.io" ? std::string_view() : kind.gvk.group; }

// A custom object may say that it is of another kind: then its own schema and metadata are not looked at.
bool is_of_kind(const api::KindInfo& kind, const json::Value& object, api::FieldErrors& errors) {
    const std::string& name = object["kind"].as_string();
    if (!kind.custom || name == kind.gvk.kind) return true;
    errors.invalid(api::FieldPath("kind"), name, "must be " + kind.gvk.kind);
    return false;
}

}  // namespace

void set_defaults(const api::KindInfo& kind, json::Value& object) { api::set_defaults(kind, object); }

// Kinds whose own rules have nothing on metadata: it is looked at when they found nothing.
static bool has_plain_metadata(const api::KindInfo& kind) { return !kind.custom && (kind.plural == "events" || kind.plural == "poddisruptionbudgets"); }

// A request for a certificate may have any name, by its own rules.
static bool has_plain_name(const api::KindInfo& kind) { return !kind.custom && kind.plural == "certificatesigningrequests"; }

Status validate_create(const api::KindInfo& kind, const json::Value& object) {
    api::FieldErrors errors;
    if (!is_of_kind(kind, object, errors)) {
        if (kind.hooks.validate_create) kind.hooks.validate_create(object, errors);
        return errors.to_status(kind.gvk.group, object["kind"].as_string(), object["metadata"]["name"].as_string());
    }
    if (kind.hooks.validate_create && has_plain_metadata(kind)) kind.hooks.validate_create(object, errors);
    if (errors.empty()) validate_metadata(kind, object, has_plain_name(kind) ? Names::Skip : Names::Check, errors);
    if (kind.hooks.validate_create && !has_plain_metadata(kind)) kind.hooks.validate_create(object, errors);
    if (has_plain_name(kind) && errors.empty()) validate_metadata(kind, object, Names::Check, errors);
    check_device_selectors(kind, object, nullptr, errors);
    check_expressions(kind, object, nullptr, errors);
    if (errors.empty()) return {};
    return errors.to_status(error_group(kind), kind.gvk.kind, object["metadata"]["name"].as_string());
}

Status validate_update(const api::KindInfo& kind, const json::Value& object, const json::Value& old) {
    api::FieldErrors errors;
    if (!is_of_kind(kind, object, errors)) {
        check_expressions(kind, object, &old, errors);
        return errors.to_status(kind.gvk.group, object["kind"].as_string(), object["metadata"]["name"].as_string());
    }
    // Several times, as kube-apiserver does it: for every object and by the kind's own rules. Clients see all causes.
    validate_metadata_update(kind, object, old, errors);
    if (!errors.empty()) {
        const bool plain = has_plain_metadata(kind), again = looks_again(kind) && !plain;
        if (!plain) validate_metadata_update(kind, object, old, errors, again ? Finalizers::Check : Finalizers::Skip);
        validate_metadata_maps(object, errors);
        if (again) validate_metadata_maps(object, errors);
    }
    validate_prefix_update(kind, object, errors);
    if (kind.hooks.validate_update) kind.hooks.validate_update(object, old, errors);
    // Twice, as the kinds that have them are validated.
    check_device_selectors(kind, object, &old, errors);
    if (!errors.empty()) check_device_selectors(kind, object, &old, errors);
    check_expressions(kind, object, &old, errors);
    if (errors.empty()) return {};
    return errors.to_status(error_group(kind), kind.gvk.kind, object["metadata"]["name"].as_string());
}

Status validate_status_update(const api::KindInfo& kind, const json::Value& object, const json::Value& old) {
    api::FieldErrors errors;
    validate_metadata_update(kind, object, old, errors);
    if (!errors.empty()) {
        validate_metadata_update(kind, object, old, errors);
        validate_metadata_maps(object, errors);
        validate_metadata_maps(object, errors);
    }
    if (kind.hooks.validate_status_update) kind.hooks.validate_status_update(object, old, errors);
    if (errors.empty()) return {};
    return errors.to_status(error_group(kind), kind.gvk.kind, object["metadata"]["name"].as_string());
}

std::string storage_text(const json::Value& object, size_t& stamp_at) {
    std::string out = "{\"kind\":";
    json::append_quoted(out, object["kind"].as_string());
    out += ",\"apiVersion\":";
    json::append_quoted(out, object["apiVersion"].as_string());
    out += ",\"metadata\":{";
    const json::Value& meta = object["metadata"];
    bool first = true;
    for (std::string_view key : kMetaOrder) {
        const json::Value* value = meta.find(key);
        bool version = key == "resourceVersion";
        if (!version && (value == nullptr || value->is_null())) continue;
        if (!std::exchange(first, false)) out.push_back(',');
        json::append_quoted(out, key);
        out.push_back(':');
        if (version) {
            stamp_at = out.size() + 1;
            out += "\"\"";
        } else {
            json::append(out, *value);
        }
    }
    out.push_back('}');
    for (const json::Member& member : object.members()) {
        if (member.key == "kind" || member.key == "apiVersion" || member.key == "metadata") continue;
        out.push_back(',');
        json::append_quoted(out, member.key);
        out.push_back(':');
        json::append(out, member.value);
    }
    out.push_back('}');
    return out;
}

void track_fields(const api::KindRegistry& kinds, const api::KindInfo& kind, const json::Value* old, json::Value& object, const RequestContext& context, Clock& clock) {
    api::track_update(kinds, kind, old, object, {context.field_manager, context.attributes.subresource, clock.now()});
}

Result<json::Value> apply_configuration(const api::KindRegistry& kinds, const api::KindInfo& kind, const json::Value* old, const json::Value& configuration,
                                        RequestContext& context, Clock& clock) {
    json::Value merged = TRY(api::apply_configuration(kinds, kind, old, configuration, {context.field_manager, context.attributes.subresource, clock.now()}, {context.force}));
    TRY(defaults_within_bounds(kind, merged));
    return merged;
}

Status settle_repeated(const Patch& patch, RequestContext& context) {
    if (patch.repeated.empty()) return {};
    if (context.field_validation == FieldValidation::Strict) return error(Reason::BadRequest, "error strict decoding YAML: {}", patch.repeated);
    warn_of({patch.repeated}, context);
    return {};
}

}  // namespace skiff::apiserver
