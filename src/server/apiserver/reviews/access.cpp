// SubjectAccessReview, LocalSubjectAccessReview, SelfSubjectAccessReview and SelfSubjectRulesReview: questions to the authorizer.
#include "api/names.h"
#include "api/selector.h"
#include "base/strings.h"
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

json::Value non_resource(const json::Value& n) { return json::Value::object({{"Path", n["path"].as_string()}, {"Verb", n["verb"].as_string()}}); }

// Operators that this server does not know are a newer client's: they are left to the authorizer.
void check_selector(const json::Value& selector, const api::FieldPath& path, bool labels, api::FieldErrors& errors) {
    if (!selector.is_object()) return;
    const json::Value& requirements = selector["requirements"];
    const std::string& raw = selector["rawSelector"].as_string();
    if (!raw.empty() && requirements.size() > 0) errors.invalid(path.child("rawSelector"), raw, "may not specified at the same time as requirements");
    if (raw.empty() && requirements.size() == 0)
        errors.required(path.child("requirements"), fmt::format("when {} is specified, requirements or rawSelector is required", path.text()));
    for (size_t i = 0; i < requirements.size(); ++i) {
        api::FieldPath at = path.child("requirements").index(i);
        const std::string &key = requirements[i]["key"].as_string(), &op = requirements[i]["operator"].as_string();
        const json::Value& values = requirements[i]["values"];
        if (!labels && key.empty()) errors.required(at.child("key"), "must be specified");
        if ((op == "In" || op == "NotIn") && values.size() == 0) errors.required(at.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
        if ((op == "Exists" || op == "DoesNotExist") && values.size() > 0)
            errors.forbidden(at.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        if (!labels) continue;
        api::add_complaints(api::check_qualified_name(key), at.child("key"), key, errors);
        for (size_t v = 0; v < values.size(); ++v) api::add_complaints(api::check_label_value(values[v].as_string()), at.child("values").index(v), values[v].as_string(), errors);
    }
}

Status check_review(const json::Value& review, bool self, bool local) {
    const json::Value& spec = review["spec"];
    api::FieldErrors errors;
    api::FieldPath path("spec");
    bool resource = spec["resourceAttributes"].is_object(), other = spec["nonResourceAttributes"].is_object();
    if (resource && other) {
        errors.invalid(path.child("nonResourceAttributes"), non_resource(spec["nonResourceAttributes"]), "cannot be specified in combination with resourceAttributes");
    } else if (!resource && !other) {
        errors.invalid(path.child("resourceAttributes"), nullptr, "exactly one of nonResourceAttributes or resourceAttributes must be specified");
    }
    if (!self && spec["user"].as_string().empty() && spec["groups"].size() == 0) errors.invalid(path.child("user"), "", "at least one of user or group must be specified");
    const json::Value& asked = spec["resourceAttributes"];
    check_selector(asked["fieldSelector"], api::FieldPath("spec.resourceAttributes").child("fieldSelector"), false, errors);
    check_selector(asked["labelSelector"], api::FieldPath("spec.resourceAttributes").child("labelSelector"), true, errors);
    check_metadata(review["metadata"], local, errors);
    if (local && resource && asked["namespace"].as_string() != review["metadata"]["namespace"].as_string())
        errors.invalid(api::FieldPath("spec.resourceAttributes.namespace"), asked["namespace"].as_string(), "must match metadata.namespace");
    if (local && other)
        errors.invalid(api::FieldPath("spec.nonResourceAttributes"), non_resource(spec["nonResourceAttributes"]), "disallowed on this kind of request");
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

// The selector as the text of a request. Requirements that no such text can say are left out: the check is then of more, never of less.
struct Selected {
    std::string text;
    bool dropped = false;
};

Selected field_selector(const json::Value& selector) {
    Selected out{selector["rawSelector"].as_string()};
    if (!out.text.empty() && !api::FieldSelector::parse(out.text).ok()) return {"", true};
    for (const json::Value& r : selector["requirements"].items()) {
        const std::string& op = r["operator"].as_string();
        if (r["values"].size() != 1 || (op != "In" && op != "NotIn")) out.dropped = true;
        else out.text += fmt::format("{}{}{}{}", out.text.empty() ? "" : ",", r["key"].as_string(), op == "In" ? "=" : "!=", r["values"][size_t{0}].as_string());
    }
    return out;
}

Selected label_selector(const json::Value& selector) {
    Selected out{selector["rawSelector"].as_string()};
    if (!out.text.empty() && !api::LabelSelector::parse(out.text).ok()) return {"", true};
    for (const json::Value& r : selector["requirements"].items()) {
        const std::string &key = r["key"].as_string(), &op = r["operator"].as_string();
        std::string values;
        for (const json::Value& value : r["values"].items()) values += (values.empty() ? "" : ",") + value.as_string();
        std::string term = op == "In" ? fmt::format("{} in ({})", key, values) : op == "NotIn" ? fmt::format("{} notin ({})", key, values) : op == "Exists" ? key : op == "DoesNotExist" ? "!" + key : "";
        if (term.empty()) out.dropped = true;
        else out.text += (out.text.empty() ? "" : ",") + term;
    }
    return out;
}

// What of the question was not understood.
std::string evaluation_error(const json::Value& resource) {
    std::string out;
    auto note = [&](const char* which, const Selected& selected) {
        if (!selected.dropped) return;
        out += fmt::format("{}spec.resourceAttributes.{} {}ignored due to parse error", out.empty() ? "" : "; ", which, selected.text.empty() ? "" : "partially ");
    };
    note("fieldSelector", field_selector(resource["fieldSelector"]));
    note("labelSelector", label_selector(resource["labelSelector"]));
    return out;
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
        a.label_selector = label_selector(r["labelSelector"]).text;
        a.field_selector = field_selector(r["fieldSelector"]).text;
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
    json::Value& meta = review.mut("metadata");
    if (!local) meta.erase("namespace");
    else if (!meta["namespace"].as_string().empty() && meta["namespace"].as_string() != context.attributes.ns)
        return error(Reason::BadRequest, "the namespace of the provided object does not match the namespace sent on the request");
    else meta.set("namespace", context.attributes.ns);
    track_fields(core.kinds, kind, nullptr, review, context, core.clock);
    TRY(check_review(review, self, local));
    Attributes asked = attributes_of(spec, self ? context.attributes.user : user_of(spec));
    json::Value status = json::Value::object({{"allowed", true}});
    if (core.authorizer) {
        Verdict verdict = core.authorizer->authorize(asked);
        status.set("allowed", verdict.kind == Verdict::Kind::Allow);
        if (verdict.kind == Verdict::Kind::Deny) status.set("denied", true);
        if (!verdict.reason.empty()) status.set("reason", verdict.reason);
    }
    if (std::string problem = evaluation_error(spec["resourceAttributes"]); !problem.empty()) status.set("evaluationError", std::move(problem));
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
