#include "reconcile/timestamp.h"

#include <catch2/catch.hpp>

#include "reconcile/lease.h"

using namespace skiff;
using namespace skiff::reconcile;
using json::Value;

TEST_CASE("times are written and read as RFC 3339") {
    WallTime time(std::chrono::seconds(1'700'000'000));
    CHECK(format_time(time) == "2023-11-14T22:13:20Z");
    CHECK(format_micro_time(time + std::chrono::microseconds(1500)) == "2023-11-14T22:13:20.001500Z");
    CHECK(*parse_time("2023-11-14T22:13:20Z") == time);
    CHECK(*parse_time("2023-11-15T00:13:20+02:00") == time);
    CHECK(*parse_time("2023-11-14T22:13:20.5Z") == time + std::chrono::milliseconds(500));
    for (auto bad : {"", "2023", "2023-13-01T00:00:00Z", "2023-11-14T22:13:20", "2023-11-14T22:13:20Zx", "2023-02-30T00:00:00Z"}) CHECK(!parse_time(bad));
}

TEST_CASE("a lease is made, renewed by its holder, waited for, and taken when it is old") {
    LeaderOptions options;
    options.identity = "me";
    WallTime now(std::chrono::seconds(1'700'000'000));
    auto made = decide_lease(nullptr, options, now, {});
    CHECK(made.kind == LeaseStep::Kind::Create);
    CHECK(made.spec["holderIdentity"].as_string() == "me");
    auto mine = Value::object({{"spec", made.spec}});
    CHECK(decide_lease(&mine, options, now, std::chrono::hours(1)).kind == LeaseStep::Kind::Renew);
    mine.mut("spec").set("holderIdentity", "other");
    CHECK(decide_lease(&mine, options, now, std::chrono::seconds(14)).kind == LeaseStep::Kind::Wait);
    auto taken = decide_lease(&mine, options, now, std::chrono::seconds(15));
    CHECK(taken.kind == LeaseStep::Kind::Take);
    CHECK(taken.spec["leaseTransitions"].as_int() == 1);
    mine.mut("spec").set("holderIdentity", "");
    CHECK(decide_lease(&mine, options, now, {}).kind == LeaseStep::Kind::Take);
}
