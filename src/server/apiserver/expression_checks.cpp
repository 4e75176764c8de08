#include "server/apiserver/expression_checks.h"

#include "api/validation.h"
#include "base/strings.h"
#include "server/apiserver/admission/expressions.h"
#include "server/apiserver/crd/rules.h"

namespace skiff::apiserver {
namespace {

using api::FieldErrors;
using api::FieldPath;

void report(const Expression& expression, const FieldPath& path, const json::Value& shown, FieldErrors& errors) {
    if (expression.ok()) return;
    if (expression.mistake_is_internal) errors.internal(path, expression.mistake);
    else errors.invalid(path, shown, expression.mistake);
}

// Of one object: compiling takes some tens of microseconds for each, and variables are seen by all that come later. Kubernetes has no bound but
// the size of a body, and 64 conditions of a webhook or policy.
constexpr size_t kExpressionsMax = 400;

// False when a list is so long that none of it is compiled.
bool few(const json::Value& list, const FieldPath& path, FieldErrors& errors, size_t before = 0) {
    if (before + list.size() <= kExpressionsMax) return true;
    errors.too_many(path, list.size(), kExpressionsMax);
    return false;
}

bool blank(const json::Value& text) { return trim(text.as_string()).empty(); }

void check_conditions(const json::Value& conditions, Sees sees, const FieldPath& path, FieldErrors& errors) {
    AdmissionScope scope;
    for (size_t i = 0; i < conditions.size(); ++i) {
        std::string text(trim(conditions[i]["expression"].as_string()));
        if (!text.empty()) report(scope.compile(text, Gives::Bool, sees), path.index(i).child("expression"), text, errors);
    }
}

Sees params_of(const json::Value& spec) { return spec["paramKind"].is_object() ? Sees::Params : Sees::Nothing; }

// The conditions and variables, which policies of both kinds have.
AdmissionScope check_variables(const json::Value& spec, Sees all, const FieldPath& path, FieldErrors& errors) {
    check_conditions(spec["matchConditions"], all, path.child("matchConditions"), errors);
    AdmissionScope scope;
    for (size_t i = 0; i < spec["variables"].size(); ++i) {
        const json::Value& variable = spec["variables"][i];
        if (!blank(variable["expression"]))
            report(scope.add_variable(variable["name"].as_string(), variable["expression"].as_string(), all), path.child("variables").index(i).child("expression"), variable["expression"], errors);
    }
    return scope;
}

bool few_in_policy(const json::Value& spec, FieldErrors& errors) {
    size_t before = 0;
    for (auto list : {"matchConditions", "variables", "validations", "auditAnnotations", "mutations"}) {
        if (!few(spec[list], FieldPath("spec").child(list), errors, before)) return false;
        before += spec[list].size();
    }
    return true;
}

void check_mutating_policy(const json::Value& object, FieldErrors& errors) {
    const json::Value& spec = object["spec"];
    FieldPath path("spec");
    Sees all = params_of(spec) | Sees::Authorizer;
    AdmissionScope scope = check_variables(spec, all, path, errors);
    scope.compose();
    for (size_t i = 0; i < spec["mutations"].size(); ++i) {
        bool patches = spec["mutations"][i]["patchType"].as_string() == "JSONPatch";
        const char* field = patches ? "jsonPatch" : "applyConfiguration";
        std::string text(trim(spec["mutations"][i][field]["expression"].as_string()));
        if (!text.empty()) report(scope.compile(text, patches ? Gives::Patches : Gives::Object, all), path.child("mutations").index(i).child(field).child("expression"), text, errors);
    }
}

void check_policy(const json::Value& object, FieldErrors& errors) {
    const json::Value& spec = object["spec"];
    FieldPath path("spec");
    Sees params = params_of(spec), all = params | Sees::Authorizer;
    AdmissionScope scope = check_variables(spec, all, path, errors);
    for (size_t i = 0; i < spec["validations"].size(); ++i) {
        const json::Value& validation = spec["validations"][i];
        FieldPath here = path.child("validations").index(i);
        if (!blank(validation["expression"]))
            report(scope.compile(validation["expression"].as_string(), Gives::Bool, all), here.child("expression"), validation["expression"], errors);
        if (!blank(validation["messageExpression"]))
            report(scope.compile(validation["messageExpression"].as_string(), Gives::String, params), here.child("messageExpression"), validation["messageExpression"], errors);
    }
    for (size_t i = 0; i < spec["auditAnnotations"].size(); ++i) {
        const json::Value& annotation = spec["auditAnnotations"][i];
        if (!blank(annotation["valueExpression"]))
            report(scope.compile(trim(annotation["valueExpression"].as_string()), Gives::StringOrNull, all), path.child("auditAnnotations").index(i).child("valueExpression"),
                   annotation["valueExpression"], errors);
    }
}

}  // namespace

void check_expressions(const api::KindInfo& kind, const json::Value& object, const json::Value* old, FieldErrors& errors) {
    auto changed = [&](const char* field) { return !old || !((*old)[field] == object[field]); };
    if (kind.gvk.group == "apiextensions.k8s.io") {
        if (kind.plural == "customresourcedefinitions" && (!old || !((*old)["spec"]["versions"] == object["spec"]["versions"]))) check_rules(object, errors);
    } else if (kind.gvk.group != "admissionregistration.k8s.io") {
        return;
    } else if (kind.gvk.kind == "ValidatingAdmissionPolicy") {
        if (changed("spec") && few_in_policy(object["spec"], errors)) check_policy(object, errors);
    } else if (kind.gvk.kind == "MutatingAdmissionPolicy") {
        if (changed("spec") && few_in_policy(object["spec"], errors)) check_mutating_policy(object, errors);
    } else if (kind.gvk.kind == "ValidatingWebhookConfiguration" || kind.gvk.kind == "MutatingWebhookConfiguration") {
        if (!changed("webhooks")) return;
        size_t compiled = 0;
        for (size_t i = 0; i < object["webhooks"].size(); ++i) {
            const json::Value& conditions = object["webhooks"][i]["matchConditions"];
            const FieldPath path = FieldPath("webhooks").index(i).child("matchConditions");
            if (!few(conditions, path, errors, compiled)) return;
            check_conditions(conditions, Sees::Authorizer, path, errors);
            compiled += conditions.size();
        }
    }
}

}  // namespace skiff::apiserver
