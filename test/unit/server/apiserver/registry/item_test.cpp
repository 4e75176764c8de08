#include "server/apiserver/registry/item.h"

#include <catch2/catch.hpp>

#include "server/apiserver/registry/continue_token.h"
#include "server/apiserver/registry/resource_cache.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

api::ObjectPtr object(const std::string& json) { return api::Object::from_bytes(std::make_shared<const std::string>(json)).value_or(nullptr); }

api::ObjectPtr config_map(const std::string& name, int64_t revision) {
    return object(R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":")" + name + R"(","namespace":"n","resourceVersion":")" + std::to_string(revision) + R"("}})");
}

}  // namespace

TEST_CASE("selectable fields are found without building a tree") {
    std::string json = R"({"kind":"Pod","metadata":{"annotations":{"spec.nodeName":"no"}},"spec":{"list":[{"nodeName":"no"}],"nodeName":"a\"b","hostNetwork":true},"status":{"phase":null}})";
    Item item;
    item.fields = SelectablePaths({"spec.nodeName", "spec.hostNetwork", "status.phase", "spec.none"}).scan(json);
    CHECK(item.field(0) == "a\"b");
    CHECK(item.field(1) == "true");
    CHECK(item.field(2) == "");
    CHECK(item.field(3) == "");
    CHECK(item.field(9) == "");
}

TEST_CASE("a selectable field may have several sources and a text for none") {
    SelectablePaths paths({"reason", "reportingComponent", "source=source.component|reportingComponent", "=", "type", "on=spec.on|!false"});
    Item item;
    item.fields = paths.scan(R"({"reason":"r","reportingComponent":"c","source":{},"type":"Normal"})");
    CHECK(item.field(1) == "c");
    CHECK(item.field(2) == "c");
    CHECK(item.field(4) == "Normal");
    CHECK(item.field(5) == "false");
    item.fields = paths.scan(R"({"source":{"component":"s"},"spec":{"on":true}})");
    CHECK(item.field(2) == "s");
    CHECK(item.field(5) == "true");
}

TEST_CASE("an object that leaves a selector carries the revision of the change") {
    api::ObjectPtr left = with_revision(*config_map("a", 7), 12);
    REQUIRE(left);
    CHECK(left->meta().resource_version == 12);
}

TEST_CASE("a range holds one namespace in key order and counts what is left") {
    ResourceCache cache("configmaps", {});
    cache.put("n/b", config_map("b", 1), 1);
    cache.put("n/a", config_map("a", 2), 2);
    cache.put("n-x/c", config_map("c", 3), 3);
    cache.put("o/d", config_map("d", 4), 4);
    auto range = cache.range("n", {}, 1);
    REQUIRE(range.items.size() == 1);
    CHECK(range.items[0]->key == "n/a");
    CHECK(range.left == 1);
    CHECK(range.changed == 4);
    CHECK(cache.range("").items.size() == 4);
    CHECK(cache.range("n", "n/b").items.size() == 1);
}

TEST_CASE("the window of events is bounded and says when it is too old") {
    ResourceCache cache("configmaps", {});
    for (int64_t i = 1; i <= static_cast<int64_t>(ResourceCache::kEventsMax) + 10; ++i) cache.put("n/a", config_map("a", i), i);
    CHECK(cache.events_after(5).status().reason() == Reason::Expired);
    auto events = cache.events_after(static_cast<int64_t>(ResourceCache::kEventsMax) + 8);
    REQUIRE(events.ok());
    REQUIRE(events->size() == 2);
    CHECK((*events)[0]->previous != nullptr);
}

TEST_CASE("continue tokens survive the round trip and refuse what is none") {
    auto token = read_continue(write_continue({42, "n/a"}));
    REQUIRE(token.ok());
    CHECK(token->revision == 42);
    CHECK(token->start == "n/a");
    CHECK(read_continue("bogus").status().message() == "invalid continue token: continue key is not valid: illegal base64 data at input byte 4");
    CHECK_FALSE(read_continue(write_continue({42, "../x"})).ok());
}
