#include <catch2/catch.hpp>

#include "server/apiserver/engine.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

const api::KindRegistry& kinds() {
    static const auto kRegistry = api::KindRegistry::builtin();
    return *kRegistry;
}

constexpr const char* kJson = "application/json-patch+json";
constexpr const char* kMerge = "application/merge-patch+json";

struct Outcome {
    Status status;
    std::vector<std::string> warnings;
};

// What a patch of a ConfigMap is told.
Outcome patched(std::string_view body, const char* type, FieldValidation validation = FieldValidation::Warn) {
    const api::KindInfo& kind = *kinds().find(api::Gvk{"", "v1", "ConfigMap"});
    const json::Value old = json::Value::object({{"kind", "ConfigMap"}, {"apiVersion", "v1"}, {"metadata", json::Value::object({{"name", "a"}})}, {"data", json::Value::object({{"k", "v"}})}});
    RequestContext context;
    context.kind = &kind;
    context.field_validation = validation;
    auto run = [&]() -> Status {
        Patch patch = TRY(decode_patch(kind, {body, type, nullptr}, context));
        json::Value tree = TRY(apply_patch(kind, old, patch));
        (void)TRY(normalize_patched(kinds(), kind, std::move(tree), context, patch));
        return {};
    };
    Status status = run();
    return {std::move(status), context.warnings};
}

}  // namespace

TEST_CASE("unknown fields of a patched object are told in the order in which it is written") {
    CHECK(patched(R"({"metadata":{"zz":1,"aa":1},"foo":1})", kMerge).warnings ==
          std::vector<std::string>{R"(unknown field "foo")", R"(unknown field "metadata.aa")", R"(unknown field "metadata.zz")"});
}

TEST_CASE("operations are read strictly where somebody wants to know") {
    CHECK(patched(R"([{"op":"add","path":"/data/b","value":"2","odd":1}])", kJson).warnings == std::vector<std::string>{R"(json patch unknown field "[0].odd")"});
    CHECK(patched(R"([{"op":{},"path":"/data/b"}])", kJson).status.message() == "error decoding patch: json: cannot unmarshal object into Go struct field jsonPatchOp.op of type string");
    CHECK(patched(R"([1])", kJson).status.message() == "error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp");
    CHECK(patched(R"([1])", kJson, FieldValidation::Ignore).status.message() == "json: cannot unmarshal number into Go value of type jsonpatch.Operation");
}

TEST_CASE("members that a patch names twice are told") {
    CHECK(patched(R"({"data":{"a":"1","a":"2"}})", kMerge).warnings == std::vector<std::string>{R"(duplicate field "data.a")"});
    CHECK(patched(R"({"data":{"a":"1","a":"2"}})", kMerge, FieldValidation::Ignore).warnings.empty());
}
