#include "server/apiserver/request.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::apiserver;

namespace {

RequestContext parsed(const std::string& method, const std::string& path, const std::string& query = {}) {
    net::Request request;
    request.method = method;
    request.path = request.raw_path = path;
    request.query = net::Query::parse(query).value_or(net::Query());
    RequestContext context;
    REQUIRE(parse_request_info(request, context));
    return context;
}

struct Row {
    const char *method, *path, *query, *verb, *ns, *group, *resource, *subresource, *name;
};

constexpr Row kRows[] = {
    {"GET", "/api/v1/namespaces/x/pods/y/log", "", "get", "x", "", "pods", "log", "y"},
    {"GET", "/api/v1/pods", "", "list", "", "", "pods", "", ""},
    {"GET", "/api/v1/pods", "watch=1", "watch", "", "", "pods", "", ""},
    {"GET", "/api/v1/pods", "watch=false", "list", "", "", "pods", "", ""},
    {"GET", "/api/v1/watch/namespaces/x/pods", "", "watch", "x", "", "pods", "", ""},
    {"GET", "/api/v1/namespaces/x", "", "get", "x", "", "namespaces", "", "x"},
    {"PUT", "/api/v1/namespaces/x/finalize", "", "update", "x", "", "namespaces", "finalize", "x"},
    {"DELETE", "/apis/apps/v1/namespaces/x/deployments", "", "deletecollection", "x", "apps", "deployments", "", ""},
    {"POST", "/apis/apps/v1/namespaces/x/deployments", "", "create", "x", "apps", "deployments", "", ""},
    {"GET", "/api/v1/namespaces/x/secrets", "fieldSelector=metadata.name%3Da", "list", "x", "", "secrets", "", "a"},
    {"GET", "/api/v1/namespaces/x/services/web:80/proxy/a/b", "", "get", "x", "", "services", "proxy", "web:80"},
};

}  // namespace

TEST_CASE("paths become verbs, namespaces, resources and names as Kubernetes reads them") {
    for (const Row& row : kRows) {
        CAPTURE(row.method, row.path, row.query);
        Attributes a = parsed(row.method, row.path, row.query).attributes;
        CHECK(a.resource_request);
        CHECK(a.verb == row.verb);
        CHECK(a.ns == row.ns);
        CHECK(a.group == row.group);
        CHECK(a.resource == row.resource);
        CHECK(a.subresource == row.subresource);
        CHECK(a.name == row.name);
    }
}

TEST_CASE("what follows proxy in a path is kept as it came") {
    CHECK(parsed("GET", "/api/v1/namespaces/x/pods/y/proxy/a/b%2Fc").rest == "a/b%2Fc");
}

TEST_CASE("paths above a resource are not resource requests") {
    for (const char* path : {"/", "/api", "/api/v1", "/apis/apps/v1", "/healthz", "/version"}) CHECK_FALSE(parsed("GET", path).attributes.resource_request);
}
