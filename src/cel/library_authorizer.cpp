// authorizer.group('apps').resource('deployments').namespace('a').check('create').allowed() and its kin.
#include "api/names.h"
#include "base/strings.h"
#include "cel/authorizer.h"
#include "cel/functions.h"

namespace skiff::cel {
namespace {

// One class for the stages of a question; the type says which one it is.
struct Check : Opaque {
    std::string_view type;
    const AccessDecider* decide = nullptr;
    AccessQuestion question;
    std::string_view type_name() const override { return type; }
    bool equals(const Opaque&) const override { return false; }
};

struct Decision : Opaque {
    AccessAnswer answer;
    std::string_view type_name() const override { return "kubernetes.authorization.Decision"; }
    bool equals(const Opaque&) const override { return false; }
};

constexpr const char* kPathCheck = "kubernetes.authorization.PathCheck";
constexpr const char* kGroupCheck = "kubernetes.authorization.GroupCheck";

const Check& check_of(const Value& value) { return *static_cast<const Check*>(value.opaque()); }
const AccessAnswer& answer_of(const Value& value) { return static_cast<const Decision*>(value.opaque())->answer; }

template <std::string AccessQuestion::*Field>
Value with(Arguments args, const char* type) {
    auto out = std::make_shared<Check>(check_of(args[0]));
    out->type = type;
    out->question.*Field = args[1].text();
    return Value::opaque(std::move(out));
}

Value path(Arguments args, Run&) {
    if (trim(args[1].text()).empty()) return Value::error("path must not be empty");
    return with<&AccessQuestion::path>(args, kPathCheck);
}

Value resource(Arguments args, Run&) {
    if (trim(args[1].text()).empty()) return Value::error("resource must not be empty");
    return with<&AccessQuestion::resource>(args, kResourceCheckType);
}

template <std::string AccessQuestion::*Field>
Value refine(Arguments args, Run&) {
    return with<Field>(args, kResourceCheckType);
}

Value service_account(Arguments args, Run&) {
    if (!api::check_dns1123_subdomain(args[2].text()).empty()) return Value::error("Invalid service account name");
    if (!api::check_dns1123_label(args[1].text()).empty()) return Value::error("Invalid service account namespace");
    auto out = std::make_shared<Check>(check_of(args[0]));
    out->question.service_account_namespace = args[1].text();
    out->question.service_account = args[2].text();
    return Value::opaque(std::move(out));
}

Value check(Arguments args, Run&) {
    AccessQuestion question = check_of(args[0]).question;
    question.verb = args[1].text();
    auto out = std::make_shared<Decision>();
    out->answer = (*check_of(args[0]).decide)(question);
    return Value::opaque(std::move(out));
}

constexpr const char* kDecision = "kubernetes.authorization.Decision";
constexpr const char* kOnDecision = ".kubernetes.authorization.Decision";
constexpr const char* kOnAuthorizer = ".kubernetes.authorization.Authorizer, string";
constexpr const char* kOnResource = ".kubernetes.authorization.ResourceCheck, string";

constexpr FunctionRow kRows[] = {
    {"path", "authorizer_path", kOnAuthorizer, kPathCheck, &path},
    {"group", "authorizer_group", kOnAuthorizer, kGroupCheck, [](Arguments args, Run&) { return with<&AccessQuestion::group>(args, kGroupCheck); }},
    {"serviceAccount", "authorizer_serviceaccount", ".kubernetes.authorization.Authorizer, string, string", kAuthorizerType, &service_account},
    {"resource", "groupcheck_resource", ".kubernetes.authorization.GroupCheck, string", kResourceCheckType, &resource},
    {"subresource", "resourcecheck_subresource", kOnResource, kResourceCheckType, &refine<&AccessQuestion::subresource>},
    {"namespace", "resourcecheck_namespace", kOnResource, kResourceCheckType, &refine<&AccessQuestion::namespace_name>},
    {"name", "resourcecheck_name", kOnResource, kResourceCheckType, &refine<&AccessQuestion::name>},
    {"fieldSelector", "authorizer_fieldselector", kOnResource, kResourceCheckType, &refine<&AccessQuestion::field_selector>},
    {"labelSelector", "authorizer_labelselector", kOnResource, kResourceCheckType, &refine<&AccessQuestion::label_selector>},
    {"check", "pathcheck_check", ".kubernetes.authorization.PathCheck, string", kDecision, &check},
    {"check", "resourcecheck_check", kOnResource, kDecision, &check},
    {"errored", "decision_errored", kOnDecision, "bool", [](Arguments args, Run&) { return Value::of(!answer_of(args[0]).error.empty()); }},
    {"error", "decision_error", kOnDecision, "string", [](Arguments args, Run&) { return Value::string(answer_of(args[0]).error); }},
    {"allowed", "decision_allowed", kOnDecision, "bool", [](Arguments args, Run&) { return Value::of(answer_of(args[0]).allowed); }},
    {"reason", "decision_reason", kOnDecision, "string", [](Arguments args, Run&) { return Value::string(answer_of(args[0]).reason); }},
};

}  // namespace

std::span<const FunctionRow> authorizer_rows() { return kRows; }

Value authorizer_value(const AccessDecider& decide) {
    auto out = std::make_shared<Check>();
    out->type = kAuthorizerType;
    out->decide = &decide;
    return Value::opaque(std::move(out));
}

Value resource_check_value(const AccessDecider& decide, AccessQuestion about) {
    auto out = std::make_shared<Check>();
    out->type = kResourceCheckType;
    out->decide = &decide;
    out->question = std::move(about);
    return Value::opaque(std::move(out));
}

}  // namespace skiff::cel
