#include <catch2/catch.hpp>

#include <set>

#include "api/kind.h"

using namespace skiff::api;

TEST_CASE("every resource of Kubernetes v1.34 and of the metrics API is there, once, with its type") {
    auto registry = KindRegistry::builtin();
    auto all = registry->all();
    CHECK(all.size() == 68);
    std::set<std::string> resources;
    size_t subresources = 0;
    for (const KindInfo* kind : all) {
        INFO(kind->gvk.api_version() << " " << kind->gvk.kind);
        REQUIRE(kind->schema);
        CHECK(kind->schema->find("metadata"));
        CHECK(resources.insert(kind->gvk.api_version() + "/" + kind->plural).second);
        CHECK(kind->storage == !kind->storage_prefix.empty());
        CHECK(kind->has_status == (kind->subresource("status") != nullptr));
        subresources += kind->subresources.size();
    }
    CHECK(subresources == 45);
}

TEST_CASE("the tables hold every row of types.tsv") {
    auto registry = KindRegistry::builtin();
    size_t rows = 0;
    for (const TypeSchema* type : registry->schemas().all()) rows += type->fields().size();
    CHECK(registry->schemas().all().size() == 569);   // six of them are those of aggregated discovery
    CHECK(rows == 2445);
}

TEST_CASE("embedded messages keep their protobuf path") {
    auto registry = KindRegistry::builtin();
    const TypeSchema* volume = registry->schemas().find("core.v1.Volume");
    REQUIRE(volume);
    CHECK(volume->find("hostPath")->proto == std::vector<int>{2, 1});
    CHECK(volume->find("name")->proto == std::vector<int>{1});
}
