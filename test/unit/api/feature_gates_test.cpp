#include "api/feature_gates.h"

#include <catch2/catch.hpp>

#include "builtin.h"

using namespace skiff;
using namespace skiff::api;

namespace {

constexpr const char* kSpec = R"({"volumes":[{"name":"i","image":{"reference":"a"}},{"name":"e","emptyDir":{}}],
    "containers":[{"name":"c","volumeMounts":[{"name":"i","mountPath":"/i"},{"name":"e","mountPath":"/e"}]}],
    "initContainers":[{"name":"d","volumeMounts":[{"name":"i","mountPath":"/i"}]}]})";
constexpr const char* kWithout = R"({"volumes":[{"name":"e","emptyDir":{}}],"containers":[{"name":"c","volumeMounts":[{"name":"e","mountPath":"/e"}]}],"initContainers":[{"name":"d"}]})";

json::Value deployment(const char* spec) { return json::Value::object({{"spec", json::Value::object({{"template", json::Value::object({{"spec", tree(spec)}})}})}}); }

}  // namespace

TEST_CASE("volumes of images and what mounts them are taken out while their feature is off") {
    const KindInfo& kind = kind_of("apps/v1", "Deployment");
    json::Value created = deployment(kSpec), changed = deployment(kSpec);
    kind.hooks.prepare_create(created);
    CHECK(created["spec"]["template"]["spec"] == tree(kWithout));
    kind.hooks.prepare_update(changed, deployment(kWithout));
    CHECK(changed["spec"]["template"]["spec"] == tree(kWithout));
    json::Value cron = json::Value::object({{"spec", json::Value::object({{"jobTemplate", deployment(kSpec)}})}});
    kind_of("batch/v1", "CronJob").hooks.prepare_create(cron);
    CHECK(cron["spec"]["jobTemplate"]["spec"]["template"]["spec"] == tree(kWithout));
}

TEST_CASE("an object that has a volume of an image keeps them all") {
    json::Value changed = deployment(kSpec);
    kind_of("apps/v1", "Deployment").hooks.prepare_update(changed, deployment(kSpec));
    CHECK(changed["spec"]["template"]["spec"] == tree(kSpec));
}

TEST_CASE("with the feature gate volumes of images stay") {
    auto registry = builtin_kinds({}, {.image_volume = true});
    json::Value pod = json::Value::object({{"metadata", json::Value::object({{"name", "p"}})}, {"spec", tree(kSpec)}});
    registry->find(Gvk{"", "v1", "Pod"})->hooks.prepare_create(pod);
    CHECK(pod["spec"]["volumes"].size() == 2);
    CHECK(pod["spec"]["containers"][0]["volumeMounts"].size() == 2);
}

TEST_CASE("a volume of an image gets no pull policy while its feature is off") {
    const char* spec = R"({"volumes":[{"name":"i","image":{"reference":"a:1"}}],"containers":[{"name":"c"}]})";
    json::Value off = json::Value::object({{"spec", tree(spec)}}), on = off;
    kind_of("v1", "Pod").hooks.set_defaults(off);
    CHECK_FALSE(off["spec"]["volumes"][0]["image"].has("pullPolicy"));
    builtin_kinds({}, {.image_volume = true})->find(Gvk{"", "v1", "Pod"})->hooks.set_defaults(on);
    CHECK(on["spec"]["volumes"][0]["image"]["pullPolicy"].as_string() == "IfNotPresent");
}
