// What the expressions of policies and match conditions see and how they are run: the variables object, oldObject, request, namespaceObject,
// params, authorizer and variables of Kubernetes' admission, with its cost budgets and the words of its mistakes. Any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cel/admission_scope.h"
#include "cel/authorizer.h"
#include "cel/program.h"
#include "server/apiserver/admission/plugin.h"
#include "server/apiserver/authz/authorizer.h"

namespace skiff::apiserver {

using cel::AdmissionScope;
using cel::Expression;
using cel::Gives;
using cel::Sees;

class AdmissionMetrics;

struct NamedExpression {
    std::string name;
    Expression expression;
};

// The values of one request for one policy, and the work that its expressions may make together. Everything given must outlive it. For one thread.
class ExpressionInputs {
public:
    ExpressionInputs(const AdmissionRequest& request, const api::KindInfo& matched, const Authorizer* authorizer);
    void set_params(const json::Value* params) { params_ = params; }
    void set_namespace(const json::Value* ns);                 // null: cluster-scoped
    // Expressions evaluated from here on share the values of these variables; null: there is no `variables`.
    void begin(const std::vector<NamedExpression>* variables, Sees sees);

    // The result of one expression. `fatal`: the budget is spent and nothing more may be evaluated.
    struct Outcome {
        cel::Value value;
        std::string error;
        bool fatal = false;
        bool ok() const { return error.empty(); }
    };
    Outcome evaluate(const Expression& expression, Sees sees, uint64_t& budget) const;

private:
    class Variables;
    std::vector<cel::Binding> bindings(Sees sees) const;

    const AdmissionRequest& request_;
    const Authorizer* authorizer_;
    json::Value request_document_, namespace_document_;
    bool has_namespace_ = false;
    const json::Value* params_ = nullptr;
    std::shared_ptr<Variables> variables_;
    cel::AccessDecider decide_;
    mutable cel::Budget spent_;   // its work is left for all expressions; what they cost is the caller's
};

// All conditions, in their order: false wins over errors; errors alone are one error.
struct ConditionsOutcome {
    bool matches = true;
    std::string error;
};
// Whose conditions they are, for the metrics (null: nobody counts). kind: webhook, policy; type: admit, validating, validate.
struct ConditionsOf {
    AdmissionMetrics* metrics = nullptr;
    std::string_view name, kind, type;
    Operation operation = Operation::Create;
};
ConditionsOutcome evaluate_conditions(const std::vector<NamedExpression>& conditions, const ExpressionInputs& inputs, Sees sees, const ConditionsOf& of = {});

}  // namespace skiff::apiserver
