#include <catch2/catch.hpp>

#include "json/parse.h"
#include "server/apiserver/expression_checks.h"
#include "server/apiserver/admission/expressions.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/admission/policy_match.h"
#include "unit/server/apiserver/fake_reader.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

struct Fixture {
    std::shared_ptr<const api::KindRegistry> kinds = api::KindRegistry::builtin();
    const api::KindInfo& deployments = *kinds->find(api::Gvr{"apps", "v1", "deployments"});
    const api::KindInfo& policies = *kinds->find(api::Gvr{"admissionregistration.k8s.io", "v1", "validatingadmissionpolicies"});
    User user{.name = "ada", .groups = {"team"}};
    json::Value object = *json::parse(R"({"metadata":{"name":"d","labels":{"app":"web"}},"spec":{"replicas":3}})");
    FakeReader reader;
    AdmissionRequest request{Operation::Create, deployments, "shop", "d", "", user, &object};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a policy is about the resources of its rules, but not of its excluded ones") {
    auto rules = [&](const char* text) { return PolicyMatch::compile(*json::parse(text)).match(request, *kinds, reader); };
    CHECK(*rules(R"({"resourceRules":[{"operations":["CREATE"],"apiGroups":["apps"],"apiVersions":["v1"],"resources":["deployments"]}]})") == &deployments);
    CHECK(*rules(R"({"resourceRules":[{"operations":["UPDATE"],"apiGroups":["apps"],"apiVersions":["v1"],"resources":["deployments"]}]})") == nullptr);
    CHECK(*rules(R"({"resourceRules":[{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"],"resourceNames":["other"]}]})") == nullptr);
    CHECK(*rules(R"({"resourceRules":[{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]}],
                     "excludeResourceRules":[{"operations":["*"],"apiGroups":["apps"],"apiVersions":["*"],"resources":["deployments"]}]})") == nullptr);
    CHECK(*rules(R"({"objectSelector":{"matchLabels":{"app":"db"}}})") == nullptr);
    CHECK(*rules(R"({})") == &deployments);
}

TEST_CASE_METHOD(Fixture, "the expressions of a policy share what they may take, whatever it costs") {
    AdmissionScope scope;
    ExpressionInputs inputs(request, deployments, nullptr);
    inputs.begin(nullptr, Sees::Nothing);
    Expression heavy = scope.compile("[1,2,3,4,5,6,7,8].map(a, [1,2,3,4,5,6,7,8].map(b, [1,2,3,4,5,6,7,8].map(c, [1,2,3,4,5,6,7,8].map(d, '%s'.format([a * b * c * d]))))).size() == 8", Gives::Bool, Sees::Nothing);
    REQUIRE(heavy.ok());
    uint64_t budget = UINT64_MAX;
    size_t served = 0;
    while (served < 100'000 && inputs.evaluate(heavy, Sees::Nothing, budget).ok()) ++served;
    CHECK(served > 3);
    CHECK(served < 100'000);
}

TEST_CASE_METHOD(Fixture, "expressions see the request, the object, variables and an authorizer") {
    AdmissionScope scope;
    Sees all = Sees::Params | Sees::Authorizer;
    std::vector<NamedExpression> variables;
    variables.push_back({"count", scope.add_variable("count", "object.spec.replicas", all)});
    variables.push_back({"twice", scope.add_variable("twice", "variables.count * 2", all)});
    json::Value params = *json::parse(R"({"max":5})");
    ExpressionInputs inputs(request, deployments, nullptr);
    inputs.set_params(&params);
    inputs.begin(&variables, all);
    uint64_t budget = cel::kObjectBudget;
    for (const char* text : {"variables.twice == 6", "variables.twice > params.max", "request.userInfo.username == 'ada'", "request.operation == 'CREATE' && oldObject == null",
                             "authorizer.group('apps').resource('deployments').check('create').allowed()", "authorizer.requestResource.check('create').allowed()"}) {
        INFO(text);
        Expression expression = scope.compile(text, Gives::Bool, all);
        INFO(expression.mistake);
        REQUIRE(expression.ok());
        auto outcome = inputs.evaluate(expression, all, budget);
        INFO(outcome.error);
        CHECK(outcome.value.is_true());
    }
    CHECK(scope.compile("1", Gives::Bool, all).mistake == "must evaluate to bool but got int");
    CHECK(scope.compile("variables.zzz == 1", Gives::Bool, all).mistake.find("undefined field 'zzz'") != std::string::npos);
    auto failed = inputs.evaluate(scope.compile("object.nothing == 1", Gives::Bool, all), all, budget);
    CHECK(failed.error == "expression 'object.nothing == 1' resulted in error: no such key: nothing");
}

TEST_CASE_METHOD(Fixture, "a false condition wins over one that fails") {
    AdmissionScope scope;
    auto conditions = [&](std::initializer_list<const char*> texts) {
        std::vector<NamedExpression> out;
        for (const char* text : texts) out.push_back({"c", scope.compile(text, Gives::Bool, Sees::Nothing)});
        ExpressionInputs inputs(request, deployments, nullptr);
        return evaluate_conditions(out, inputs, Sees::Nothing);
    };
    CHECK(conditions({"true"}).matches);
    CHECK_FALSE(conditions({"object.x == 1", "false"}).matches);
    CHECK(conditions({"true", "object.x == 1"}).error == "expression 'object.x == 1' resulted in error: no such key: x");
}

TEST_CASE_METHOD(Fixture, "a policy with a mistake in an expression is refused with its place") {
    json::Value policy = *json::parse(R"({"metadata":{"name":"p"},"spec":{"validations":[{"expression":"object.spec.replicas +"}]}})");
    api::FieldErrors errors;
    check_expressions(policies, policy, nullptr, errors);
    REQUIRE(errors.causes().size() == 1);
    CHECK(errors.causes()[0].field == "spec.validations[0].expression");
    CHECK(errors.causes()[0].message.find("compilation failed: ERROR: <input>:1:23: Syntax error: mismatched input '<EOF>'") != std::string::npos);
}
