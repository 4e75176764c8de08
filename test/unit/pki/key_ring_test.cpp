#include "pki/key_ring.h"

#include <catch2/catch.hpp>

#include "pki/aead.h"

using namespace skiff;
using namespace skiff::pki;

namespace {

KeyRing ring() {
    KeyRing ring;
    ring.enabled = true;
    ring.add_key("2026-01-01T00:00:00Z");
    return ring;
}

}  // namespace

TEST_CASE("AES-256-GCM opens what it sealed and nothing that was changed") {
    const std::string key(kAeadKeyBytes, 'k');
    for (std::string_view plain : {std::string_view(""), std::string_view("x"), std::string_view("a longer text of more than one block of sixteen bytes")}) {
        std::string sealed = "head";
        REQUIRE(aead_seal(key, plain, "name", sealed).ok());
        sealed = sealed.substr(4);
        CHECK(sealed.size() == plain.size() + kAeadOverhead);
        CHECK(*aead_open(key, sealed, "name") == plain);
        CHECK_FALSE(aead_open(key, sealed, "other").ok());
        CHECK_FALSE(aead_open(std::string(kAeadKeyBytes, 'l'), sealed, "name").ok());
        for (size_t i = 0; i < sealed.size(); ++i) {
            std::string changed = sealed;
            changed[i] = static_cast<char>(changed[i] ^ 1);
            CHECK_FALSE(aead_open(key, changed, "name").ok());
        }
        for (size_t size = 0; size < sealed.size(); ++size) CHECK_FALSE(aead_open(key, sealed.substr(0, size), "name").ok());
    }
    std::string out;
    CHECK_FALSE(aead_seal("short", "x", "", out).ok());
}

TEST_CASE("an envelope opens in its own place only, and no two of one value are alike") {
    const KeyRing keys = ring();
    const auto a = keys.close("secret text", "row 1"), b = keys.close("secret text", "row 1");
    REQUIRE(a.ok());
    CHECK(*a != *b);
    CHECK(a->find("secret") == std::string::npos);
    CHECK(KeyRing::is_envelope(*a));
    CHECK(keys.current(*a));
    CHECK_FALSE(keys.current("secret text"));
    CHECK(*keys.open(*a, "row 1") == "secret text");
    CHECK_FALSE(keys.open(*a, "row 2").ok());
    for (size_t size = 0; size < a->size(); ++size) CHECK_FALSE(keys.open(a->substr(0, size), "row 1").ok());
    CHECK(ring().open(*a, "row 1").status().message() == "is encrypted with the key " + keys.active() + ", which is not there");
}

TEST_CASE("a ring survives its file, and a rotated key opens old envelopes until it is dropped") {
    KeyRing keys = ring();
    const auto old = keys.close("x", "c");
    keys.add_key("2026-02-01T00:00:00Z");
    auto again = KeyRing::parse(keys.text());
    REQUIRE(again.ok());
    CHECK(again->active() == keys.active());
    CHECK(*again->open(*old, "c") == "x");
    CHECK_FALSE(again->current(*old));
    again->drop_others();
    CHECK(again->keys().size() == 1);
    CHECK_FALSE(again->open(*old, "c").ok());
    again->enabled = false;
    CHECK(again->current("x"));
    CHECK_FALSE(again->close("x", "c").ok());
}

TEST_CASE("a damaged key file is refused") {
    const std::string text = ring().text();
    for (size_t size = 0; size + 2 < text.size(); ++size) CHECK_FALSE(KeyRing::parse(text.substr(0, size)).ok());
    CHECK_FALSE(KeyRing::parse(R"({"version":2,"enabled":false})").ok());
    CHECK_FALSE(KeyRing::parse(R"({"version":1,"enabled":true,"active":"aa","keys":[]})").ok());
    CHECK_FALSE(KeyRing::parse(R"({"version":1,"keys":[{"id":"0123456789abcdef","key":"c2hvcnQ="}]})").ok());
}
