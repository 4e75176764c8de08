#include "base/text_map.h"

#include <iterator>
#include <set>
#include <string>

#include <catch2/catch.hpp>

using namespace skiff;

namespace {

// Texts of 16 bytes that std::hash cannot tell apart where they begin a text of 48.
const char* const kBegins[] = {"jIcyB01KDOolLkKB", "cBTbPZeGaEJgdOr7", "KWufZJBf8ruJlZHJ", "5FurvWQzhK4kAnfC", "R7c1eJyXrzHNEQIW", "BdwEh0psD7Nsnwlr"};
constexpr const char* kRest = "pKagPUn1QUAqguDdTkGJSz7DOanbwoqT";

}  // namespace

TEST_CASE("texts that the standard hash cannot tell apart have hashes of their own") {
    std::set<size_t> known, ours;
    for (const char* begin : kBegins) {
        const std::string text = std::string(begin) + kRest;
        known.insert(std::hash<std::string>{}(text));
        ours.insert(TextHash{}(text));
    }
    CHECK(known.size() == 1);   // of libstdc++; another library may know better
    CHECK(ours.size() == std::size(kBegins));
}

TEST_CASE("the hash of a text depends on all of its bytes and on nothing else") {
    const TextHash hash;
    std::set<size_t> hashes;
    for (size_t size = 0; size < 40; ++size) hashes.insert(hash(std::string(size, '\0')));
    CHECK(hashes.size() == 40);
    const std::string text = "kubernetes.io/metadata.name";
    for (size_t i = 0; i < text.size(); ++i) {
        std::string other = text;
        other[i] ^= 1;
        CHECK(hash(other) != hash(text));
    }
    CHECK(hash(text) == hash(std::string_view("xx" "kubernetes.io/metadata.name").substr(2)));
}

TEST_CASE("tables of text are asked without making a string") {
    TextMap<int> map{{"a", 1}};
    CHECK(map.find(std::string_view("a"))->second == 1);
    CHECK(map.find("b") == map.end());
    TextSet set{"a"};
    CHECK(set.count(std::string_view("a")) == 1);
}
