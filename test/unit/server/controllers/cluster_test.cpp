// Namespace, service account, root CA, node IPAM, garbage collector.
#include "server/controllers/garbage_collector.h"
#include "server/controllers/namespace.h"
#include "server/controllers/node_ipam.h"
#include "server/controllers/root_ca.h"
#include "server/controllers/service_account.h"
#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;

namespace {

struct Discovered : ControllerBench {
    Discovered() {
        client->raw_answers["/api"] = {200, "application/json", R"({"kind":"APIVersions","versions":["v1"]})"};
        client->raw_answers["/api/v1"] = {200, "application/json", R"({"kind":"APIResourceList","groupVersion":"v1","resources":[
            {"name":"pods","kind":"Pod","namespaced":true,"verbs":["create","delete","get","list","watch","patch"]},
            {"name":"pods/status","kind":"Pod","namespaced":true,"verbs":["get"]},
            {"name":"configmaps","kind":"ConfigMap","namespaced":true,"verbs":["delete","get","list","watch"]},
            {"name":"namespaces","kind":"Namespace","namespaced":false,"verbs":["delete","get","list","watch"]},
            {"name":"replicationcontrollers","kind":"ReplicationController","namespaced":true,"verbs":["delete","get","list","watch"]}]})"};
        client->raw_answers["/apis"] = {200, "application/json", R"({"kind":"APIGroupList","groups":[{"name":"apps","versions":[{"version":"v1"}]}]})"};
        client->raw_answers["/apis/apps/v1"] = {200, "application/json", R"({"kind":"APIResourceList","resources":[
            {"name":"replicasets","kind":"ReplicaSet","namespaced":true,"verbs":["delete","get","list","watch"]},
            {"name":"deployments","kind":"Deployment","namespaced":true,"verbs":["delete","get","list","watch"]}]})"};
    }
    void make_namespace(const std::string& name) {
        create(kNamespaces, "", R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")" + name + R"("},"spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}})");
    }
    void make_map(const std::string& name, const std::string& owners = "", const std::string& finalizers = "") {
        create(kConfigMaps, "default", R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name + R"(","ownerReferences":[)" + owners +
                                           R"(],"finalizers":[)" + finalizers + R"(]}})");
    }
    std::string uid(const std::string& name) { return client->tree(kConfigMaps, "default", name)["metadata"]["uid"].as_string(); }
    std::string owner(const std::string& name, bool block = true) {
        return R"({"apiVersion":"v1","kind":"ConfigMap","name":")" + name + R"(","uid":")" + uid(name) + R"(","blockOwnerDeletion":)" + (block ? "true" : "false") + "}";
    }
    bool exists(const std::string& name) { return !client->tree(kConfigMaps, "default", name).is_null(); }
    void remove(const std::string& name, const std::string& propagation) {
        client::DeleteOptions options;
        options.propagation = propagation;
        REQUIRE(client->remove(kConfigMaps, "default", name, options).ok());
    }
};

struct Garbage : Discovered {
    Garbage() { add(make_garbage_collector()); settle_informers(); }
    // Informers that the collector makes while it runs are started by their own thread.
    void settle_informers() {
        settle();
        REQUIRE(runtime->informers().wait_synced(std::chrono::seconds(5)));
        settle();
    }
};

}  // namespace

TEST_CASE_METHOD(Discovered, "each namespace gets its default service account and the root CA") {
    add(make_service_account_controller());
    add(make_root_ca_controller("PEM"));
    make_namespace("shop");
    settle();
    CHECK(!client->tree(kServiceAccounts, "shop", "default").is_null());
    CHECK(client->tree(kConfigMaps, "shop", "kube-root-ca.crt")["data"]["ca.crt"].as_string() == "PEM");
    REQUIRE(client->remove(kServiceAccounts, "shop", "default").ok());
    client->change(kConfigMaps, "shop", "kube-root-ca.crt", [](json::Value& map) { map.set("data", json::Value::object()); });
    settle();
    CHECK(!client->tree(kServiceAccounts, "shop", "default").is_null());
    CHECK(client->tree(kConfigMaps, "shop", "kube-root-ca.crt")["data"]["ca.crt"].as_string() == "PEM");
}

TEST_CASE_METHOD(Discovered, "a namespace goes when its content is gone, pods first") {
    add(make_namespace_controller());
    client->graceful_pods = true;
    make_namespace("shop");
    create(kPods, "shop", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}})");
    create(kConfigMaps, "shop", R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","finalizers":["x/y"]}})");
    REQUIRE(client->remove(kNamespaces, "", "shop").ok());
    settle();
    auto ns = client->tree(kNamespaces, "", "shop");
    CHECK(condition_text(ns, "NamespaceContentRemaining") == "True SomeResourcesRemain: Some resources are remaining: pods. has 1 resource instances");
    CHECK(client->tree(kConfigMaps, "shop", "m")["metadata"]["deletionTimestamp"].is_null());
    client->erase(kPods, "shop", "p");
    settle();
    ns = client->tree(kNamespaces, "", "shop");
    CHECK(condition_text(ns, "NamespaceFinalizersRemaining") ==
          "True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: x/y in 1 resource instances");
    client->change(kConfigMaps, "shop", "m", [](json::Value& map) { map.mut("metadata").erase("finalizers"); });
    client->erase(kConfigMaps, "shop", "m");
    advance(std::chrono::seconds(2));
    CHECK(client->tree(kNamespaces, "", "shop").is_null());
}

TEST_CASE_METHOD(Garbage, "dependents follow their owner, over generations") {
    make_map("a");
    make_map("b", owner("a"));
    make_map("c", owner("b"));
    settle();
    CHECK(exists("c"));
    remove("a", "Background");
    settle();
    CHECK(!exists("b"));
    CHECK(!exists("c"));
}

TEST_CASE_METHOD(Garbage, "an object whose owner never was is removed, one with another solid owner loses the reference") {
    make_map("solid");
    std::string absent = R"({"apiVersion":"v1","kind":"ConfigMap","name":"nobody","uid":"none"})";
    make_map("lost", absent);
    make_map("kept", absent + "," + owner("solid"));
    settle();
    CHECK(!exists("lost"));
    REQUIRE(exists("kept"));
    CHECK(client->tree(kConfigMaps, "default", "kept")["metadata"]["ownerReferences"].size() == 1);
}

TEST_CASE_METHOD(Garbage, "foreground deletion waits for blocking dependents") {
    make_map("a");
    make_map("b", owner("a"), R"("keep/me")");
    settle();
    remove("a", "Foreground");
    settle();
    CHECK(exists("a"));
    CHECK(!client->tree(kConfigMaps, "default", "b")["metadata"]["deletionTimestamp"].is_null());
    client->erase(kConfigMaps, "default", "b");
    settle();
    CHECK(!exists("a"));
}

TEST_CASE_METHOD(Garbage, "orphaning deletion leaves the dependents without an owner") {
    make_map("a");
    make_map("b", owner("a"));
    settle();
    remove("a", "Orphan");
    settle();
    CHECK(!exists("a"));
    REQUIRE(exists("b"));
    CHECK(client->tree(kConfigMaps, "default", "b")["metadata"]["ownerReferences"].is_null());
}

TEST_CASE_METHOD(Garbage, "a circle of owners is no obstacle") {
    make_map("a");
    make_map("b", owner("a"));
    make_map("c", owner("b"));
    client->change(kConfigMaps, "default", "a", [&](json::Value& map) { map.mut("metadata").set("ownerReferences", json::Value::array({parse(owner("c"))})); });
    settle();
    remove("a", "Foreground");
    settle();
    advance(std::chrono::seconds(5));
    CHECK(!exists("a"));
    CHECK(!exists("b"));
    CHECK(!exists("c"));
}

TEST_CASE("a range is cut into blocks, the lowest free one is next") {
    auto blocks = CidrBlocks::create("10.42.0.0/16", 24);
    REQUIRE(blocks.ok());
    CHECK(blocks->count() == 256);
    CHECK(blocks->block(0) == "10.42.0.0/24");
    CHECK(blocks->block(255) == "10.42.255.0/24");
    CHECK(blocks->index_of("10.42.7.0/24") == 7u);
    CHECK(!blocks->index_of("10.43.7.0/24"));
    CHECK(!blocks->index_of("10.42.7.0/25"));
    CHECK(blocks->lowest_free({0, 1, 3}) == 2u);
    auto six = CidrBlocks::create("fd00:42::/56", 64);
    REQUIRE(six.ok());
    CHECK(six->block(3) == "fd00:42:0:3::/64");
    CHECK(six->index_of("fd00:42:0:3::/64") == 3u);
    CHECK(!CidrBlocks::create("10.42.0.0/16", 8).ok());
    CHECK(!CidrBlocks::create("nonsense", 24).ok());
}

TEST_CASE_METHOD(ControllerBench, "nodes get different pod CIDRs and keep them") {
    add(make_node_ipam_controller("10.42.0.0/16", 24));
    create(kNodes, "", R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"a"},"spec":{"podCIDR":"10.42.1.0/24","podCIDRs":["10.42.1.0/24"]}})");
    for (auto name : {"b", "c"}) create(kNodes, "", std::string(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":")") + name + R"("}})");
    settle();
    CHECK(client->tree(kNodes, "", "a")["spec"]["podCIDR"].as_string() == "10.42.1.0/24");
    CHECK(client->tree(kNodes, "", "b")["spec"]["podCIDR"].as_string() == "10.42.0.0/24");
    CHECK(client->tree(kNodes, "", "c")["spec"]["podCIDRs"][0].as_string() == "10.42.2.0/24");
}
