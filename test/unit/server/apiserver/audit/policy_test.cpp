#include <catch2/catch.hpp>

#include "json/parse.h"
#include "server/apiserver/audit/event.h"

using namespace skiff;
using namespace skiff::apiserver;
using audit::Level;
using audit::Policy;

namespace {

Attributes request(const char* verb, const char* group, const char* resource, const char* user = "ann") {
    Attributes a;
    a.user.name = user;
    a.verb = verb;
    a.resource_request = true;
    a.group = group;
    a.version = "v1";
    a.resource = resource;
    return a;
}

}  // namespace

TEST_CASE("the built-in audit policy keeps changes, secrets and refusals, and no routine") {
    const Policy& policy = Policy::builtin();
    CHECK(policy.level_of(request("create", "", "pods"), 201) == Level::Metadata);
    CHECK(policy.level_of(request("get", "", "pods"), 200) == Level::None);
    CHECK(policy.level_of(request("get", "", "pods"), 403) == Level::Metadata);
    CHECK(policy.level_of(request("get", "", "secrets"), 200) == Level::Metadata);
    CHECK(policy.level_of(request("update", "coordination.k8s.io", "leases"), 200) == Level::None);
    CHECK(policy.level_of(request("create", "", "events"), 201) == Level::None);
    Attributes node = request("patch", "", "pods");
    node.subresource = "status";
    node.user.groups = {"system:nodes"};
    CHECK(policy.level_of(node, 200) == Level::None);
}

TEST_CASE("the first rule of an audit policy file that matches decides") {
    auto policy = Policy::parse(R"(
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: None
  users: ["robot"]
- level: Request
  resources: [{group: apps, resources: ["deployments", "*/scale"]}]
- level: Metadata
  nonResourceURLs: ["/metrics*"]
)");
    REQUIRE(policy.ok());
    CHECK(policy->level_of(request("create", "apps", "deployments", "robot"), 201) == Level::None);
    CHECK(policy->level_of(request("create", "apps", "deployments"), 201) == Level::Request);
    CHECK(policy->level_of(request("create", "", "pods"), 201) == Level::None);
    Attributes scale = request("patch", "apps", "statefulsets");
    CHECK(policy->level_of(scale, 200) == Level::None);
    scale.subresource = "scale";
    CHECK(policy->level_of(scale, 200) == Level::Request);
    Attributes path;
    path.path = "/metrics/x";
    CHECK(policy->level_of(path, 200) == Level::Metadata);
}

TEST_CASE("a policy of another kind or with an unknown level is refused") {
    CHECK_FALSE(Policy::parse("kind: Pod").ok());
    CHECK_FALSE(Policy::parse("{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: All}]}").ok());
}

TEST_CASE("an audit line never holds a Secret's body") {
    RequestContext context;
    context.id = "1";
    context.attributes = request("create", "", "secrets");
    net::Request http;
    http.target = "/api/v1/namespaces/a/secrets";
    http.remote_address = "[::1]:80";
    http.body = R"({"data":{"a":"aGlkZGVu"}})";
    std::string line = audit::event_line({context, http, context.attributes.user, 201, {}, {}}, {Level::Request});
    CHECK(line.find("aGlkZGVu") == std::string::npos);
    auto event = json::parse(line);
    REQUIRE(event.ok());
    CHECK((*event)["sourceIPs"][0].as_string() == "::1");
    CHECK((*event)["objectRef"]["resource"].as_string() == "secrets");
    context.attributes.resource = "pods";
    CHECK(audit::event_line({context, http, context.attributes.user, 201, {}, {}}, {Level::Request}).find("aGlkZGVu") != std::string::npos);
}
