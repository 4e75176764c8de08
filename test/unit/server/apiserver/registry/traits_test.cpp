#include <catch2/catch.hpp>

#include "api/kind.h"
#include "json/parse.h"
#include "server/apiserver/registry/traits.h"

using namespace skiff;
using namespace skiff::apiserver;

TEST_CASE("a lease's renewal is cheap, and who comes to hold it is on the disk before anybody is told") {
    const auto kinds = api::KindRegistry::builtin();
    const api::KindInfo& lease = *kinds->find(api::Gvr{"coordination.k8s.io", "v1", "leases"});
    auto spec = [](const char* text) { return json::Value::object({{"metadata", json::Value::object()}, {"spec", json::parse(text).value()}}); };
    const auto held = spec(R"({"holderIdentity":"a","leaseTransitions":1,"renewTime":"1"})");
    CHECK(durability_of(lease, spec(R"({"holderIdentity":"a","leaseTransitions":1,"renewTime":"2"})"), &held) == store::Durability::Cheap);
    CHECK(durability_of(lease, spec(R"({"holderIdentity":"b","leaseTransitions":1,"renewTime":"2"})"), &held) == store::Durability::Synced);
    CHECK(durability_of(lease, spec(R"({"holderIdentity":"a","leaseTransitions":2,"renewTime":"2"})"), &held) == store::Durability::Synced);
    CHECK(durability_of(lease, held, nullptr) == store::Durability::Synced);
}

TEST_CASE("of a node's reports only one that says nothing new is cheap") {
    const auto kinds = api::KindRegistry::builtin();
    const api::KindInfo& node = *kinds->find(api::Gvr{"", "v1", "nodes"});
    auto reports = [](const char* ready, const char* at) {
        return json::parse(std::string(R"({"metadata":{"name":"n","resourceVersion":")") + at + R"("},"status":{"conditions":[{"type":"Ready","status":")" + ready +
                           R"(","lastHeartbeatTime":")" + at + R"("}]}})").value();
    };
    const auto before = reports("True", "1");
    CHECK(durability_of(node, reports("True", "2"), &before) == store::Durability::Cheap);
    CHECK(durability_of(node, reports("False", "2"), &before) == store::Durability::Synced);
    CHECK(durability_of(node, before, nullptr) == store::Durability::Synced);
}

TEST_CASE("which kinds may be updated without a revision is what their strategies say") {
    const auto kinds = api::KindRegistry::builtin();
    auto allowed = [&](const char* group, const char* version, const char* plural) { return traits_of(*kinds->find(api::Gvr{group, version, plural})).unconditional_update; };
    CHECK(allowed("flowcontrol.apiserver.k8s.io", "v1", "flowschemas"));
    CHECK(allowed("storage.k8s.io", "v1", "storageclasses"));
    CHECK_FALSE(allowed("storage.k8s.io", "v1", "csidrivers"));
    CHECK_FALSE(allowed("policy", "v1", "poddisruptionbudgets"));
    CHECK(traits_of(*kinds->find(api::Gvr{"node.k8s.io", "v1", "runtimeclasses"})).create_on_update);
}
