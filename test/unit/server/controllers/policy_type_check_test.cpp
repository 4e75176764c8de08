#include "server/controllers/policy_type_check.h"

#include <catch2/catch.hpp>

#include "json/parse.h"

using namespace skiff;

TEST_CASE("expressions that do not fit the matched type are warned about") {
    auto kinds = api::KindRegistry::builtin();
    const auto* deployments = kinds->find(api::Gvr{"apps", "v1", "deployments"});
    std::vector<controllers::CheckedKind> checked = {{deployments->gvk, cel::declare_type(*deployments->schema, "Deployment")}};
    auto policy = json::parse(R"({"spec":{"variables":[{"name":"n","expression":"object.spec.replicas"}],"validations":[
        {"expression":"variables.n <= 5"},{"expression":"object.spec.replicas <= '5'"},{"expression":"object.spec.replicasCount > 1","messageExpression":"object.metadata.name"}]}})");
    json::Value warnings = controllers::policy_warnings(*policy, checked, nullptr);
    REQUIRE(warnings.size() == 2);
    CHECK(warnings[0]["fieldRef"].as_string() == "spec.validations[1].expression");
    CHECK(warnings[0]["warning"].as_string().find("apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_<=_' applied to '(int, string)'") == 0);
    CHECK(warnings[1]["warning"].as_string().find("undefined field 'replicasCount'") != std::string::npos);
}
