#include "server/controllers/service_cidr.h"

#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;
using namespace std::chrono_literals;

TEST_CASE_METHOD(ControllerBench, "a ServiceCIDR is ready, and stays while a Service has an address that only it covers") {
    add(make_service_cidr_controller());
    create(kServiceCidrs, "", R"({"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"kubernetes"},"spec":{"cidrs":["10.43.0.0/16"]}})");
    create(kServiceCidrs, "", R"({"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"more"},"spec":{"cidrs":["203.0.113.0/24"]}})");
    create(kServices, "default", R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"clusterIP":"203.0.113.7","clusterIPs":["203.0.113.7"]}})");
    settle();
    auto more = client->tree(kServiceCidrs, "", "more");
    CHECK(more["metadata"]["finalizers"].size() == 1);
    CHECK(more["status"]["conditions"][0]["status"].as_string() == "True");
    REQUIRE(client->remove(kServiceCidrs, "", "more").ok());
    settle();
    advance(30s);
    CHECK(client->tree(kServiceCidrs, "", "more")["status"]["conditions"][0]["reason"].as_string() == "Terminating");
    REQUIRE(client->remove(kServices, "default", "web").ok());
    settle();
    CHECK(client->tree(kServiceCidrs, "", "more").is_object());
    advance(10s);
    CHECK_FALSE(client->tree(kServiceCidrs, "", "more").is_object());
}

TEST_CASE("ranges cover addresses bit by bit, of their own family") {
    CHECK(would_orphan({"203.0.113.0/25"}, {"10.0.0.0/8"}, {"203.0.113.127"}));
    CHECK_FALSE(would_orphan({"203.0.113.0/25"}, {}, {"203.0.113.128", "None", ""}));
    CHECK_FALSE(would_orphan({"203.0.113.0/25"}, {"203.0.0.0/16"}, {"203.0.113.5"}));
    CHECK(would_orphan({"2001:db8::/63"}, {"0.0.0.0/0"}, {"2001:db8:0:1::5"}));
    CHECK_FALSE(would_orphan({"no range", "1.2.3.4/99"}, {}, {"1.2.3.4"}));
}
