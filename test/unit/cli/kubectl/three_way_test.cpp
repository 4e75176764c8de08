#include "cli/kubectl/three_way.h"

#include <catch2/catch.hpp>

#include "api/kind.h"
#include "json/parse.h"
#include "json/write.h"

using namespace skiff;
using cli::kubectl::three_way_patch;

namespace {

json::Value tree(const char* text) { return *json::parse(text); }

const api::TypeSchema* deployment() {
    static const auto kinds = api::KindRegistry::builtin();
    return kinds->find(api::Gvk{"apps", "v1", "Deployment"})->schema;
}

std::string pod(const std::string& containers) { return R"({"spec":{"template":{"spec":{"containers":)" + containers + "}}}}"; }

}  // namespace

TEST_CASE("what the file does not say stays, what it dropped goes, what it says is set") {
    const auto patch = three_way_patch(nullptr, tree(R"({"data":{"a":"1","b":"2"}})"), tree(R"({"data":{"a":"1","b":"2","theirs":"x"}})"), tree(R"({"data":{"a":"3"}})"));
    CHECK(patch == tree(R"({"data":{"a":"3","b":null}})"));
}

TEST_CASE("a file that changed nothing gives an empty patch, defaults of the server notwithstanding") {
    const auto file = pod(R"([{"name":"a","image":"x"}])");
    const auto live = pod(R"([{"name":"a","image":"x","imagePullPolicy":"Always"}])");
    CHECK(three_way_patch(deployment(), tree(file.c_str()), tree(live.c_str()), tree(file.c_str())).size() == 0);
}

TEST_CASE("containers are merged by name: changed, added and removed ones") {
    const auto before = pod(R"([{"name":"a","image":"x"},{"name":"gone","image":"y"}])");
    const auto live = pod(R"([{"name":"a","image":"x"},{"name":"gone","image":"y"},{"name":"injected","image":"z"}])");
    const auto wanted = pod(R"([{"name":"a","image":"x2"},{"name":"new","image":"n"}])");
    const auto patch = three_way_patch(deployment(), tree(before.c_str()), tree(live.c_str()), tree(wanted.c_str()));
    const auto& spec = patch["spec"]["template"]["spec"];
    CHECK(spec["containers"] == tree(R"([{"name":"a","image":"x2"},{"name":"new","image":"n"},{"name":"gone","$patch":"delete"}])"));
    CHECK(spec["$setElementOrder/containers"] == tree(R"([{"name":"a"},{"name":"new"}])"));
}

TEST_CASE("lists of a custom resource are replaced as a whole") {
    const auto patch = three_way_patch(nullptr, tree(R"({"spec":{"l":[1,2]}})"), tree(R"({"spec":{"l":[1,2]}})"), tree(R"({"spec":{"l":[1]}})"));
    CHECK(patch == tree(R"({"spec":{"l":[1]}})"));
}
