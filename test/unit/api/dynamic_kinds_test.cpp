#include <catch2/catch.hpp>

#include "api/custom_resource.h"
#include "api/dynamic_kinds.h"
#include "json/parse.h"

using namespace skiff;
using namespace skiff::api;

namespace {

ObjectPtr definition() {
    return Object::from_tree(json::parse(R"({"metadata":{"name":"things.example.com","uid":"u"},
        "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"things","singular":"thing","kind":"Thing","listKind":"ThingList"},
            "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"n":{"type":"integer","default":3}}}}}}},
                        {"name":"v2","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]},
        "status":{"acceptedNames":{"plural":"things","singular":"thing","kind":"Thing","listKind":"ThingList"}}})").value());
}

}  // namespace

TEST_CASE("versions are ordered as Kubernetes orders them") {
    CHECK(version_before("v2", "v1"));
    CHECK(version_before("v1", "v2beta1"));
    CHECK(version_before("v1beta2", "v1beta1"));
    CHECK(version_before("v1alpha1", "foo"));
    CHECK_FALSE(version_before("v1", "v10"));
}

TEST_CASE("a definition's kinds are found, used and kept while somebody holds them") {
    auto kinds = KindRegistry::builtin();
    auto made = make_custom_definition(definition(), kinds->schemas(), 1);
    REQUIRE(made->kinds.size() == 2);
    std::vector<std::shared_ptr<const KindInfo>> live;
    for (const auto& kind : made->kinds) live.emplace_back(made, kind.get());
    kinds->dynamic().publish(live, std::chrono::seconds(0));
    live.clear();
    const KindInfo* kind = kinds->find(Gvr{"example.com", "v1", "things"});
    REQUIRE(kind != nullptr);
    CHECK(kind->has_status);
    CHECK(kind->custom->stored == kind);
    CHECK(kinds->find(Gvk{"example.com", "v2", "Thing"})->custom->stored == kind);
    json::Value object = json::parse(R"({"kind":"Thing","apiVersion":"example.com/v1","metadata":{"name":"a"},"spec":{"x":1}})").value();
    std::vector<std::string> problems;
    REQUIRE(kind->hooks.normalize(object, &problems).ok());
    CHECK(problems == std::vector<std::string>{"unknown field \"spec.x\""});
    kind->hooks.set_defaults(object);
    CHECK(object["spec"]["n"].as_int() == 3);

    auto pin = kind->pin();
    std::weak_ptr<const CustomDefinition> watched = made;
    made.reset();
    kinds->dynamic().publish({}, std::chrono::hours(1));
    kinds->dynamic().publish({}, std::chrono::hours(2));
    kinds->dynamic().publish({}, std::chrono::hours(3));
    CHECK(kinds->find(Gvr{"example.com", "v1", "things"}) == nullptr);
    CHECK_FALSE(watched.expired());
    pin.reset();
    CHECK(watched.expired());
}
