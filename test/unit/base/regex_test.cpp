#include "base/regex.h"

#include <catch2/catch.hpp>

using skiff::Regex;

TEST_CASE("a pattern is searched for anywhere in the text") {
    auto regex = Regex::compile("^[a-z]+-\\d{2}$");
    REQUIRE(regex.ok());
    CHECK(regex->search("abc-12"));
    CHECK_FALSE(regex->search("abc-123"));
    CHECK(Regex::compile("b")->search("abc"));
}

TEST_CASE("matches are found from left to right and do not overlap") {
    auto regex = Regex::compile("[0-9]+");
    CHECK(*regex->find("a12b3") == "12");
    CHECK(regex->find_all("a12b3") == std::vector<std::string_view>{"12", "3"});
    CHECK(regex->find_all("a12b3", 1) == std::vector<std::string_view>{"12"});
    CHECK_FALSE(regex->find("abc"));
    CHECK(Regex::compile("a*")->find_all("baac").size() == 3);
}

TEST_CASE("a bad pattern is answered with Go's words") {
    CHECK(Regex::compile("[a").status().message() == "error parsing regexp: missing closing ]: `[a`");
    CHECK(Regex::compile("(a").status().message() == "error parsing regexp: missing closing ): `(a`");
    CHECK(Regex::compile("a)").status().message() == "error parsing regexp: unexpected ): `a)`");
    CHECK(Regex::compile("*a").status().message() == "error parsing regexp: missing argument to repetition operator: `*`");
    CHECK(Regex::compile("a{1001}").status().message() == "error parsing regexp: invalid repeat count: `{1001}`");
    CHECK(Regex::compile("(?=a)").status().message() == "error parsing regexp: invalid or unsupported Perl syntax: `(?=`");
}

TEST_CASE("matching takes time linear in the text") {
    auto regex = Regex::compile("(a*)*b");
    REQUIRE(regex.ok());
    CHECK_FALSE(regex->search(std::string(200000, 'a')));
}
