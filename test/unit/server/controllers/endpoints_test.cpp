#include "server/controllers/endpoints.h"

#include <set>

#include "server/controllers/endpoint_mirror.h"
#include "server/controllers/endpoint_slice.h"
#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;

namespace {

struct Services : ControllerBench {
    Services() {
        auto facts = std::make_shared<PodFactsCache>();
        add(make_endpoint_slice_controller(facts));
        add(make_endpoints_controller(facts));
    }
    void make_service(const std::string& spec, const std::string& labels = "{}") {
        create(kServices, "default", R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web","labels":)" + labels + R"(},"spec":{"clusterIP":"10.43.0.5","selector":{"app":"web"},)" + spec + "}}");
    }
    void make_pod(int number, bool ready = true, const std::string& spec = "", const std::string& labels = R"({"app":"web"})") {
        std::string n = std::to_string(number);
        create(kPods, "default", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p)" + n + R"(","labels":)" + labels + R"(},"spec":{"nodeName":"n1","containers":[{"name":"c",
            "ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}]}])" + spec + R"(},"status":{"phase":"Running","podIPs":[{"ip":"10.42.)" +
                                     std::to_string(number / 250) + "." + std::to_string(number % 250 + 1) + R"("}],"conditions":[{"type":"Ready","status":")" + (ready ? "True" : "False") + R"("}]}})");
    }
    std::vector<json::Value> slices() { return client->trees(kEndpointSlices, "default"); }
    json::Value endpoints() { return client->tree(kEndpoints, "default", "web"); }
    size_t count() {
        std::set<std::string> addresses;
        for (const auto& slice : slices())
            for (const auto& endpoint : slice["endpoints"].items()) addresses.insert(endpoint["addresses"][0].as_string());
        return addresses.size();
    }
};

}  // namespace

TEST_CASE_METHOD(Services, "endpoints carry addresses, resolved ports and conditions") {
    make_service(R"("ports":[{"name":"a","port":80,"targetPort":"http"}])", R"({"team":"x"})");
    make_pod(0);
    make_pod(1, false);
    settle();
    REQUIRE(slices().size() == 1);
    auto slice = slices()[0];
    CHECK(slice["addressType"].as_string() == "IPv4");
    CHECK(slice["metadata"]["labels"]["kubernetes.io/service-name"].as_string() == "web");
    CHECK(slice["metadata"]["labels"]["endpointslice.kubernetes.io/managed-by"].as_string() == "endpointslice-controller.k8s.io");
    CHECK(slice["metadata"]["labels"]["team"].as_string() == "x");
    CHECK(slice["ports"][0]["port"].as_int() == 8080);
    REQUIRE(slice["endpoints"].size() == 2);
    CHECK(slice["endpoints"][0]["conditions"]["ready"].as_bool());
    CHECK(!slice["endpoints"][1]["conditions"]["ready"].as_bool());
    CHECK(slice["endpoints"][0]["nodeName"].as_string() == "n1");
    CHECK(slice["endpoints"][0]["targetRef"]["name"].as_string() == "p0");
    auto subset = endpoints()["subsets"][0];
    CHECK(subset["addresses"][0]["ip"].as_string() == "10.42.0.1");
    CHECK(subset["notReadyAddresses"][0]["ip"].as_string() == "10.42.0.2");
    CHECK(subset["ports"][0]["name"].as_string() == "a");
    client->take_calls();
    settle();
    CHECK(client->take_calls().empty());
}

TEST_CASE_METHOD(Services, "a pod that turns unready or terminates leaves by one write each") {
    make_service(R"("ports":[{"port":80,"targetPort":8080}])");
    make_pod(0);
    make_pod(1);
    settle();
    client->take_calls();
    set_pod(client->tree(kPods, "default", "p0"), "Running", false);
    settle();
    auto calls = client->take_calls();
    CHECK(calls.size() == 2);
    client->graceful_pods = true;
    REQUIRE(client->remove(kPods, "default", "p1").ok());
    settle();
    auto endpoint = slices()[0]["endpoints"][1];
    CHECK(!endpoint["conditions"]["ready"].as_bool());
    CHECK(endpoint["conditions"]["serving"].as_bool());
    CHECK(endpoint["conditions"]["terminating"].as_bool());
    CHECK(endpoints()["subsets"][0]["addresses"].is_null());
    client->erase(kPods, "default", "p1");
    settle();
    CHECK(count() == 1);
}

TEST_CASE_METHOD(Services, "250 pods fill three slices and shrink without moving the others") {
    make_service(R"("ports":[{"port":80}])");
    for (int i = 0; i < 250; ++i) make_pod(i);
    settle();
    CHECK(slices().size() == 3);
    CHECK(count() == 250);
    for (int i = 0; i < 100; ++i) client->erase(kPods, "default", "p" + std::to_string(i));
    settle();
    CHECK(count() == 250);      // changes of many are collected for a quarter of a second
    advance(std::chrono::milliseconds(250));
    CHECK(count() == 150);
    advance(std::chrono::milliseconds(250));
    client->take_calls();
    make_pod(999);
    settle();
    CHECK(client->count_calls("update", "endpointslices") + client->count_calls("create", "endpointslices") == 1);
    CHECK(count() == 151);
}

TEST_CASE_METHOD(Services, "named ports may differ from pod to pod; pods without them are left out") {
    make_service(R"("ports":[{"name":"m","port":80,"targetPort":"metrics"}])");
    make_pod(0);
    create(kPods, "default", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","labels":{"app":"web"}},"spec":{"containers":[{"ports":[{"name":"metrics","containerPort":9}]}]},
        "status":{"phase":"Running","podIP":"10.42.9.9","conditions":[{"type":"Ready","status":"True"}]}})");
    settle();
    CHECK(count() == 1);
}

TEST_CASE_METHOD(Services, "publishNotReadyAddresses, hostnames and headless services") {
    make_service(R"("publishNotReadyAddresses":true,"ports":[{"port":80}])");
    client->change(kServices, "default", "web", [](json::Value& service) { service.mut("spec").set("clusterIP", "None"); });
    make_pod(0, false, R"(,"hostname":"zero","subdomain":"web")");
    settle();
    auto slice = slices()[0];
    CHECK(slice["endpoints"][0]["conditions"]["ready"].as_bool());
    CHECK(slice["endpoints"][0]["hostname"].as_string() == "zero");
    CHECK(slice["metadata"]["labels"].has("service.kubernetes.io/headless"));
    CHECK(endpoints()["subsets"][0]["addresses"][0]["hostname"].as_string() == "zero");
}

TEST_CASE_METHOD(Services, "without pods an empty slice stands; without the Service nothing does") {
    make_service(R"("ports":[{"port":80}])");
    settle();
    REQUIRE(slices().size() == 1);
    CHECK(slices()[0]["endpoints"].size() == 0);
    CHECK(!endpoints().is_null());
    make_pod(0);
    settle();
    CHECK(slices().size() == 1);
    client->erase(kServices, "default", "web");
    settle();
    CHECK(slices().empty());
    CHECK(endpoints().is_null());
}

TEST_CASE_METHOD(Services, "Services without a selector and pods that stop matching") {
    create(kServices, "default", R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"own"},"spec":{"ports":[{"port":80}]}})");
    make_service(R"("ports":[{"port":80}])");
    make_pod(0);
    settle();
    CHECK(slices().size() == 1);
    client->change(kPods, "default", "p0", [](json::Value& pod) { pod.mut("metadata").mut("labels").set("app", "other"); });
    settle();
    CHECK(count() == 0);
    CHECK(endpoints()["subsets"].is_null());
}

TEST_CASE_METHOD(ControllerBench, "hand-written Endpoints are mirrored and follow their changes") {
    add(make_endpoint_mirror_controller());
    create(kServices, "default", R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"own"},"spec":{"ports":[{"port":80}]}})");
    create(kEndpoints, "default", R"({"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"own"},"subsets":[{"addresses":[{"ip":"10.0.0.1"},{"ip":"fd00::1"}],
        "notReadyAddresses":[{"ip":"10.0.0.2"}],"ports":[{"port":80}]}]})");
    settle();
    auto slices = client->trees(kEndpointSlices, "default");
    REQUIRE(slices.size() == 2);
    CHECK(slices[0]["metadata"]["labels"]["endpointslice.kubernetes.io/managed-by"].as_string() == "endpointslicemirroring-controller.k8s.io");
    CHECK(slices[0]["ports"][0]["protocol"].as_string() == "TCP");
    client->take_calls();
    settle();
    CHECK(client->take_calls().empty());
    // The API server writes fields in an order of its own.
    for (const auto& slice : slices)
        client->change(kEndpointSlices, "default", slice["metadata"]["name"].as_string(), [&](json::Value& s) { s.set("ports", parse(R"([{"protocol":"TCP","port":80}])")); });
    settle();
    CHECK(client->take_calls().empty());
    client->change(kEndpoints, "default", "own", [&](json::Value& e) { e.set("subsets", parse(R"([{"addresses":[{"ip":"10.0.0.9"}],"ports":[{"port":80}]}])")); });
    settle();
    slices = client->trees(kEndpointSlices, "default");
    REQUIRE(slices.size() == 1);
    CHECK(slices[0]["endpoints"][0]["addresses"][0].as_string() == "10.0.0.9");
    client->erase(kEndpoints, "default", "own");
    settle();
    CHECK(client->trees(kEndpointSlices, "default").empty());
}

namespace {

struct Zones : Services {
    Zones() {
        for (auto [node, zone, cpu] : {std::tuple{"n1", "east", "4"}, std::tuple{"n2", "west", "4"}})
            create(kNodes, "", std::string(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":")") + node + R"(","labels":{"topology.kubernetes.io/zone":")" + zone +
                                   R"("}},"status":{"allocatable":{"cpu":")" + cpu + R"("},"conditions":[{"type":"Ready","status":"True"}]}})");
    }
    // zone or node hints of all endpoints, sorted
    std::string hints(const char* list = "forZones") {
        std::vector<std::string> all;
        for (const auto& slice : slices())
            for (const auto& endpoint : slice["endpoints"].items()) all.push_back(endpoint["hints"][list][0]["name"].as_string());
        std::sort(all.begin(), all.end());
        std::string text;
        for (const auto& one : all) text += one + " ";
        return text;
    }
};

}  // namespace

TEST_CASE_METHOD(Zones, "a Service that prefers its zone or node hints its ready endpoints so, and no longer when it stops") {
    make_service(R"("trafficDistribution":"PreferClose","ports":[{"port":80}])");
    make_pod(0);
    make_pod(1, false);
    settle();
    CHECK(hints() == " east ");
    CHECK(hints("forNodes") == "  ");
    client->change(kServices, "default", "web", [](json::Value& tree) { tree.mut("spec").set("trafficDistribution", "PreferSameNode"); });
    settle();
    CHECK(hints() == " east ");
    CHECK(hints("forNodes") == " n1 ");
    client->change(kNodes, "", "n1", [](json::Value& tree) { tree.mut("metadata").mut("labels").set("topology.kubernetes.io/zone", "north"); });
    settle();
    CHECK(hints() == " north ");
    client->change(kServices, "default", "web", [](json::Value& tree) { tree.mut("spec").erase("trafficDistribution"); });
    settle();
    CHECK(slices()[0]["endpoints"][0]["hints"].is_null());
}

TEST_CASE_METHOD(Zones, "topology mode Auto shares the endpoints out by the CPU of the zones, and says when it cannot") {
    make_service(R"("ports":[{"port":80}])");
    client->change(kServices, "default", "web", [](json::Value& tree) { tree.mut("metadata").mut("annotations").set("service.kubernetes.io/topology-mode", "Auto"); });
    make_pod(0);
    settle();
    CHECK(hints() == " ");
    CHECK(event_messages("TopologyAwareHintsDisabled") == std::vector<std::string>{"Insufficient number of endpoints (1 endpoints, 2 zones), addressType: IPv4"});
    for (int i = 1; i < 4; ++i) make_pod(i);      // all on n1, in zone east
    settle();
    CHECK(hints() == "east east west west ");
    CHECK(event_messages("TopologyAwareHintsEnabled") == std::vector<std::string>{"Topology Aware Hints has been enabled, addressType: IPv4"});
    // Five cannot be shared fairly, six can; what is right stays.
    make_pod(4);
    settle();
    CHECK(hints() == "     ");
    make_pod(5);
    settle();
    CHECK(hints() == "east east east west west west ");
    auto before = slices()[0]["endpoints"];
    make_pod(6, false);
    settle();
    for (size_t i = 0; i < before.size(); ++i) CHECK(slices()[0]["endpoints"][i]["hints"] == before[i]["hints"]);
    client->change(kNodes, "", "n2", [](json::Value& tree) { tree.mut("status").erase("allocatable"); });
    settle();
    CHECK(slices()[0]["endpoints"][0]["hints"].is_null());
}
