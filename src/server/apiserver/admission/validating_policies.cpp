// ValidatingAdmissionPolicy: rules written as expressions, bound to requests and parameters by ValidatingAdmissionPolicyBindings.
#include <algorithm>

#include <fmt/core.h>

#include "base/strings.h"
#include "json/write.h"
#include "server/apiserver/admission/expressions.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/admission/policy_match.h"
#include "server/apiserver/admission/policy_params.h"
#include "server/apiserver/admission/policy_set.h"
#include "server/apiserver/admission/request_version.h"
#include "server/apiserver/engine.h"

namespace skiff::apiserver {
namespace {

const api::Gvr kPolicies{"admissionregistration.k8s.io", "v1", "validatingadmissionpolicies"};
const api::Gvr kBindings{"admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings"};

struct Validation {
    Expression expression, message_expression;
    std::string message;
    Reason reason = Reason::Invalid;
};

struct Binding {
    std::string name;
    json::Value param_ref;
    PolicyMatch match;
    bool deny = false, warn = false, audit = false;
    json::Value actions;
};

struct Policy {
    std::string name;
    bool fail = true;                         // failurePolicy
    json::Value param_kind;
    PolicyMatch match;
    std::vector<NamedExpression> conditions, variables, annotations;
    std::vector<Validation> validations;
    std::vector<Binding> bindings;
};

Policy compile_policy(const json::Value& object) {
    const json::Value& spec = object["spec"];
    Policy out;
    out.name = object["metadata"]["name"].as_string();
    out.fail = spec["failurePolicy"].as_string() != "Ignore";
    out.param_kind = spec["paramKind"];
    out.match = PolicyMatch::compile(spec["matchConstraints"]);
    Sees params = out.param_kind.is_object() ? Sees::Params : Sees::Nothing;
    Sees all = params | Sees::Authorizer;
    AdmissionScope scope;
    for (const auto& c : spec["matchConditions"].items()) out.conditions.push_back({c["name"].as_string(), scope.compile(c["expression"].as_string(), Gives::Bool, all)});
    for (const auto& v : spec["variables"].items()) out.variables.push_back({v["name"].as_string(), scope.add_variable(v["name"].as_string(), v["expression"].as_string(), all)});
    for (const auto& v : spec["validations"].items()) {
        Validation validation;
        validation.expression = scope.compile(v["expression"].as_string(), Gives::Bool, all);
        if (!v["messageExpression"].as_string().empty()) validation.message_expression = scope.compile(v["messageExpression"].as_string(), Gives::String, params);
        validation.message = trim(v["message"].as_string());
        if (v.has("reason")) validation.reason = reason_from_name(v["reason"].as_string());
        out.validations.push_back(std::move(validation));
    }
    for (const auto& a : spec["auditAnnotations"].items())
        out.annotations.push_back({a["key"].as_string(), scope.compile(trim(a["valueExpression"].as_string()), Gives::StringOrNull, all)});
    return out;
}

Binding compile_binding(const json::Value& object) {
    Binding out;
    out.name = object["metadata"]["name"].as_string();
    out.param_ref = object["spec"]["paramRef"];
    if (object["spec"]["matchResources"].is_object()) out.match = PolicyMatch::compile(object["spec"]["matchResources"]);
    out.actions = object["spec"]["validationActions"];
    for (const auto& action : out.actions.items()) {
        out.deny = out.deny || action.as_string() == "Deny";
        out.warn = out.warn || action.as_string() == "Warn";
        out.audit = out.audit || action.as_string() == "Audit";
    }
    return out;
}

// What a policy said no to.
struct Denial {
    std::string message;
    Reason reason = Reason::Invalid;
};

class ValidatingPolicies : public AdmissionPlugin {
public:
    explicit ValidatingPolicies(Core& core) : core_(core), policies_(core.cache, kPolicies, kBindings) {}
    std::string_view name() const override { return "ValidatingAdmissionPolicy"; }

    Status connect(AdmissionRequest& request) override { return validate(request); }

    Status validate(const AdmissionRequest& request) override {
        if (exempt_from_policies(request.kind)) return {};
        auto policies = policies_.current(compile_policy, compile_binding);
        std::optional<Denial> denial;
        for (const auto& policy : *policies) TRY(run(*policy, request, denial));
        if (!denial) return {};
        return refuse(request, *denial);
    }

private:
    // The first denial is the answer.
    static void deny(std::optional<Denial>& denial, std::string who, std::string_view message, Reason reason) {
        if (!denial) denial = Denial{fmt::format("{} denied request: {}", who, message), reason};
    }

    Status run(const Policy& policy, const AdmissionRequest& request, std::optional<Denial>& denial) const {
        std::string who = fmt::format("ValidatingAdmissionPolicy '{}'", policy.name);
        auto matched = policy.match.match(request, core_.kinds, core_.cache);
        if (!matched.ok()) {
            if (policy.fail) deny(denial, who, "failed to configure policy: " + matched.status().message(), Reason::Invalid);
            return {};
        }
        if (!*matched) return {};
        auto param_kind = find_param_kind(policy.param_kind, core_.kinds);
        if (!param_kind.ok()) {
            if (policy.fail) deny(denial, who, "failed to configure policy: " + param_kind.status().message(), Reason::Invalid);
            return {};
        }
        std::optional<RequestVersion> seen;   // made once for all bindings, when the first one needs it
        api::TreePtr ns_tree;
        for (const auto& binding : policy.bindings) {
            std::string both = fmt::format("{} with binding '{}'", who, binding.name);
            auto bound = binding.match.match(request, core_.kinds, core_.cache);
            auto params = bound.ok() && *bound ? collect_params(*param_kind, binding.param_ref, request.ns, core_.cache) : Result<std::vector<api::TreePtr>>(std::vector<api::TreePtr>{});
            if (!bound.ok() || !params.ok()) {
                const Status& status = bound.ok() ? params.status() : bound.status();
                if (policy.fail) deny(denial, both, "failed to configure binding: " + status.message(), Reason::Invalid);
                continue;
            }
            if (!*bound || params->empty()) continue;
            if (!seen) {
                ns_tree = TRY(namespace_of(request, core_.cache));
                TRY(seen.emplace(request).load(core_, **matched));
            }
            for (const auto& param : *params) evaluate(policy, binding, both, seen->request, **matched, param.get(), ns_tree.get(), denial);
        }
        return {};
    }

    void evaluate(const Policy& policy, const Binding& binding, const std::string& who, const AdmissionRequest& request, const api::KindInfo& matched, const json::Value* param,
                  const json::Value* ns, std::optional<Denial>& denial) const {
        Sees params = policy.param_kind.is_object() ? Sees::Params : Sees::Nothing;
        Sees all = params | Sees::Authorizer;
        ExpressionInputs inputs(request, matched, core_.authorizer.get());
        inputs.set_params(param);
        json::Value failures = json::Value::array();
        int64_t index = 0;
        auto decide = [&](std::string_view message, Reason reason) {
            if (binding.deny) deny(denial, who, message, reason);
            if (binding.warn && request.warnings)
                request.warnings->push_back(fmt::format("Validation failed for ValidatingAdmissionPolicy '{}' with binding '{}': {}", policy.name, binding.name, message));
            if (binding.audit) failures.push_back(json::Value::object({{"message", message}, {"policy", policy.name}, {"binding", binding.name}, {"expressionIndex", index}, {"validationActions", binding.actions}}));
        };
        ConditionsOutcome conditions = evaluate_conditions(policy.conditions, inputs, all, {core_.admission.metrics(), policy.name, "policy", "validate", request.operation});
        if (!conditions.error.empty()) {
            if (policy.fail) decide(conditions.error, Reason::Invalid);
            return;
        }
        if (!conditions.matches) return;
        inputs.set_namespace(ns);
        Judged judged = judge(policy, inputs, params);
        std::vector<std::string> mistakes;
        if (judged.spent.empty()) annotate(policy, request, inputs, all, mistakes, judged.spent);
        if (!judged.spent.empty()) {   // it stands for everything that the policy has said
            if (policy.fail) decide(judged.spent, Reason::Invalid);
        } else {
            for (const Opinion& opinion : judged.opinions) {
                index = static_cast<int64_t>(opinion.index);
                decide(opinion.message, opinion.reason);
            }
        }
        if (failures.size() > 0) request.annotate("validation.policy.admission.k8s.io/validation_failure", json::write(failures));
        for (const std::string& mistake : mistakes) deny(denial, who, mistake, Reason::Invalid);
    }

    struct Opinion {
        size_t index;
        std::string message;
        Reason reason;
    };
    struct Judged {
        std::vector<Opinion> opinions;
        std::string spent;   // why nothing more is run
    };

    // All validations and then all messages share one budget, as in Kubernetes: one that runs out while messages are made is the fault of each validation.
    static Judged judge(const Policy& policy, ExpressionInputs& inputs, Sees params) {
        Judged out;
        uint64_t budget = cel::kObjectBudget;
        std::vector<ExpressionInputs::Outcome> outcomes;
        inputs.begin(&policy.variables, params | Sees::Authorizer);
        for (const auto& validation : policy.validations) {
            outcomes.push_back(inputs.evaluate(validation.expression, params | Sees::Authorizer, budget));
            if (outcomes.back().fatal) return out.spent = std::move(outcomes.back().error), out;
        }
        inputs.begin(&policy.variables, params);
        // Messages that nobody reads are made only when they could be what is too much.
        const bool scarce = budget < policy.validations.size() * (policy.variables.size() + 1) * cel::kPerCallLimit;
        std::vector<std::string> messages(outcomes.size());
        std::string spent;
        for (size_t i = 0; i < outcomes.size() && spent.empty(); ++i) {
            if (!policy.validations[i].message_expression.ok() || (!scarce && (!outcomes[i].ok() || outcomes[i].value.is_true()))) continue;
            auto outcome = inputs.evaluate(policy.validations[i].message_expression, params, budget);
            if (outcome.fatal) spent = "failed messageExpression: " + outcome.error;
            else if (outcome.ok() && outcome.value.is(cel::ValueKind::String)) messages[i] = outcome.value.text();
        }
        for (size_t i = 0; i < outcomes.size(); ++i) {
            if (!outcomes[i].ok() || !spent.empty()) {
                if (policy.fail) out.opinions.push_back({i, outcomes[i].ok() ? spent : outcomes[i].error, Reason::Invalid});
            } else if (!outcomes[i].value.is_true()) {
                out.opinions.push_back({i, message_of(policy.validations[i], std::move(messages[i])), policy.validations[i].reason});
            }
        }
        return out;
    }

    // The annotations go to the audit log; what concerns the request is that they can be computed.
    static void annotate(const Policy& policy, const AdmissionRequest& request, ExpressionInputs& inputs, Sees all, std::vector<std::string>& mistakes, std::string& spent) {
        if (policy.annotations.empty()) return;
        inputs.begin(&policy.variables, all);
        uint64_t budget = cel::kObjectBudget;
        for (const auto& annotation : policy.annotations) {
            auto outcome = inputs.evaluate(annotation.expression, all, budget);
            if (outcome.fatal) return void(spent = outcome.error);
            if (!outcome.ok() && policy.fail) mistakes.push_back(outcome.error);
            if (outcome.ok() && outcome.value.is(cel::ValueKind::String)) request.annotate(policy.name + "/" + annotation.name, std::string(outcome.value.text()));
        }
    }

    static std::string message_of(const Validation& validation, std::string message) {
        message = trim(message);
        if (message.size() > cel::kMessageBytesMax || message.find('\n') != std::string::npos) message.clear();
        if (message.empty()) message = validation.message;
        if (message.empty()) message = fmt::format("failed expression: {}", trim(validation.expression.text));
        return message;
    }

    static Status refuse(const AdmissionRequest& request, const Denial& denial) {
        Status base = forbidden(request.kind, request.name, denial.message);
        bool own_code = denial.reason == Reason::Forbidden || denial.reason == Reason::Unauthorized || denial.reason == Reason::RequestEntityTooLarge;
        return Status(denial.reason, base.message()).with_details(base.details()).with_cause({"", denial.message, ""}).with_code(own_code ? http_code(denial.reason) : 422);
    }

    Core& core_;
    PolicySet<Policy> policies_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_validating_policies(Core& core) { return std::make_unique<ValidatingPolicies>(core); }

}  // namespace skiff::apiserver
