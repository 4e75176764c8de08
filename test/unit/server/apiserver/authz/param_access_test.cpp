#include <catch2/catch.hpp>

#include "json/parse.h"
#include "server/apiserver/authz/param_access.h"
#include "unit/server/apiserver/fake_reader.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

struct Asked : Authorizer {
    Verdict::Kind answer = Verdict::Kind::NoOpinion;
    mutable Attributes last;
    Verdict authorize(const Attributes& attributes) const override {
        last = attributes;
        return {answer, ""};
    }
};

}  // namespace

TEST_CASE("who writes a policy or a binding must be able to read its parameters") {
    auto kinds = api::KindRegistry::builtin();
    FakeReader reader;
    auto authorizer = std::make_shared<Asked>();
    auto check = make_param_access_check(*kinds, reader, authorizer);
    User ada{.name = "ada", .groups = {"team", "more"}};
    json::Value policy = *json::parse(R"({"metadata":{"name":"p"},"spec":{"paramKind":{"apiVersion":"v1","kind":"ConfigMap"}}})");
    AdmissionRequest write{Operation::Create, *kinds->find(api::Gvr{"admissionregistration.k8s.io", "v1", "validatingadmissionpolicies"}), "", "p", "", ada, &policy};
    CHECK(check->validate(write).causes().at(0).message ==
          "Forbidden: user &{ada  [team more] map[]} must have \"get\" permission on all objects of the referenced paramKind (kind=ConfigMap, apiVersion=v1)");
    CHECK(authorizer->last.resource == "configmaps");
    CHECK(authorizer->last.name == "*");
    write.old_object = &policy;
    CHECK(check->validate(write).ok());

    json::Value binding = *json::parse(R"({"metadata":{"name":"b"},"spec":{"policyName":"p","paramRef":{"selector":{},"namespace":"shop"}}})");
    AdmissionRequest bind{Operation::Create, *kinds->find(api::Gvr{"admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings"}), "", "b", "", ada, &binding};
    CHECK(check->validate(bind).causes().at(0).message ==
          "Forbidden: unable to get policy p to determine minimum required permissions and user &{ada  [team more] map[]} does not have \"list\" permission for all groups, versions and resources");
    reader.put({"admissionregistration.k8s.io", "v1", "validatingadmissionpolicies"}, policy);
    CHECK(check->validate(bind).causes().at(0).message == "Forbidden: user &{ada  [team more] map[]} does not have \"list\" permission on the object referenced by paramRef");
    CHECK(authorizer->last.ns == "shop");
    authorizer->answer = Verdict::Kind::Allow;
    CHECK(check->validate(bind).ok());
}
