#include "server/apiserver/admission/quantiles.h"

#include <cmath>

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::apiserver;
using std::chrono::milliseconds;

TEST_CASE("quantiles are within four percent of what was observed") {
    Quantiles quantiles;
    for (int i = 1; i <= 1000; ++i) quantiles.observe(milliseconds(i), Duration(0));
    CHECK(quantiles.at(0.5, Duration(0)) == Approx(0.5).epsilon(0.05));
    CHECK(quantiles.at(0.9, Duration(0)) == Approx(0.9).epsilon(0.05));
    CHECK(quantiles.at(0.99, Duration(0)) == Approx(0.99).epsilon(0.05));
}

TEST_CASE("quantiles forget what is older than their window") {
    Quantiles quantiles;
    CHECK(std::isnan(quantiles.at(0.5, Duration(0))));
    quantiles.observe(milliseconds(100), Duration(0));
    quantiles.observe(milliseconds(1), Quantiles::kHalf);
    CHECK(quantiles.at(0.99, Quantiles::kHalf) == Approx(0.1).epsilon(0.05));
    CHECK(quantiles.at(0.99, 2 * Quantiles::kHalf) == Approx(0.001).epsilon(0.05));
    CHECK(std::isnan(quantiles.at(0.99, 3 * Quantiles::kHalf)));
    quantiles.observe(milliseconds(10), 4 * Quantiles::kHalf);
    CHECK(quantiles.at(0.5, 4 * Quantiles::kHalf) == Approx(0.01).epsilon(0.05));
}

TEST_CASE("times beyond the scale count at its ends") {
    Quantiles quantiles;
    quantiles.observe(Duration(0), Duration(0));
    quantiles.observe(std::chrono::hours(1), Duration(0));
    CHECK(quantiles.at(0.5, Duration(0)) < 2e-6);
    CHECK(quantiles.at(0.99, Duration(0)) > 90);
}
