#include "server/apiserver/admission/expressions.h"

#include "server/apiserver/admission/admission_metrics.h"

#include <map>

#include <fmt/core.h>

#include "base/strings.h"
#include "server/apiserver/admission/request_document.h"

namespace skiff::apiserver {
namespace {

cel::AccessAnswer ask(const Authorizer* authorizer, const AdmissionRequest& request, const cel::AccessQuestion& question) {
    if (!authorizer) return {true, "", ""};
    User user;
    if (question.service_account.empty()) {
        user = request.user;
    } else {
        const std::string& ns = question.service_account_namespace;
        user.name = "system:serviceaccount:" + ns + ":" + question.service_account;
        user.groups = {"system:serviceaccounts", "system:serviceaccounts:" + ns, std::string(kAuthenticated)};
    }
    Attributes attributes = Attributes::of_resource(std::move(user), question.verb, {question.group, "*", question.resource}, question.namespace_name, question.name);
    attributes.path = question.path;
    attributes.resource_request = question.path.empty();
    attributes.subresource = question.subresource;
    attributes.field_selector = question.field_selector;
    attributes.label_selector = question.label_selector;
    Verdict verdict = authorizer->authorize(attributes);
    return {verdict.kind == Verdict::Kind::Allow, verdict.reason, ""};
}

}  // namespace

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
        budget.work = inputs_.spent_.work;
        auto value = variable.expression.program->evaluate(inputs_.bindings(sees_), budget);
        inputs_.spent_.work = budget.work;
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
    : request_(request), authorizer_(authorizer), request_document_(request_document(request, matched, "")) {
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
    spent_.remaining = UINT64_MAX;
    auto value = expression.program->evaluate(bindings(sees), spent_);
    uint64_t spent = spent_.cost + (variables_ ? variables_->take_cost() : 0);
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

static ConditionsOutcome outcome_of(const std::vector<NamedExpression>& conditions, const ExpressionInputs& inputs, Sees sees) {
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

ConditionsOutcome evaluate_conditions(const std::vector<NamedExpression>& conditions, const ExpressionInputs& inputs, Sees sees, const ConditionsOf& of) {
    if (conditions.empty() || of.metrics == nullptr) return outcome_of(conditions, inputs, sees);
    using Told = AdmissionMetrics::Conditions;
    const Duration begin = of.metrics->clock().elapsed();
    ConditionsOutcome out = outcome_of(conditions, inputs, sees);
    of.metrics->conditions(of.name, of.kind, of.type, of.operation, !out.error.empty() ? Told::Fail : out.matches ? Told::Match : Told::Exclude, of.metrics->clock().elapsed() - begin);
    return out;
}

}  // namespace skiff::apiserver
