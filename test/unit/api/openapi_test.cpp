#include "api/openapi.h"

#include <catch2/catch.hpp>

#include "api/protobuf_wire.h"
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

namespace {

// The bytes of a message's field; "" when it has none.
std::string_view field_of(std::string_view message, int number, size_t nth = 0) {
    for (WireReader reader(message); !reader.at_end();) {
        auto item = reader.next();
        REQUIRE(item.ok());
        if (item->field == number && nth-- == 0) return item->bytes;
    }
    return {};
}

}  // namespace

TEST_CASE("every document of the index is JSON and has a protobuf form") {
    auto index = tree(*documents().index());
    for (const auto& [name, entry] : index["paths"].members()) {
        INFO(name);
        auto parsed = json::parse(*documents().document(name));
        REQUIRE(parsed.ok());
        CHECK((*parsed)["components"]["securitySchemes"].has("BearerToken"));
        auto bytes = documents().document(name, OpenApi::Encoding::Protobuf);
        CHECK(field_of(*bytes, 1) == "3.0.0");
        CHECK(field_of(field_of(*bytes, 2), 6) == "1.34");
        // The first path and its name.
        CHECK(field_of(field_of(field_of(*bytes, 4), 1), 1) == (*parsed)["paths"].members()[0].key);
    }
    CHECK(documents().document("apis/none/v1", OpenApi::Encoding::Protobuf) == nullptr);
}

TEST_CASE("in protobuf a reference is no schema, and a list type is an extension in YAML") {
    auto bytes = documents().document("apis/apps/v1", OpenApi::Encoding::Protobuf);
    const std::string_view schemas = field_of(field_of(*bytes, 5), 1);
    for (size_t i = 0;; ++i) {
        std::string_view entry = field_of(schemas, 1, i);
        REQUIRE_FALSE(entry.empty());
        if (field_of(entry, 1) != "io.k8s.api.apps.v1.DeploymentList") continue;
        const std::string_view properties = field_of(field_of(field_of(entry, 2), 1), 31);
        for (size_t k = 0;; ++k) {
            std::string_view property = field_of(properties, 1, k);
            REQUIRE_FALSE(property.empty());
            if (field_of(property, 1) != "items") continue;
            std::string_view element = field_of(field_of(field_of(field_of(property, 2), 1), 30), 1);
            // {schema: {allOf: [{reference}]}}
            CHECK(field_of(field_of(field_of(field_of(element, 1), 26), 2), 1) == "#/components/schemas/io.k8s.api.apps.v1.Deployment");
            break;
        }
        break;
    }
}

TEST_CASE("the hash of version 2 changes with what other servers add") {
    OpenApi open_api(KindRegistry::builtin());
    const std::string before = open_api.v2_hash();
    CHECK(before.size() == 64);
    CHECK(open_api.v2_hash() == before);
    auto foreign = std::make_shared<ForeignOpenApi>();
    foreign->definitions.emplace_back("x.Foo", "{}");
    open_api.set_foreign({foreign});
    CHECK(open_api.v2_hash() != before);
}
