#include <catch2/catch.hpp>

#include "base/ip.h"

using namespace skiff::ip;

TEST_CASE("addresses are read and written, and nothing else is") {
    CHECK(Address::parse("10.0.0.1")->text() == "10.0.0.1");
    CHECK(Address::parse("2001:DB8::1")->text() == "2001:db8::1");
    for (const char* wrong : {"", "10.0.0", "10.0.0.01", "1.2.3.4 ", "fe80::1%eth0", "::1::"}) CHECK_FALSE(Address::parse(wrong));
    CHECK_FALSE(Address::parse(std::string_view("1.2.3.4\0x", 9)));
    CHECK(Address::parse("::ffff:1.2.3.4")->unmapped() == *Address::parse("1.2.3.4"));
}

TEST_CASE("a prefix contains the addresses that begin with its bits") {
    const Prefix narrow = *Prefix::parse("10.43.128.0/17"), all = *Prefix::parse("0.0.0.0/0"), six = *Prefix::parse("2001:db8::/33");
    CHECK(narrow.contains(*Address::parse("10.43.255.255")));
    CHECK_FALSE(narrow.contains(*Address::parse("10.43.127.255")));
    CHECK(all.contains(*Address::parse("255.0.0.1")));
    CHECK_FALSE(all.contains(*Address::parse("::1")));
    CHECK(six.contains(*Address::parse("2001:db8:7fff::")));
    CHECK_FALSE(six.contains(*Address::parse("2001:db8:8000::")));
    CHECK(Address::parse("10.9.8.7")->masked(20).text() == "10.9.0.0");
    for (const char* wrong : {"10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0.0/-1"}) CHECK_FALSE(Prefix::parse(wrong));
}
