// SubjectAccessReview, LocalSubjectAccessReview, SelfSubjectAccessReview and SelfSubjectRulesReview: questions to the authorizer.
#include "json/write.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

// Of the metadata only managedFields may be there (made before anybody looks), and the namespace of a local review.
void check_metadata(const json::Value& meta, bool local, api::FieldErrors& errors) {
    for (const json::Member& member : meta.members())
        if (member.key != "managedFields" && !(local && member.key == "namespace") && !member.value.empty())
            return errors.invalid(api::FieldPath("metadata"), meta, local ? "must be empty except for namespace" : "must be empty");
}

Status check_review(const json::Value& review, bool self, bool local) {
    const json::Value& spec = review["spec"];
    api::FieldErrors errors;
    api::FieldPath path("spec");
    bool resource = spec["resourceAttributes"].is_object(), other = spec["nonResourceAttributes"].is_object();
    if (resource && other) {
        const json::Value& n = spec["nonResourceAttributes"];
        errors.invalid(path.child("nonResourceAttributes"), json::Value::object({{"Path", n["path"].as_string()}, {"Verb", n["verb"].as_string()}}),
                       "cannot be specified in combination with resourceAttributes");
    } else if (!resource && !other) {
        errors.invalid(path.child("resourceAttributes"), nullptr, "exactly one of nonResourceAttributes or resourceAttributes must be specified");
    }
    if (!self && spec["user"].as_string().empty() && spec["groups"].size() == 0) errors.invalid(path.child("user"), "", "at least one of user or group must be specified");
    check_metadata(review["metadata"], local, errors);
    // kube-apiserver names no kind in these: `.authorization.k8s.io "" is invalid`.
    return errors.empty() ? Status() : errors.to_status("authorization.k8s.io", "", "");
}

User user_of(const json::Value& spec) {
    User user;
    user.name = spec["user"].as_string();
    user.uid = spec["uid"].as_string();
    for (const json::Value& group : spec["groups"].items()) user.groups.push_back(group.as_string());
    for (const json::Member& extra : spec["extra"].members())
        for (const json::Value& value : extra.value.items()) user.extra[extra.key].push_back(value.as_string());
    return user;
}

Attributes attributes_of(const json::Value& spec, User user) {
    Attributes a;
    a.user = std::move(user);
    if (const json::Value& r = spec["resourceAttributes"]; r.is_object()) {
        a.resource_request = true;
        a.verb = r["verb"].as_string();
        a.ns = r["namespace"].as_string();
        a.group = r["group"].as_string();
        a.version = r["version"].as_string();
        a.resource = r["resource"].as_string();
        a.subresource = r["subresource"].as_string();
        a.name = r["name"].as_string();
        a.label_selector = r["labelSelector"]["rawSelector"].as_string();
        a.field_selector = r["fieldSelector"]["rawSelector"].as_string();
        return a;
    }
    a.verb = spec["nonResourceAttributes"]["verb"].as_string();
    a.path = spec["nonResourceAttributes"]["path"].as_string();
    return a;
}

Answer created(json::Value value, std::string_view type) {
    Answer answer;
    answer.code = 201;
    answer.value = std::move(value);
    answer.value_type = type;
    return answer;
}

}  // namespace

Result<Answer> serve_access_review(Core& core, RequestContext& context, const Body& body) {
    const api::KindInfo& kind = *context.kind;
    json::Value review = TRY(decode_object(core.kinds, kind, body, context));
    bool self = kind.plural == "selfsubjectaccessreviews";
    const json::Value& spec = review["spec"];
    const bool local = kind.plural == "localsubjectaccessreviews";
    if (!review["metadata"].empty()) {
        json::Value tracked = review;
        track_fields(core.kinds, kind, nullptr, tracked, context, core.clock);
        TRY(check_review(tracked, self, local));
    } else {
        TRY(check_review(review, self, local));
    }
    if (local) {
        const std::string& ns = spec["resourceAttributes"]["namespace"].as_string();
        if (ns != context.attributes.ns)
            return error(Reason::BadRequest, "spec.resourceAttributes.namespace must match namespace: {}", context.attributes.ns);
    }
    Attributes asked = attributes_of(spec, self ? context.attributes.user : user_of(spec));
    json::Value status = json::Value::object({{"allowed", true}});
    if (core.authorizer) {
        Verdict verdict = core.authorizer->authorize(asked);
        status.set("allowed", verdict.kind == Verdict::Kind::Allow);
        if (verdict.kind == Verdict::Kind::Deny) status.set("denied", true);
        if (!verdict.reason.empty()) status.set("reason", verdict.reason);
    }
    review.set("status", std::move(status));
    return created(std::move(review), kind.type_name);
}

Result<Answer> serve_rules_review(Core& core, RequestContext& context, const Body& body) {
    json::Value review = TRY(decode_object(core.kinds, *context.kind, body, context));
    const std::string ns = review["spec"]["namespace"].as_string();
    if (ns.empty()) return error(Reason::BadRequest, "no namespace on request");
    json::Value resources = json::Value::array(), paths = json::Value::array();
    if (core.rules) {
        for (const json::Value& rule : core.rules->rules_for(context.attributes.user, ns)) {
            json::Value out = json::Value::object({{"verbs", rule["verbs"]}});
            if (rule["nonResourceURLs"].size() > 0) {
                out.set("nonResourceURLs", rule["nonResourceURLs"]);
                paths.push_back(std::move(out));
                continue;
            }
            for (const char* key : {"apiGroups", "resources", "resourceNames"})
                if (rule[key].size() > 0) out.set(key, rule[key]);
            resources.push_back(std::move(out));
        }
    }
    review.set("spec", json::Value::object());
    review.set("status", json::Value::object({{"resourceRules", std::move(resources)}, {"nonResourceRules", std::move(paths)}, {"incomplete", false}}));
    return created(std::move(review), context.kind->type_name);
}

}  // namespace skiff::apiserver
