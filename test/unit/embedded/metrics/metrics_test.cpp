#include "embedded/metrics/metrics_source.h"

#include <catch2/catch.hpp>
#include <thread>

#include "json/parse.h"
#include "support/fake_client.h"

using namespace skiff;
using namespace skiff::metrics_api;

namespace {

const char* kSummary = R"({"node":{"cpu":{"usageNanoCores":500000000},"memory":{"workingSetBytes":1048576}},"pods":[
  {"podRef":{"name":"a","namespace":"default"},"containers":[{"name":"c","cpu":{"usageNanoCores":1000},"memory":{"workingSetBytes":2048}}]},
  {"podRef":{"name":"young","namespace":"default"},"containers":[
    {"name":"c","cpu":{"usageNanoCores":1},"memory":{"workingSetBytes":1}},{"name":"d","cpu":{},"memory":{"workingSetBytes":1}}]}]})";

}  // namespace

TEST_CASE("a pod counts only when the rate of each of its containers is known") {
    auto usage = read_summary(*json::parse(kSummary));
    REQUIRE(usage.node);
    CHECK(usage.node->nano_cores == 500000000);
    REQUIRE(usage.pods.size() == 1);
    CHECK(usage.pods[0].name == "a");
    CHECK_FALSE(usage.complete);
}

TEST_CASE("metrics objects have metrics-server's units, the pod's labels and the window") {
    auto usage = read_summary(*json::parse(kSummary));
    auto tree = pod_metrics(usage.pods[0], {{"app", "x"}}, WallTime(std::chrono::seconds(1'700'000'000)), std::chrono::milliseconds(1500));
    CHECK(tree["containers"][0]["usage"]["cpu"].as_string() == "1000n");
    CHECK(tree["containers"][0]["usage"]["memory"].as_string() == "2Ki");
    CHECK(tree["metadata"]["labels"]["app"].as_string() == "x");
    CHECK(tree["window"].as_string() == "1.500s");
    CHECK(node_metrics("n", {}, *usage.node, WallTime(), std::chrono::seconds(10))["window"].as_string() == "10s");
}

TEST_CASE("readings are taken twice for a first rate and kept while they are fresh") {
    FakeClock clock;
    auto client = std::make_shared<test::FakeClient>();
    REQUIRE(client->create({"", "v1", "nodes"}, "", *json::parse(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"}})")).ok());
    REQUIRE(client->create({"", "v1", "nodes"}, "", *json::parse(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"dead"}})")).ok());
    std::atomic<int> asked{0};
    MetricsSource source(client, [&](const std::string& node, std::function<void(Result<std::string>)> done) {
        if (node == "dead") return done(error(Reason::ServiceUnavailable, "no answer"));
        // The first reading of a node has no rate.
        done(++asked == 1 ? std::string(R"({"node":{"cpu":{},"memory":{"workingSetBytes":1}}})") : std::string(kSummary));
    }, clock);
    std::atomic<bool> ready{false};
    std::thread time([&] { while (asked < 2 && !ready) { clock.advance(std::chrono::milliseconds(200)); std::this_thread::yield(); } });
    auto nodes = source.nodes("");
    ready = true;
    time.join();
    REQUIRE(nodes.ok());
    REQUIRE(nodes->size() == 1);
    CHECK((*nodes)[0]->meta().name == "n1");
    CHECK(asked == 2);
    clock.advance(std::chrono::seconds(5));
    auto one = source.node("n1");
    CHECK(one.ok());
    CHECK(*one != nullptr);
    CHECK(asked == 2);
}
