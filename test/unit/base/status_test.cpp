#include "base/status.h"

#include <catch2/catch.hpp>

using namespace skiff;

namespace {

Result<int> half(int n) {
    if (n % 2) return error(Reason::Invalid, "{} is odd", n);
    return n / 2;
}

Result<int> quarter(int n) {
    int first = TRY(half(n));
    return TRY(half(first));
}

}  // namespace

TEST_CASE("TRY yields the value or returns the failure") {
    CHECK(*quarter(12) == 3);
    auto failed = quarter(6);
    REQUIRE(!failed.ok());
    CHECK(failed.status().message() == "3 is odd");
    CHECK(failed.status().code() == 422);
}

TEST_CASE("context goes before the message and keeps the reason") {
    auto status = error(Reason::NotFound, "no such file").context("pull {}", "hello");
    CHECK(status.message() == "pull hello: no such file");
    CHECK(status.reason() == Reason::NotFound);
}
