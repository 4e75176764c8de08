#include "client/resource_path.h"

#include <catch2/catch.hpp>

#include "client/watch_lines.h"

using namespace skiff;
using namespace skiff::client;

TEST_CASE("resource paths follow group, namespace, name and subresource") {
    CHECK(resource_path({"", "v1", "pods"}, "default", "web", "status") == "/api/v1/namespaces/default/pods/web/status");
    CHECK(resource_path({"apps", "v1", "deployments"}, "") == "/apis/apps/v1/deployments");
    CHECK(resource_path({"", "v1", "namespaces"}, "a", "a", "finalize") == "/api/v1/namespaces/a/finalize");
    CHECK(resource_path({"rbac.authorization.k8s.io", "v1", "clusterroles"}, "", "system:node") ==
          "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode");
}

TEST_CASE("a Status body becomes our Status with causes and details") {
    auto status = status_from_answer(409, R"({"kind":"Status","reason":"AlreadyExists","message":"pods \"a\" already exists","code":409,
        "details":{"kind":"pods","name":"a","causes":[{"reason":"X","message":"m","field":"f"}],"retryAfterSeconds":3}})");
    CHECK(status.reason() == Reason::AlreadyExists);
    CHECK(status.message() == "pods \"a\" already exists");
    CHECK(status.details().name == "a");
    REQUIRE(status.causes().size() == 1);
    CHECK(status.causes()[0].field == "f");
    CHECK(status.retry_after_s() == 3);
    CHECK(status_from_answer(503, "<html>").reason() == Reason::ServiceUnavailable);
    CHECK(status_from_answer(429, "slow down", "7").retry_after_s() == 7);
}

TEST_CASE("watch bytes are cut into lines wherever they are split") {
    std::string body = "{\"a\":1}\n{\"b\":2}\n\n{\"c\":3}\n";
    for (size_t piece = 1; piece < body.size(); ++piece) {
        WatchLines lines;
        std::vector<std::string> got;
        for (size_t at = 0; at < body.size(); at += piece)
            REQUIRE(lines.feed(std::string_view(body).substr(at, piece), [&](std::string line) { got.push_back(line); }).ok());
        CHECK(got == std::vector<std::string>{"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"});
    }
}

TEST_CASE("an endless line ends the watch") {
    WatchLines lines;
    std::string piece(1 << 20, 'x');
    Status status;
    for (int i = 0; i < 20 && status.ok(); ++i) status = lines.feed(piece, [](std::string) {});
    CHECK(status.reason() == Reason::RequestEntityTooLarge);
}

TEST_CASE("watch lines become events, an ERROR its Status") {
    auto event = parse_watch_line(R"({"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","resourceVersion":"7"}}})");
    REQUIRE(event.ok());
    CHECK(event->type == WatchEvent::Type::Added);
    CHECK(event->object->meta().resource_version == 7);
    auto other_order = parse_watch_line(R"({"object":{"kind":"Pod","metadata":{"name":"b"}}, "type":"DELETED"})");
    REQUIRE(other_order.ok());
    CHECK(other_order->object->meta().name == "b");
    auto gone = parse_watch_line(R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}})");
    CHECK(gone.status().reason() == Reason::Expired);
    CHECK(!parse_watch_line("{nonsense").ok());
    CHECK(!parse_watch_line(R"({"type":"NEW","object":{"kind":"Pod"}})").ok());
}
