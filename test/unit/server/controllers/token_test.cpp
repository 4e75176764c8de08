// Service account tokens in Secrets, the bootstrap signer and the node TTL.
#include "base/encoding.h"
#include "server/controllers/account_tokens.h"
#include "server/controllers/bootstrap_signer.h"
#include "server/controllers/legacy_tokens.h"
#include "server/controllers/node_ttl.h"
#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;

namespace {

struct Tokens : ControllerBench {
    Tokens() {
        add(make_account_token_controller("CA", [](const json::Value& claims) -> Result<std::string> { return "token of " + claims["sub"].as_string(); }));
        create(kServiceAccounts, "default", R"({"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"robot"}})");
    }
    void make_secret(const std::string& account) {
        create(kSecrets, "default", R"({"apiVersion":"v1","kind":"Secret","type":"kubernetes.io/service-account-token","metadata":{"name":"s","annotations":{
            "kubernetes.io/service-account.name":")" + account + "\"}}}");
    }
    std::string data(const char* key) { return base64_decode(client->tree(kSecrets, "default", "s")["data"][key].as_string()).value_or("?"); }
};

}  // namespace

TEST_CASE_METHOD(Tokens, "a token Secret is filled and goes with its account") {
    make_secret("robot");
    settle();
    CHECK(data("token") == "token of system:serviceaccount:default:robot");
    CHECK(data("ca.crt") == "CA");
    CHECK(data("namespace") == "default");
    REQUIRE(client->remove(kServiceAccounts, "default", "robot").ok());
    settle();
    CHECK(client->tree(kSecrets, "default", "s").is_null());
}

TEST_CASE_METHOD(Tokens, "a token Secret of nobody is removed") {
    make_secret("ghost");
    settle();
    CHECK(client->tree(kSecrets, "default", "s").is_null());
}

TEST_CASE_METHOD(ControllerBench, "an old token that nobody uses is marked, then removed; a used, mounted, young or own one stays") {
    constexpr auto kDay = std::chrono::hours(24);
    create(kConfigMaps, "kube-system", R"({"metadata":{"name":"kube-apiserver-legacy-service-account-token-tracking"},"data":{"since":"2023-11-14"}})");
    create(kServiceAccounts, "default", R"({"metadata":{"name":"robot"},"secrets":[{"name":"unused"},{"name":"used"},{"name":"mounted"},{"name":"young"}]})");
    auto make = [&](const std::string& name, const std::string& labels = "") {
        create(kSecrets, "default", R"({"type":"kubernetes.io/service-account-token","metadata":{"name":")" + name + R"(","labels":{)" + labels +
                                        R"(},"annotations":{"kubernetes.io/service-account.name":"robot"}}})");
    };
    for (const char* name : {"unused", "used", "mounted", "own"}) make(name);
    create(kPods, "default", R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","env":[{"name":"E","valueFrom":{"secretKeyRef":{"name":"mounted","key":"token"}}}]}]}})");
    add(make_legacy_token_cleaner());
    auto label = [&](const char* name) { return client->tree(kSecrets, "default", name)["metadata"]["labels"]["kubernetes.io/legacy-token-invalid-since"].as_string(); };
    settle();
    advance(kDay * 360);
    make("young");
    client->change(kSecrets, "default", "used", [](json::Value& tree) { tree.mut("metadata").mut("labels").set("kubernetes.io/legacy-token-last-used", "2024-11-08"); });
    advance(kDay * 7);
    CHECK(label("unused") == "2024-11-15");
    for (const char* name : {"used", "mounted", "own", "young"}) CHECK(label(name).empty());
    advance(kDay * 365);
    CHECK_FALSE(client->tree(kSecrets, "default", "unused").is_null());
    advance(kDay * 2);
    CHECK(client->tree(kSecrets, "default", "unused").is_null());
    for (const char* name : {"mounted", "own"}) CHECK(label(name).empty());
    CHECK(label("used") == label("young"));      // a year without use has passed for them too
    CHECK_FALSE(label("young").empty());
}

TEST_CASE("the detached signature is that of Kubernetes' bootstrap tokens") {
    CHECK(detached_signature("Hello from the other side. I must have called a thousand times.", "joshua", "my voice is my passcode") ==
          "eyJhbGciOiJIUzI1NiIsImtpZCI6Impvc2h1YSJ9..VShe2taLd-YTrmWuRkcL_8QTNDHYxQIEBsAYYiIj1_8");
}

TEST_CASE_METHOD(ControllerBench, "cluster-info carries a signature for each token that may sign, and loses it with the token") {
    add(make_bootstrap_signer());
    create(kConfigMaps, "kube-public", R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cluster-info"},"data":{"kubeconfig":"k"}})");
    create(kSecrets, "kube-system", R"({"apiVersion":"v1","kind":"Secret","type":"bootstrap.kubernetes.io/token","metadata":{"name":"bootstrap-token-abcdef"},"data":{
        "token-id":"YWJjZGVm","token-secret":"MDEyMzQ1Njc4OWFiY2RlZg==","usage-bootstrap-signing":"dHJ1ZQ=="}})");
    settle();
    auto signature = client->tree(kConfigMaps, "kube-public", "cluster-info")["data"]["jws-kubeconfig-abcdef"].as_string();
    CHECK(signature == detached_signature("k", "abcdef", "0123456789abcdef"));
    REQUIRE(client->remove(kSecrets, "kube-system", "bootstrap-token-abcdef").ok());
    settle();
    CHECK(client->tree(kConfigMaps, "kube-public", "cluster-info")["data"].size() == 1);
}

TEST_CASE("node TTL steps overlap") {
    CHECK(node_ttl_step(100, 0).seconds == 0);
    CHECK(node_ttl_step(101, 0).seconds == 15);
    CHECK(node_ttl_step(95, 1).seconds == 15);
    CHECK(node_ttl_step(89, 1).seconds == 0);
    CHECK(node_ttl_step(5000, 0).seconds == 300);
}
