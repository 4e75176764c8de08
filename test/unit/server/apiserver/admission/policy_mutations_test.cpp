#include <catch2/catch.hpp>

#include "json/parse.h"
#include "json/write.h"
#include "server/apiserver/expression_checks.h"
#include "server/apiserver/admission/expressions.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/admission/policy_mutations.h"
#include "server/apiserver/admission/reinvocation.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

struct Fixture {
    std::shared_ptr<const api::KindRegistry> kinds = api::KindRegistry::builtin({{"admissionregistration.k8s.io", "v1beta1"}});
    const api::KindInfo& deployments = *kinds->find(api::Gvr{"apps", "v1", "deployments"});
    User user{.name = "ada", .groups = {"team"}};
    json::Value object = *json::parse(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":3,"selector":{"matchLabels":{"a":"b"}},
        "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"web","image":"nginx"}]}}}})");
    AdmissionRequest request{Operation::Create, deployments, "shop", "d", "", user, &object};

    // The error, or the part of the object that is asked for.
    std::string mutated(const char* text, bool patches, const char* part) {
        AdmissionScope scope;
        Expression expression = scope.compile(text, patches ? Gives::Patches : Gives::Object, Sees::Nothing);
        if (!expression.ok()) return expression.mistake;
        ExpressionInputs inputs(request, deployments, nullptr);
        uint64_t budget = cel::kObjectBudget;
        auto outcome = inputs.evaluate(expression, Sees::Nothing, budget);
        if (!outcome.ok()) return outcome.error;
        Status status = patches ? apply_patches(deployments, outcome.value, object) : apply_object(deployments, outcome.value, object);
        return status.ok() ? json::write(object["spec"][part]) : status.message();
    }
    std::string applied(const char* text, const char* part = "replicas") { return mutated(text, false, part); }
    std::string patched(const char* text, const char* part = "replicas") { return mutated(text, true, part); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an apply configuration is merged into the object by the rules of server-side apply") {
    CHECK(applied("Object{spec: Object.spec{replicas: object.spec.replicas + 1}}") == "4");
    CHECK(applied("Object{spec: Object.spec{replicas: 5.0}}") == "5");
    std::string spec = applied("Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'side', image: 'x'}]}}}}", "template");
    CHECK(spec.find(R"("name":"web")") != std::string::npos);
    CHECK(spec.find(R"("name":"side")") != std::string::npos);
    CHECK(spec.find(R"("imagePullPolicy":"Always")") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "an apply configuration may not name what the schema lacks, set atomics, or misname a part") {
    CHECK(applied("Object{spec: Object.spec{oops: 1}}") == "error applying patch: failed to convert patch object to typed object: .spec.oops: field not declared in schema");
    CHECK(applied("Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {'a': 'c'}}}}") ==
          "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.selector");
    CHECK(applied("Object{spec: Object.wrong{}}") == "type mismatch: unexpected type name \"Object.wrong\", expected \"Object.spec\", which matches field name path from root Object type");
    CHECK(applied("Object.spec{}") == "must evaluate to Object but got Object.spec");
    CHECK(applied("{'spec': 1}") == "must evaluate to Object but got map(string, int)");
    CHECK(object["spec"]["replicas"].as_int() == 3);
}

TEST_CASE_METHOD(Fixture, "JSON patches are applied in order, and a test that fails leaves the object alone") {
    CHECK(patched("[JSONPatch{op: 'test', path: '/spec/replicas', value: 3}, JSONPatch{op: 'replace', path: '/spec/replicas', value: 7}]") == "7");
    CHECK(patched("[JSONPatch{op: 'replace', path: '/spec/replicas', value: 8}, JSONPatch{op: 'test', path: '/spec/replicas', value: 0}]") == "7");
    CHECK(patched("[JSONPatch{op: 'add', path: '/metadata/labels', value: {}}, JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b'), value: 'c'}]") == "7");
    CHECK(object["metadata"]["labels"]["a/b"].as_string() == "c");
    CHECK(patched("[JSONPatch{op: 'add', path: '/spec/oops', value: 1}]") == "Internal error occurred: strict decoding error: unknown field \"spec.oops\"");
    CHECK(patched("[JSONPatch{op: 'remove', path: '/spec/none'}]") == "JSON Patch: error in remove for path: '/spec/none': Unable to remove nonexistent key: none: missing value");
    CHECK(patched("[1]") == "must evaluate to list(JSONPatch) but got list(int)");
}

TEST_CASE_METHOD(Fixture, "a mutating policy with a mistake in an expression is refused with its place") {
    json::Value policy = *json::parse(R"({"metadata":{"name":"p"},"spec":{"mutations":[{"patchType":"JSONPatch","jsonPatch":{"expression":" Object{} "}}]}})");
    api::FieldErrors errors;
    check_expressions(*kinds->find(api::Gvr{"admissionregistration.k8s.io", "v1beta1", "mutatingadmissionpolicies"}), policy, nullptr, errors);
    REQUIRE(errors.causes().size() == 1);
    CHECK(errors.causes()[0].field == "spec.mutations[0].jsonPatch.expression");
    CHECK(errors.causes()[0].message == "Invalid value: \"Object{}\": must evaluate to list(JSONPatch) but got Object");
}

TEST_CASE("those that want to run again do so when the object changed after them") {
    Reinvocation rounds;
    json::Value object = *json::parse("{\"a\":1}");
    rounds.invoked = {"first"};
    rounds.remember(&object);
    rounds.begin_again(&object);
    CHECK(rounds.again.empty());
    object.set("a", 2);
    rounds.begin_again(&object);
    CHECK(rounds.again.count("first") == 1);
}
