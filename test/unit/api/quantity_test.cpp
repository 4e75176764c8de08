#include "api/quantity.h"

#include <catch2/catch.hpp>

using skiff::api::Quantity;

namespace {
std::string canonical(std::string_view text) { return Quantity::parse(text).value().text(); }
}  // namespace

TEST_CASE("a quantity is written in its canonical form") {
    CHECK(canonical("0") == "0");
    CHECK(canonical("1000m") == "1");
    CHECK(canonical("1500m") == "1500m");
    CHECK(canonical("0.5") == "500m");
    CHECK(canonical("1.5Gi") == "1536Mi");
    CHECK(canonical("1024Mi") == "1Gi");
    CHECK(canonical("1000Mi") == "1000Mi");
    CHECK(canonical("512Ki") == "512Ki");
    CHECK(canonical("100Ki") == "100Ki");
    CHECK(canonical("1000k") == "1M");
    CHECK(canonical("1234567") == "1234567");
    CHECK(canonical("1e3") == "1e3");
    CHECK(canonical("100e3") == "100e3");
    CHECK(canonical("1000e3") == "1e6");
    CHECK(canonical("0.1Ki") == "102400m");
    CHECK(canonical("1Ei") == "1Ei");
    CHECK(canonical("-5") == "-5");
    CHECK(canonical("+5") == "5");
    CHECK(canonical("0.000000001") == "1n");
    CHECK(canonical("0.0000000001") == "1n");
    CHECK(canonical("0.2Mi") == "209715200m");
    CHECK(canonical("110") == "110");
    CHECK(canonical(".5") == "500m");
}

TEST_CASE("what is no quantity is refused with Kubernetes' words") {
    CHECK(Quantity::parse("1x").status().message() ==
          "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    CHECK_FALSE(Quantity::parse("").ok());
    CHECK_FALSE(Quantity::parse("1 Gi").ok());
    CHECK(Quantity::parse("1ee").status().message() == "unable to parse quantity's suffix");
}

TEST_CASE("quantities add and compare exactly") {
    Quantity sum = Quantity::parse_or_zero("100m") + Quantity::parse_or_zero("200m");
    CHECK(sum == Quantity::parse_or_zero("0.3"));
    CHECK(sum.text() == "300m");
    CHECK(Quantity::parse_or_zero("1Gi") > Quantity::parse_or_zero("1G"));
    CHECK(Quantity::parse_or_zero("1500m").value() == 2);
    CHECK(Quantity::parse_or_zero("1.5").milli_value() == 1500);
    CHECK((Quantity() + Quantity::parse_or_zero("2Gi")).text() == "2Gi");
    CHECK((Quantity::of(1) - Quantity::parse_or_zero("1500m")).text() == "-500m");
    CHECK(Quantity::parse_or_zero("9223372036854775807Gi").value() == INT64_MAX);
}
