#include "server/apiserver/subresource/proxy_rewrite.h"

#include <catch2/catch.hpp>

using namespace skiff::apiserver;

namespace {

const ProxyPlace kPlace{"/api/v1/namespaces/n/pods/p:1080/proxy", "10.42.0.7:1080", "cluster.example:6443"};

}  // namespace

TEST_CASE("the proxy's prefix is the request's path without what is passed on") {
    CHECK(proxy_prefix("/api/v1/namespaces/n/pods/p/proxy/", "") == "/api/v1/namespaces/n/pods/p/proxy");
    CHECK(proxy_prefix("/api/v1/namespaces/n/pods/p/proxy/a/b", "a/b") == "/api/v1/namespaces/n/pods/p/proxy");
}

TEST_CASE("links to the same server go through the proxy, others stay") {
    CHECK(rewrite_link(kPlace, "/x?q=1#f") == kPlace.prefix + "/x?q=1#f");
    CHECK(rewrite_link(kPlace, "http://10.42.0.7:1080/x") == kPlace.prefix + "/x");
    CHECK(rewrite_link(kPlace, "https://cluster.example:6443/x") == "https://cluster.example:6443" + kPlace.prefix + "/x");
    CHECK(rewrite_link(kPlace, kPlace.prefix + "/x") == kPlace.prefix + "/x");
    for (const char* same : {"x/y", "", "#top", "http://other.example/x", "//other.example/x", "mailto:a@b"}) CHECK(rewrite_link(kPlace, same) == same);
}

TEST_CASE("attributes with links are rewritten, text and scripts are not") {
    CHECK(rewrite_html(kPlace, "<a href=\"/rewriteme\">test</a>") == "<a href=\"" + kPlace.prefix + "/rewriteme\">test</a>");
    CHECK(rewrite_html(kPlace, "<IMG alt='/a' SRC = '/b'/>") == "<IMG alt='/a' SRC = '" + kPlace.prefix + "/b'/>");
    CHECK(rewrite_html(kPlace, "<a href=/b>x") == "<a href=" + kPlace.prefix + "/b>x");
    for (const char* same : {"<!-- <a href=\"/x\"> -->", "<script>f('<a href=\"/x\">')</script>", "1 < 2 href=\"/x\"", "<p>/x</p>"}) CHECK(rewrite_html(kPlace, same) == same);
}

TEST_CASE("any bytes are rewritten without standing still") {
    for (const char* odd : {"<a", "<a href", "<a href=", "<a href=\"", "<a / = >", "<a ==\"/x\">", "<", "<!--", "<script>", "<a\0b>"}) CHECK(rewrite_html(kPlace, odd).size() >= std::string(odd).size());
}
