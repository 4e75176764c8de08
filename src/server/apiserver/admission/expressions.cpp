#include "server/apiserver/admission/expressions.h"

#include <map>

#include <fmt/core.h>

#include "base/strings.h"

namespace skiff::apiserver {
namespace {

using cel::Declaration;
using cel::DeclPtr;
using Form = Declaration::Form;

DeclPtr object_of(const char* name, std::initializer_list<std::pair<const char*, DeclPtr>> members) {
    std::vector<Declaration::Field> fields;
    for (const auto& [field, decl] : members) fields.push_back(Declaration::field(field, decl, true));
    return Declaration::object(name, std::move(fields));
}

DeclPtr text() { return Declaration::simple(Form::String); }
DeclPtr texts() { return Declaration::list(text()); }

DeclPtr request_declaration() {
    auto kind = object_of("kubernetes.GroupVersionKind", {{"group", text()}, {"version", text()}, {"kind", text()}});
    auto resource = object_of("kubernetes.GroupVersionResource", {{"group", text()}, {"version", text()}, {"resource", text()}});
    auto user = object_of("kubernetes.UserInfo", {{"username", text()}, {"uid", text()}, {"groups", texts()}, {"extra", Declaration::map(texts())}});
    return object_of("kubernetes.AdmissionRequest",
                     {{"kind", kind}, {"resource", resource}, {"subResource", text()}, {"requestKind", kind}, {"requestResource", resource}, {"requestSubResource", text()},
                      {"name", text()}, {"namespace", text()}, {"operation", text()}, {"userInfo", user}, {"dryRun", Declaration::simple(Form::Bool)}, {"options", Declaration::dyn()}});
}

DeclPtr namespace_declaration() {
    auto time = Declaration::simple(Form::DateTime);
    auto number = Declaration::simple(Form::Int);
    auto labels = Declaration::map(text());
    auto condition = object_of("kubernetes.NamespaceCondition", {{"status", text()}, {"type", text()}, {"lastTransitionTime", time}, {"message", text()}, {"reason", text()}});
    auto metadata = object_of("kubernetes.NamespaceMetadata",
                              {{"name", text()}, {"generateName", text()}, {"namespace", text()}, {"labels", labels}, {"annotations", labels}, {"UID", text()}, {"creationTimestamp", time},
                               {"deletionGracePeriodSeconds", number}, {"deletionTimestamp", time}, {"generation", number}, {"resourceVersion", text()}, {"finalizers", texts()}});
    return object_of("kubernetes.Namespace", {{"metadata", metadata},
                                              {"spec", object_of("kubernetes.NamespaceSpec", {{"finalizers", texts()}})},
                                              {"status", object_of("kubernetes.NamespaceStatus", {{"conditions", Declaration::list(condition)}, {"phase", text()}})}});
}

cel::Environment make_environment(Sees sees) {
    static const DeclPtr request = request_declaration();
    static const DeclPtr ns = namespace_declaration();
    cel::Environment out;
    auto dyn = cel::Type::of(cel::Type::Kind::Dyn);
    out.variable("object", dyn).variable("oldObject", dyn).variable("namespaceObject", ns->type).variable("request", request->type);
    if (has(sees, Sees::Params)) out.variable("params", dyn);
    if (has(sees, Sees::Authorizer)) {
        out.variable("authorizer", cel::Type::structure(cel::kAuthorizerType));
        out.variable("authorizer.requestResource", cel::Type::structure(cel::kResourceCheckType));
    }
    return out;
}

// Types that a variable keeps; the rest becomes dyn.
cel::TypePtr variable_type(const cel::TypePtr& type) {
    using Kind = cel::Type::Kind;
    switch (type->kind) {
        case Kind::List: return cel::Type::list(variable_type(type->params[0]));
        case Kind::Map: return cel::Type::map(variable_type(type->params[0]), variable_type(type->params[1]));
        case Kind::Struct:
        case Kind::Opaque:
        case Kind::Type: return cel::Type::of(Kind::Dyn);
        default: return type;
    }
}

bool fits(const cel::Type& type, Gives gives) {
    using Kind = cel::Type::Kind;
    switch (gives) {
        case Gives::Bool: return type.kind == Kind::Bool;
        case Gives::String: return type.kind == Kind::String;
        case Gives::StringOrNull: return type.kind == Kind::String || type.kind == Kind::Null;
        case Gives::Anything: break;
    }
    return true;
}

std::string printed_type(const cel::Type& type) {
    switch (type.kind) {
        case cel::Type::Kind::Null: return "null_type";
        case cel::Type::Kind::Timestamp: return "google.protobuf.Timestamp";
        case cel::Type::Kind::Duration: return "google.protobuf.Duration";
        default: return type.text();
    }
}

json::Value kind_of(const api::KindInfo& kind) { return json::Value::object({{"group", kind.gvk.group}, {"kind", kind.gvk.kind}, {"version", kind.gvk.version}}); }
json::Value resource_of(const api::KindInfo& kind) { return json::Value::object({{"group", kind.gvk.group}, {"resource", kind.plural}, {"version", kind.gvk.version}}); }

json::Value user_document(const User& user) {
    json::Value out = json::Value::object({{"username", user.name}});
    if (!user.uid.empty()) out.set("uid", user.uid);
    json::Array groups(user.groups.begin(), user.groups.end());
    if (!groups.empty()) out.set("groups", json::Value(std::move(groups)));
    json::Value extra = json::Value::object();
    for (const auto& [key, values] : user.extra) extra.set(key, json::Value(json::Array(values.begin(), values.end())));
    if (extra.size()) out.set("extra", std::move(extra));
    return out;
}

json::Value request_document(const AdmissionRequest& request, const api::KindInfo& matched) {
    static constexpr std::string_view kOperations[] = {"CREATE", "UPDATE", "DELETE", "CONNECT"};
    json::Value out = json::Value::object({{"uid", ""}, {"kind", kind_of(matched)}, {"resource", resource_of(matched)}, {"requestKind", kind_of(request.kind)}, {"requestResource", resource_of(request.kind)}});
    if (!request.subresource.empty()) {
        out.set("subResource", request.subresource);
        out.set("requestSubResource", request.subresource);
    }
    if (!request.name.empty()) out.set("name", request.name);
    if (!request.ns.empty()) out.set("namespace", request.ns);
    out.set("operation", kOperations[static_cast<int>(request.operation)]);
    out.set("userInfo", user_document(request.user));
    out.set("dryRun", request.dry_run);
    out.set("options", request.options ? *request.options : json::Value());
    return out;
}

cel::AccessAnswer ask(const Authorizer* authorizer, const AdmissionRequest& request, const cel::AccessQuestion& question) {
    Attributes attributes;
    if (question.service_account.empty()) {
        attributes.user = request.user;
    } else {
        const std::string& ns = question.service_account_namespace;
        attributes.user.name = "system:serviceaccount:" + ns + ":" + question.service_account;
        attributes.user.groups = {"system:serviceaccounts", "system:serviceaccounts:" + ns, std::string(kAuthenticated)};
    }
    attributes.verb = question.verb;
    attributes.path = question.path;
    attributes.resource_request = question.path.empty();
    attributes.ns = question.namespace_name;
    attributes.group = question.group;
    attributes.version = "*";
    attributes.resource = question.resource;
    attributes.subresource = question.subresource;
    attributes.name = question.name;
    attributes.field_selector = question.field_selector;
    attributes.label_selector = question.label_selector;
    if (!authorizer) return {true, "", ""};
    Verdict verdict = authorizer->authorize(attributes);
    return {verdict.kind == Verdict::Kind::Allow, verdict.reason, ""};
}

}  // namespace

Expression ExpressionScope::compile(std::string_view text, Gives gives, Sees sees) const {
    cel::Environment environment = make_environment(sees);
    if (composed_) environment.variable("variables", Declaration::object("kubernetes.variables", variables_));
    Expression out;
    out.text = text;
    auto program = cel::compile(text, environment);
    if (!program.ok()) {
        out.mistake_is_internal = program.status().reason() == Reason::BadRequest;
        out.mistake = (out.mistake_is_internal ? "" : "compilation failed: ") + program.status().message();
        return out;
    }
    const cel::Type& type = *program->result_type();
    if (!fits(type, gives)) {
        if (gives == Gives::StringOrNull) out.mistake = fmt::format("must evaluate to one of [string null_type] but got {}", printed_type(type));
        else out.mistake = fmt::format("must evaluate to {} but got {}", gives == Gives::Bool ? "bool" : "string", printed_type(type));
        return out;
    }
    out.program = std::move(*program);
    return out;
}

Expression ExpressionScope::add_variable(const std::string& name, std::string_view text, Sees sees) {
    composed_ = true;
    Expression out = compile(text, Gives::Anything, sees);
    auto decl = std::make_shared<Declaration>(*Declaration::dyn());
    if (out.ok()) decl->type = variable_type(out.program->result_type());
    variables_.push_back({name, name, std::move(decl), true});
    return out;
}

// The policy's variables: each is computed at its first use, and its cost counts against the policy's budget.
class ExpressionInputs::Variables : public cel::FieldSource {
public:
    Variables(const ExpressionInputs& inputs, const std::vector<NamedExpression>& expressions, Sees sees) : inputs_(inputs), expressions_(expressions), sees_(sees) {}

    std::optional<cel::Value> find(std::string_view name) const override {
        if (auto it = known_.find(name); it != known_.end()) return it->second;
        for (const auto& variable : expressions_) {
            if (variable.name != name) continue;
            cel::Value value = compute(variable);
            known_.insert_or_assign(std::string(name), value);
            return value;
        }
        return std::nullopt;
    }

    uint64_t take_cost() const { return std::exchange(cost_, 0); }

private:
    cel::Value compute(const NamedExpression& variable) const {
        if (!variable.expression.ok()) return cel::Value::error(fmt::format("composited variable \"{}\" fails to compile: {}", variable.name, variable.expression.mistake));
        // A variable sees those before it; the type checker has seen to it that there is no circle.
        cel::Budget budget;
        budget.remaining = UINT64_MAX;
        auto value = variable.expression.program->evaluate(inputs_.bindings(sees_), budget);
        cost_ += budget.cost;
        if (!value.ok()) return cel::Value::error(fmt::format("composited variable \"{}\" fails to evaluate: {}", variable.name, value.status().message()));
        return std::move(*value);
    }

    const ExpressionInputs& inputs_;
    const std::vector<NamedExpression>& expressions_;
    Sees sees_;
    mutable std::map<std::string, cel::Value, std::less<>> known_;
    mutable uint64_t cost_ = 0;
};

ExpressionInputs::ExpressionInputs(const AdmissionRequest& request, const api::KindInfo& matched, const Authorizer* authorizer)
    : request_(request), authorizer_(authorizer), request_document_(request_document(request, matched)) {
    decide_ = [this](const cel::AccessQuestion& question) { return ask(authorizer_, request_, question); };
}

void ExpressionInputs::set_namespace(const json::Value* ns) {
    has_namespace_ = ns != nullptr;
    if (!ns) return;
    namespace_document_ = *ns;
    namespace_document_.mut("metadata").erase("managedFields");
    namespace_document_.mut("metadata").erase("ownerReferences");
}

void ExpressionInputs::begin(const std::vector<NamedExpression>* variables, Sees sees) {
    variables_ = variables && !variables->empty() ? std::make_shared<Variables>(*this, *variables, sees) : nullptr;
}

std::vector<cel::Binding> ExpressionInputs::bindings(Sees sees) const {
    auto view = [](const json::Value* document) { return document ? cel::Value::json(*document) : cel::Value(); };
    std::vector<cel::Binding> out = {{"object", view(request_.object)},
                                     {"oldObject", view(request_.old_object)},
                                     {"request", cel::Value::json(request_document_)},
                                     {"namespaceObject", has_namespace_ ? cel::Value::json(namespace_document_) : cel::Value()}};
    if (has(sees, Sees::Params)) out.push_back({"params", view(params_)});
    if (has(sees, Sees::Authorizer)) {
        out.push_back({"authorizer", cel::authorizer_value(decide_)});
        cel::AccessQuestion about;
        about.group = request_.kind.gvk.group;
        about.resource = request_.kind.plural;
        about.subresource = request_.subresource;
        about.namespace_name = request_.ns;
        about.name = request_.name;
        out.push_back({"authorizer.requestResource", cel::resource_check_value(decide_, std::move(about))});
    }
    if (variables_) out.push_back({"variables", cel::Value::fields(variables_)});
    return out;
}

ExpressionInputs::Outcome ExpressionInputs::evaluate(const Expression& expression, Sees sees, uint64_t& budget) const {
    constexpr const char* kSpent = "validation failed due to running out of cost budget, no further validation rules will be run";
    Outcome out;
    if (!expression.ok()) {
        out.error = "compilation error: " + expression.mistake;
        return out;
    }
    cel::Budget cost;
    cost.remaining = UINT64_MAX;
    auto value = expression.program->evaluate(bindings(sees), cost);
    uint64_t spent = cost.cost + (variables_ ? variables_->take_cost() : 0);
    if (spent > budget) {
        out.error = kSpent;
        out.fatal = true;
        return out;
    }
    budget -= spent;
    if (!value.ok()) out.error = fmt::format("expression '{}' resulted in error: {}", expression.text, value.status().message());
    else out.value = std::move(*value);
    return out;
}

ConditionsOutcome evaluate_conditions(const std::vector<NamedExpression>& conditions, const ExpressionInputs& inputs, Sees sees) {
    uint64_t budget = cel::kMatchConditionsBudget;
    std::vector<std::string> errors;
    ConditionsOutcome out;
    for (const auto& condition : conditions) {
        auto result = inputs.evaluate(condition.expression, sees, budget);
        if (result.fatal) {
            out.error = result.error;
            return out;
        }
        if (!result.ok()) {
            errors.push_back(result.error);
        } else if (result.value.is(cel::ValueKind::Bool) && !result.value.as_bool()) {
            out.matches = false;
            return out;
        }
    }
    if (errors.size() == 1) out.error = errors[0];
    else if (!errors.empty()) out.error = "[" + join(errors, ", ") + "]";
    return out;
}

}  // namespace skiff::apiserver
