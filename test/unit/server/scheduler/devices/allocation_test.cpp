// Which devices claims get.
#include "base/strings.h"
#include "device_fixture.h"

using namespace skiff;
using namespace skiff::test;

namespace {

const std::string kNothing = "claim allocation not found for node";

std::string numbered(const char* numa) { return std::string(R"("numa":{"int":)") + numa + "}"; }

}  // namespace

TEST_CASE_METHOD(DeviceCluster, "a pod goes where its devices are, and two pods never get one device") {
    node("a");
    node("b");
    slice("s", on("b"), device("d1"));
    claim("one", exactly("r"));
    claim("two", exactly("r"));
    CHECK(where(user("p", "one")) == "b");
    CHECK(gets(user("p", "one"), "b") == "r=d1");
    auto first = devices.reserve(*user("p", "one"), snapshot.nodes.at("b"));
    REQUIRE(first.ok());
    devices.assume("p", *first);
    CHECK(why(user("q", "two")) == "0/2 nodes are available: 2 cannot allocate all claims.");
    // Another pod of the same claim waits until it is written.
    CHECK(why(user("r", "one")) == "0/2 nodes are available: resource claim default/one is in the process of being allocated.");
    devices.take_back("p");
    CHECK(where(user("q", "two")) == "b");
}

TEST_CASE_METHOD(DeviceCluster, "claims that are missing, leaving or somebody else's are told in Kubernetes' words") {
    node("a");
    CHECK(why(user("p", "none")) == "0/1 nodes are available: could not find ResourceClaim \"default/none\".");
    claim("leaving", exactly("r"), "", "", R"(,"deletionTimestamp":"2026-01-01T00:00:00Z")");
    CHECK(why(user("p", "leaving")) == "0/1 nodes are available: resourceclaim \"leaving\" is being deleted.");
    claim("stranger", R"({"name":"r","exactly":{"deviceClassName":"no","allocationMode":"ExactCount","count":1}})");
    CHECK(why(user("p", "stranger")) == "0/1 nodes are available: request r: device class no does not exist.");
    auto made = pod("p", "1", R"("resourceClaims":[{"name":"c","resourceClaimTemplateName":"t"}])");
    CHECK(devices.awaits_claims(*made));
    CHECK(why(made) == "0/1 nodes are available: pod \"default/p\": ResourceClaim not created yet.");
}

TEST_CASE_METHOD(DeviceCluster, "selectors of the class and of the request choose devices") {
    node("n");
    slice("s", on("n"), device("old", R"("model":{"string":"k80"})") + "," + device("new", R"("model":{"string":"a100"})"));
    make_class("fast", "device.attributes['gpu.example.com'].model == 'a100'");
    claim("c", R"({"name":"r","exactly":{"deviceClassName":"fast","allocationMode":"ExactCount","count":1}})");
    CHECK(gets(user("p", "c"), "n") == "r=new");
    claim("k", exactly("r", R"x("selectors":[{"cel":{"expression":"device.attributes['gpu.example.com'].model.startsWith('k')"}}])x"));
    CHECK(gets(user("p", "k"), "n") == "r=old");
    claim("bad", exactly("r", R"("selectors":[{"cel":{"expression":"device.attributes['gpu.example.com'].nothing"}}])"));
    auto decision = run(user("p", "bad"));
    CHECK(decision.node.empty());
    CHECK(decision.error == "running \"DynamicResources\" filter plugin: claim default/bad: selector #0: CEL runtime error: no such key: nothing");
}

TEST_CASE_METHOD(DeviceCluster, "counts, all devices, and a limit of 32") {
    node("n");
    slice("s", on("n"), device("a") + "," + device("b") + "," + device("c"));
    claim("all", R"({"name":"r","exactly":{"deviceClassName":"gpu","allocationMode":"All"}})");
    claim("four", R"({"name":"r","exactly":{"deviceClassName":"gpu","allocationMode":"ExactCount","count":4}})");
    claim("many", R"({"name":"r","exactly":{"deviceClassName":"gpu","allocationMode":"ExactCount","count":33}})");
    CHECK(gets(user("p", "all"), "n") == "r=a r=b r=c");
    CHECK(gets(user("p", "four"), "n") == kNothing);
    CHECK(gets(user("p", "many"), "n") == "claim default/many: number of requested devices 33 exceeds the claim limit of 32");
    claim("used", exactly("r"), "", R"("allocation":{"devices":{"results":[{"request":"r","driver":"gpu.example.com","pool":"s","device":"b"}]}})");
    CHECK(gets(user("p", "all"), "n") == kNothing);
    // Administrators look at devices that others have, and take them from nobody.
    claim("admin", exactly("r", R"("adminAccess":true)"));
    CHECK(gets(user("p", "admin,admin2"), "n").find("could not find") == 0);
    CHECK(gets(user("p", "admin"), "n") == "r=a");
    claim("watching", R"({"name":"r","exactly":{"deviceClassName":"gpu","allocationMode":"All","adminAccess":true}})");
    CHECK(gets(user("p", "watching"), "n") == "r=a r=b r=c");
}

TEST_CASE_METHOD(DeviceCluster, "a pool counts when it is complete, by its newest generation, and never with a device twice") {
    node("n");
    slice("s1", on("n"), device("a"), "pool", 1, 2);
    claim("one", exactly("r"));
    claim("all", R"({"name":"r","exactly":{"deviceClassName":"gpu","allocationMode":"All"}})");
    CHECK(gets(user("p", "one"), "n") == "r=a");
    CHECK(gets(user("p", "all"), "n") == "claim default/all, request r: asks for all devices, but resource pool gpu.example.com/pool is currently being updated");
    slice("s2", on("n"), device("b"), "pool", 2, 1);
    CHECK(gets(user("p", "all"), "n") == "r=b");
    slice("s3", on("n"), device("b"), "pool", 2, 2);
    CHECK(gets(user("p", "one"), "n") == "pool pool is invalid: duplicate device name b");
}

TEST_CASE_METHOD(DeviceCluster, "devices match in an attribute, whatever else would come first") {
    node("n");
    slice("s", on("n"), device("a", numbered("0")) + "," + device("b", numbered("1")) + "," + device("c", numbered("1")) + "," + device("d"));
    claim("pair", exactly("x") + "," + exactly("y"), R"("constraints":[{"matchAttribute":"gpu.example.com/numa"}])");
    CHECK(gets(user("p", "pair"), "n") == "x=b y=c");
    claim("three", R"({"name":"x","exactly":{"deviceClassName":"gpu","allocationMode":"ExactCount","count":3}})",
          R"("constraints":[{"requests":["x"],"matchAttribute":"gpu.example.com/numa"}])");
    CHECK(gets(user("p", "three"), "n") == kNothing);
    claim("all", R"({"name":"r","exactly":{"deviceClassName":"gpu","allocationMode":"All"}})", R"("constraints":[{"matchAttribute":"gpu.example.com/numa"}])");
    CHECK(gets(user("p", "all"), "n") ==
          "claim default/all, request r: cannot add device gpu.example.com/s/b because a claim constraint would not be satisfied");
}

TEST_CASE_METHOD(DeviceCluster, "the first alternative that can be had is taken, with its configuration") {
    node("n");
    slice("s", on("n"), device("a") + "," + device("b"));
    make_class("gpu", "true", R"({"opaque":{"driver":"gpu.example.com","parameters":{"of":"class"}}})");
    claim("c",
          R"({"name":"r","firstAvailable":[
                {"name":"big","deviceClassName":"gpu","allocationMode":"ExactCount","count":3},
                {"name":"small","deviceClassName":"gpu","allocationMode":"ExactCount","count":2}]})",
          R"("config":[{"requests":["r/big"],"opaque":{"driver":"gpu.example.com","parameters":{"of":"big"}}},
                       {"requests":["r/small"],"opaque":{"driver":"gpu.example.com","parameters":{"of":"small"}}},
                       {"opaque":{"driver":"gpu.example.com","parameters":{"of":"all"}}}])");
    auto reserved = devices.reserve(*user("p", "c"), snapshot.nodes.at("n"));
    REQUIRE(reserved.ok());
    const auto& allocation = (*reserved)[0].allocation;
    CHECK(allocation["devices"]["results"][0]["request"].as_string() == "r/small");
    CHECK(allocation["devices"]["results"].size() == 2);
    const auto& config = allocation["devices"]["config"];
    REQUIRE(config.size() == 3);
    CHECK(config[0]["source"].as_string() == "FromClass");
    CHECK(config[0]["requests"][0].as_string() == "r/small");
    CHECK(config[1]["opaque"]["parameters"]["of"].as_string() == "small");
    CHECK(config[2]["source"].as_string() == "FromClaim");
    CHECK(config[2]["requests"].is_null());
    CHECK(allocation["nodeSelector"]["nodeSelectorTerms"][0]["matchFields"][0]["values"][0].as_string() == "n");
}

TEST_CASE_METHOD(DeviceCluster, "devices that several nodes reach bind the pod to those nodes, an allocated claim to where its devices are") {
    node("a", R"("rack":"1")");
    node("b", R"("rack":"2")");
    slice("net", R"("nodeSelector":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"rack","operator":"In","values":["2"]}]}]})", device("d"));
    auto made = claim("c", exactly("r"));
    CHECK(where(user("p", "c")) == "b");
    auto reserved = devices.reserve(*user("p", "c"), snapshot.nodes.at("b"));
    REQUIRE(reserved.ok());
    CHECK((*reserved)[0].allocation["nodeSelector"]["nodeSelectorTerms"][0]["matchExpressions"][0]["key"].as_string() == "rack");
    slice("everywhere", R"("allNodes":true)", device("e"));
    claim("any", exactly("r"));
    CHECK(where(user("p", "any")) != "");
    claim("there", exactly("r"), "",
          R"("allocation":{"devices":{"results":[{"request":"r","driver":"gpu.example.com","pool":"x","device":"d"}]},
             "nodeSelector":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["gone"]}]}]}})");
    auto stuck = user("p", "there");
    CHECK(why(stuck) == "0/2 nodes are available: 2 resourceclaim not available on the node.");
    REQUIRE(devices.hindrance(*stuck, snapshot.nodes));
    CHECK(devices.hindrance(*stuck, snapshot.nodes)->meta().name == "there");
}

TEST_CASE_METHOD(DeviceCluster, "a search that would never end is given up") {
    node("n");
    std::string list;
    for (int i = 0; i < 40; ++i) list += (i ? "," : "") + device("d" + std::to_string(i), R"("odd":{"int":)" + std::to_string(i / 3) + "}");
    slice("s", on("n"), list);
    std::string requests;
    for (int i = 0; i < 8; ++i) requests += (i ? "," : "") + exactly("r" + std::to_string(i));
    claim("c", requests, R"("constraints":[{"requests":["r6","r7","r5","r4"],"matchAttribute":"gpu.example.com/odd"}])");
    CHECK(why(user("p", "c")) == "0/1 nodes are available: 1 timed out trying to allocate devices.");
}

TEST_CASE_METHOD(DeviceCluster, "what is written counts until its event comes, and an old event changes nothing") {
    node("n");
    slice("s", on("n"), device("d"));
    auto before = claim("c", exactly("r"));
    auto p = user("p", "c");
    auto reserved = devices.reserve(*p, snapshot.nodes.at("n"));
    REQUIRE(reserved.ok());
    devices.assume(p->uid, *reserved);
    const std::string allocated = R"("allocation":{"devices":{"results":[{"request":"r","driver":"gpu.example.com","pool":"s","device":"d"}]}},"reservedFor":[{"uid":"x"}])";
    auto written = claim("c", exactly("r"), "", allocated);
    devices.take_back(p->uid);
    CHECK(!devices.apply_claim(nullptr, before).any);
    claim("other", exactly("r"));
    CHECK(gets(user("q", "other"), "n") == kNothing);
    auto news = devices.apply_claim(written, claim("c", exactly("r")));
    CHECK(gets(user("q", "other"), "n") == "r=d");
    CHECK(devices.apply_claim(written, nullptr).any);
}
