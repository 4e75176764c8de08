#include "server/apiserver/crd/naming.h"

#include <catch2/catch.hpp>

#include "json/parse.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

json::Value definition() {
    return json::parse(R"({"spec":{"group":"example.com","names":{"plural":"things","singular":"thing","kind":"Thing","listKind":"ThingList","shortNames":["th"]}},
        "status":{"acceptedNames":{"plural":"","kind":""},"conditions":null,"storedVersions":["v1"]}})").value();
}

}  // namespace

TEST_CASE("names that nobody holds are accepted and the definition is established") {
    json::Value status = named_status(definition(), {}, WallTime());
    CHECK(condition_is_true(status, "NamesAccepted"));
    CHECK(condition_is_true(status, "Established"));
    CHECK(status["acceptedNames"]["shortNames"][0].as_string() == "th");
    json::Value settled = definition();
    settled.set("status", status);
    CHECK(named_status(settled, {}, WallTime() + std::chrono::hours(1)) == status);
}

TEST_CASE("a short name that another definition holds keeps this one from being established") {
    TakenNames taken;
    taken.add(json::parse(R"({"plural":"others","singular":"other","kind":"Other","listKind":"OtherList","shortNames":["th"]})").value());
    json::Value status = named_status(definition(), taken, WallTime());
    CHECK_FALSE(condition_is_true(status, "NamesAccepted"));
    CHECK_FALSE(condition_is_true(status, "Established"));
    CHECK(status["conditions"][0]["reason"].as_string() == "ShortNamesConflict");
    CHECK(status["conditions"][0]["message"].as_string() == "\"th\" is already in use");
}
