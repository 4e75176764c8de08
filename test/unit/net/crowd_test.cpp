#include "net/crowd.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::net;

namespace {

Standing one(std::string_view address, bool waiting, int since_s, size_t held = 0) { return {address, waiting, std::chrono::seconds(since_s), held}; }

}  // namespace

TEST_CASE("for a newcomer those of the address with the most connections go that have waited longest") {
    const std::vector<Standing> all{one("10.0.0.9", true, 1), one("10.0.0.2", true, 7), one("10.0.0.2", true, 5), one("10.0.0.2", false, 2)};
    CHECK(leave_for_newcomer(all, "10.0.0.9", 1) == std::vector<size_t>{2});
    CHECK(leave_for_newcomer(all, "10.0.0.2", 8) == std::vector<size_t>{2, 1});
}

TEST_CASE("who has all connections busy is refused, and makes room for others") {
    const std::vector<Standing> all{one("10.0.0.2", false, 3), one("10.0.0.2", false, 2), one("10.0.0.9", true, 1)};
    CHECK(leave_for_newcomer(all, "10.0.0.2", 8).empty());
    CHECK(leave_for_newcomer(all, "10.0.0.3", 8) == std::vector<size_t>{0});
    CHECK(leave_for_newcomer({}, "10.0.0.3", 8).empty());
}

TEST_CASE("for memory those go that hold much and have waited long, longest first") {
    const std::vector<Standing> all{one("a", true, 9, 100), one("a", true, 3, 100), one("b", false, 1, 100), one("b", true, 2, 1), one("b", true, 4, 100)};
    CHECK(leave_for_memory(all, std::chrono::seconds(5), 10, 150) == std::vector<size_t>{1, 4});
    CHECK(leave_for_memory(all, std::chrono::seconds(5), 10, 50) == std::vector<size_t>{1});
    CHECK(leave_for_memory(all, std::chrono::seconds(1), 10, 50).empty());
}

TEST_CASE("an address is what stands before the port") {
    CHECK(address_part("10.42.0.7:51234") == "10.42.0.7");
    CHECK(address_part("[::1]:80") == "[::1]");
}
