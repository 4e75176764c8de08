#include "api/openapi.h"

#include <catch2/catch.hpp>

#include "builtin.h"

using namespace skiff;
using namespace skiff::api;

namespace {

OpenApi& documents() {
    static OpenApi open_api(KindRegistry::builtin());
    return open_api;
}

}  // namespace

TEST_CASE("the index of version 3 names every group version with its hash") {
    auto index = tree(*documents().index());
    CHECK(index["paths"]["apis/apps/v1"]["serverRelativeURL"].as_string() == "/openapi/v3/apis/apps/v1?hash=" + documents().hash("apis/apps/v1"));
    CHECK(index["paths"].has("api/v1"));
    CHECK(index["paths"].has("version"));
    CHECK(documents().document("apis/none/v1") == nullptr);
}

TEST_CASE("a version 3 document has schemas and the parameters that kubectl looks for") {
    auto bytes = documents().document("apis/apps/v1");
    auto document = tree(*bytes);
    CHECK(document["openapi"].as_string() == "3.0.0");
    const auto& schemas = document["components"]["schemas"];
    CHECK(json::write(schemas["io.k8s.api.apps.v1.Deployment"]["x-kubernetes-group-version-kind"]) ==
          R"([{"group":"apps","kind":"Deployment","version":"v1"}])");
    CHECK_FALSE(schemas["io.k8s.api.apps.v1.Deployment"].has("required"));
    CHECK(schemas.has("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"));
    const auto& patch = document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"];
    CHECK(patch["x-kubernetes-group-version-kind"]["kind"].as_string() == "Deployment");
    bool found = false;
    for (const auto& parameter : patch["parameters"].items()) found |= parameter["name"].as_string() == "fieldValidation";
    CHECK(found);
    CHECK(document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"]["get"]["x-kubernetes-group-version-kind"]["group"].as_string() ==
          "autoscaling");
    CHECK(documents().document("apis/apps/v1") == bytes);
}

TEST_CASE("every reference of a document leads somewhere") {
    std::string text = *documents().document("api/v1");
    auto document = tree(text);
    const std::string mark = "\"$ref\":\"#/components/schemas/";
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
        size_t start = at + mark.size();
        std::string name = text.substr(start, text.find('"', start) - start);
        INFO(name);
        CHECK(document["components"]["schemas"].has(name));
    }
}

TEST_CASE("the version 2 document carries patch strategies") {
    auto document = tree(*documents().v2());
    CHECK(document["swagger"].as_string() == "2.0");
    const auto& containers = document["definitions"]["io.k8s.api.core.v1.PodSpec"]["properties"]["containers"];
    CHECK(containers["x-kubernetes-patch-merge-key"].as_string() == "name");
    CHECK(containers["x-kubernetes-patch-strategy"].as_string() == "merge");
    CHECK(document["definitions"]["io.k8s.api.core.v1.PodSpec"]["properties"]["volumes"]["x-kubernetes-patch-strategy"].as_string() == "merge,retainKeys");
    CHECK(document["paths"]["/api/v1/namespaces/{namespace}/pods"]["post"]["x-kubernetes-action"].as_string() == "post");
    CHECK(json::write(document["definitions"]["io.k8s.api.core.v1.Container"]["required"]) == R"(["name"])");
}
