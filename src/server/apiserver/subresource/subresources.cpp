#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

constexpr SubresourceEntry kEntries[] = {
    {"", "scale", serve_scale, nullptr},
    {"pods", "binding", serve_binding, nullptr},
    {"bindings", "", serve_binding, nullptr},
    {"pods", "eviction", serve_eviction, nullptr},
    {"pods", "ephemeralcontainers", serve_ephemeral_containers, nullptr},
    {"pods", "resize", serve_resize, nullptr},
    {"pods", "log", nullptr, serve_pod_log},
    {"pods", "exec", nullptr, serve_pod_stream},
    {"pods", "attach", nullptr, serve_pod_stream},
    {"pods", "portforward", nullptr, serve_pod_stream},
    {"pods", "proxy", nullptr, serve_pod_proxy},
    {"services", "proxy", nullptr, serve_service_proxy},
    {"nodes", "proxy", nullptr, serve_node_proxy},
    {"serviceaccounts", "token", serve_token, nullptr},
    {"namespaces", "finalize", serve_finalize, nullptr},
    {"certificatesigningrequests", "approval", serve_approval, nullptr},
    {"certificatesigningrequests", "status", serve_certificate_status, nullptr},
    {"componentstatuses", "", serve_component_status, nullptr},
    {"tokenreviews", "", serve_token_review, nullptr},
    {"selfsubjectreviews", "", serve_self_subject_review, nullptr},
    {"selfsubjectaccessreviews", "", serve_access_review, nullptr},
    {"subjectaccessreviews", "", serve_access_review, nullptr},
    {"localsubjectaccessreviews", "", serve_access_review, nullptr},
    {"selfsubjectrulesreviews", "", serve_rules_review, nullptr},
};

constexpr SubresourceEntry kCustomScale{"", "scale", serve_custom_scale, nullptr};

}  // namespace

const SubresourceEntry* find_subresource(const api::KindInfo& kind, std::string_view subresource) {
    if (kind.custom) return subresource == "scale" ? &kCustomScale : nullptr;
    for (const SubresourceEntry& entry : kEntries)
        if (entry.subresource == subresource && (entry.resource.empty() ? !subresource.empty() : entry.resource == kind.plural)) return &entry;
    return nullptr;
}

Result<Answer> update_part(Core& core, RequestContext& context, const Body& body, const PartialUpdate& partial) {
    const api::KindInfo& kind = *context.kind;
    const Attributes& a = context.attributes;
    if (a.verb == "get") return get_object(core, context, {});
    Change change;
    change.kind = &kind;
    change.ns = a.ns;
    change.name = a.name;
    change.part = partial.part;
    change.validate = partial.validate;
    change.settle = partial.merge;
    change.check_uid = a.verb != "patch";
    if (a.verb == "patch") {
        Patch patch = TRY(decode_patch(kind, body, context));
        change.track = patch.type != Patch::Type::Apply;
        change.make = [&](const json::Value& old) -> Result<json::Value> {
            json::Value object;
            if (patch.type == Patch::Type::Apply) {
                object = TRY(apply_configuration(core.kinds, kind, &old, patch.document, context, core.clock));
                TRY(settle_repeated(patch, context));
            } else {
                json::Value patched = TRY(apply_patch(kind, old, patch));
                object = TRY(normalize_patched(core.kinds, kind, std::move(patched), context, patch));
            }
            TRY(check_object_names(context, object));
            return object;
        };
        return change_object(core, context, change);
    }
    json::Value wanted = TRY(decode_object(core.kinds, kind, body, context));
    TRY(check_object_names(context, wanted));
    change.make = [&](const json::Value&) -> Result<json::Value> { return wanted; };
    return change_object(core, context, change);
}

}  // namespace skiff::apiserver
