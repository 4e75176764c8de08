// MutatingAdmissionPolicy: changes written as expressions, bound to requests and parameters by MutatingAdmissionPolicyBindings.
#include <fmt/core.h>

#include "server/apiserver/admission/expressions.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/admission/policy_match.h"
#include "server/apiserver/admission/policy_mutations.h"
#include "server/apiserver/admission/policy_params.h"
#include "server/apiserver/admission/policy_set.h"
#include "server/apiserver/admission/reinvocation.h"
#include "server/apiserver/admission/request_version.h"
#include "server/apiserver/engine.h"

namespace skiff::apiserver {
namespace {

const api::Gvr kPolicies{"admissionregistration.k8s.io", "v1beta1", "mutatingadmissionpolicies"};
const api::Gvr kBindings{"admissionregistration.k8s.io", "v1beta1", "mutatingadmissionpolicybindings"};

struct Mutation {
    Expression expression;
    bool patches = false;                     // JSONPatch, else ApplyConfiguration
};

struct Binding {
    std::string name;
    json::Value param_ref;
    PolicyMatch match;
};

struct Policy {
    std::string name;
    bool fail = true, if_needed = false;      // failurePolicy, reinvocationPolicy
    json::Value param_kind;
    PolicyMatch match;
    std::vector<NamedExpression> conditions, variables;
    std::vector<Mutation> mutations;
    std::vector<Binding> bindings;
    Sees sees = Sees::Authorizer;
};

// A policy with one of its bindings and one of its parameters.
struct Invocation {
    const Policy* policy;
    const Binding* binding;
    const api::KindInfo* as;
    api::TreePtr param;

    std::string key() const { return fmt::format("{}/{}/{}/{}", policy->name, binding->name, param ? (*param)["metadata"]["namespace"].as_string() : "", param ? (*param)["metadata"]["name"].as_string() : ""); }
};

struct Failure {
    std::string message;
    Reason reason;
};
using Failures = std::vector<Failure>;

Policy compile_policy(const json::Value& object) {
    const json::Value& spec = object["spec"];
    Policy out;
    out.name = object["metadata"]["name"].as_string();
    out.fail = spec["failurePolicy"].as_string() != "Ignore";
    out.if_needed = spec["reinvocationPolicy"].as_string() == "IfNeeded";
    out.param_kind = spec["paramKind"];
    out.match = PolicyMatch::compile(spec["matchConstraints"]);
    if (out.param_kind.is_object()) out.sees = out.sees | Sees::Params;
    AdmissionScope scope;
    scope.compose();
    for (const auto& v : spec["variables"].items()) out.variables.push_back({v["name"].as_string(), scope.add_variable(v["name"].as_string(), v["expression"].as_string(), out.sees)});
    for (const auto& c : spec["matchConditions"].items()) out.conditions.push_back({c["name"].as_string(), scope.compile(c["expression"].as_string(), Gives::Bool, out.sees)});
    for (const auto& m : spec["mutations"].items()) {
        bool patches = m["patchType"].as_string() == "JSONPatch";
        const std::string& text = m[patches ? "jsonPatch" : "applyConfiguration"]["expression"].as_string();
        out.mutations.push_back({scope.compile(text, patches ? Gives::Patches : Gives::Object, out.sees), patches});
    }
    return out;
}

Binding compile_binding(const json::Value& object) {
    const json::Value& spec = object["spec"];
    return {object["metadata"]["name"].as_string(), spec["paramRef"], spec["matchResources"].is_object() ? PolicyMatch::compile(spec["matchResources"]) : PolicyMatch()};
}

class MutatingPolicies : public AdmissionPlugin {
public:
    explicit MutatingPolicies(Core& core) : core_(core), policies_(core.cache, kPolicies, kBindings) {}
    std::string_view name() const override { return "MutatingAdmissionPolicy"; }

    Status mutate(AdmissionRequest& request) override { return request.operation == Operation::Delete ? Status() : run(request); }
    Status connect(AdmissionRequest& request) override { return run(request); }

private:
    static void fail(Failures& failures, const Policy& policy, const Binding* binding, std::string_view why, Reason reason) {
        if (!policy.fail) return;
        failures.push_back({binding ? fmt::format("policy '{}' with binding '{}' denied request: {}", policy.name, binding->name, why)
                                    : fmt::format("policy \"{}\" denied request: {}", policy.name, why),
                            reason});
    }

    Status run(AdmissionRequest& request) {
        if (exempt_from_policies(request.kind)) return {};
        auto policies = policies_.current(compile_policy, compile_binding);
        Failures failures;
        std::vector<Invocation> invocations;
        for (const auto& policy : *policies) select(*policy, request, invocations, failures);
        if (!invocations.empty()) TRY(dispatch(invocations, request, failures));
        if (failures.empty()) return {};
        // The first is the answer, the others are its causes.
        Status status = Status(failures[0].reason, failures[0].message).with_details(forbidden(request.kind, request.name, "").details()).with_code(403);
        for (const auto& failure : failures) status = std::move(status).with_cause({"", failure.message, ""});
        return status;
    }

    void select(const Policy& policy, const AdmissionRequest& request, std::vector<Invocation>& invocations, Failures& failures) const {
        auto matched = policy.match.match(request, core_.kinds, core_.cache);
        if (matched.ok() && !*matched) return;
        auto kind = matched.ok() ? find_param_kind(policy.param_kind, core_.kinds) : std::move(matched).status();
        if (!kind.ok()) return fail(failures, policy, nullptr, "failed to configure policy: " + kind.status().message(), Reason::Forbidden);
        for (const auto& binding : policy.bindings) {
            auto bound = binding.match.match(request, core_.kinds, core_.cache);
            if (bound.ok() && !*bound) continue;
            auto params = bound.ok() ? collect_params(*kind, binding.param_ref, request.ns, core_.cache) : std::move(bound).status();
            if (!params.ok()) fail(failures, policy, &binding, "failed to configure binding: " + params.status().message(), Reason::Forbidden);
            else
                for (auto& param : *params) invocations.push_back({&policy, &binding, *matched, std::move(param)});
        }
    }

    Status dispatch(const std::vector<Invocation>& invocations, AdmissionRequest& request, Failures& failures) {
        if (!request.policies) request.policies = std::make_shared<Reinvocation>();
        Reinvocation& rounds = *request.policies;
        if (request.second_round) rounds.begin_again(request.object);
        api::TreePtr ns = TRY(namespace_of(request, core_.cache));
        bool changed = false;
        for (const auto& invocation : invocations) TRY(invoke(invocation, request, ns.get(), changed, failures));
        if (changed) {
            rounds.require_again();
            request.reinvoke = !request.second_round;
        }
        rounds.remember(request.object);
        return {};
    }

    Status invoke(const Invocation& invocation, AdmissionRequest& request, const json::Value* ns, bool& changed, Failures& failures) {
        const Policy& policy = *invocation.policy;
        const api::KindInfo& as = *invocation.as;
        const bool other = &as != &request.kind && !request.body;
        const api::KindInfo& form = request.body ? *request.body : as;
        RequestVersion seen(request);
        TRY(seen.load(core_, as));
        ExpressionInputs inputs(seen.request, as, core_.authorizer.get());
        inputs.set_params(invocation.param.get());
        ConditionsOutcome conditions = evaluate_conditions(policy.conditions, inputs, policy.sees, {core_.admission.metrics(), policy.name, "policy", "validate", request.operation});
        if (!conditions.error.empty()) fail(failures, policy, invocation.binding, conditions.error, Reason::Invalid);
        if (!conditions.error.empty() || !conditions.matches) return {};
        const std::string key = invocation.key();
        if (request.second_round && request.policies->again.count(key) == 0) return {};
        inputs.set_namespace(ns);
        request.about_to_change();
        bool mutated = false;
        if (seen.request.object && form.schema)
            for (const auto& mutation : policy.mutations) {
                Status status = mutate_one(policy, mutation, inputs, form, *seen.request.object);
                if (status.reason() == Reason::InternalError) return status;
                if (!status.ok()) fail(failures, policy, invocation.binding, status.message(), Reason::Invalid);
                mutated = mutated || status.ok();
            }
        if (mutated && other) {
            *request.object = TRY(in_version(core_, as, request.kind, seen.object));
            request.object->set("apiVersion", request.kind.gvk.api_version());
        }
        changed = changed || mutated;
        if (policy.if_needed) request.policies->invoked.insert(key);
        return {};
    }

    // Variables are computed anew for each mutation: they see what the one before did.
    static Status mutate_one(const Policy& policy, const Mutation& mutation, ExpressionInputs& inputs, const api::KindInfo& as, json::Value& object) {
        if (!mutation.expression.ok()) return error(Reason::Invalid, "{}", mutation.expression.mistake);
        inputs.begin(&policy.variables, policy.sees);
        uint64_t budget = cel::kObjectBudget;
        auto outcome = inputs.evaluate(mutation.expression, policy.sees, budget);
        if (!outcome.ok()) return error(Reason::Invalid, "{}", outcome.error);
        return mutation.patches ? apply_patches(as, outcome.value, object) : apply_object(as, outcome.value, object);
    }

    Core& core_;
    PolicySet<Policy> policies_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_mutating_policies(Core& core) { return std::make_unique<MutatingPolicies>(core); }

}  // namespace skiff::apiserver
