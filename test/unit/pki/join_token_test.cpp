#include "pki/join_token.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::pki;

TEST_CASE("every form of a join token is read and written back") {
    const std::string hash(64, 'a');
    const auto full = parse_join_token("K10" + hash + "::server:secret:with:colons");
    REQUIRE(full.ok());
    CHECK(full->ca_sha256_hex == hash);
    CHECK(full->user == "server");
    CHECK(full->secret == "secret:with:colons");
    CHECK(full->text() == "K10" + hash + "::server:secret:with:colons");
    const auto bootstrap = parse_join_token("K10" + hash + "::abcdef.0123456789abcdef");
    REQUIRE(bootstrap.ok());
    CHECK(bootstrap->bootstrap);
    CHECK(bootstrap->secret == "abcdef.0123456789abcdef");
    CHECK(bootstrap->text() == "K10" + hash + "::abcdef.0123456789abcdef");
    CHECK(parse_join_token("abcdef.0123456789abcdef")->bootstrap);
    const auto bare = parse_join_token("justasecret");
    CHECK(bare->secret == "justasecret");
    CHECK(bare->user.empty());
    CHECK(bare->ca_sha256_hex.empty());
    CHECK(parse_join_token("K10 is no prefix without separator").status().reason() == Reason::BadRequest);
    CHECK(parse_join_token("K10secret")->secret == "K10secret");
}

TEST_CASE("broken join tokens are refused without repeating the secret") {
    const std::string hash(64, 'a');
    for (const std::string& text : {std::string(), "K10" + hash.substr(1) + "::server:hidden", "K10" + std::string(64, 'Z') + "::server:hidden",
                                    "K10" + hash + "::hidden", "K10" + hash + "::server:", std::string("server:hid den"), std::string(5000, 'a')}) {
        const auto token = parse_join_token(text);
        CAPTURE(text.substr(0, 100));
        REQUIRE_FALSE(token.ok());
        CHECK(token.status().message().find("hid") == std::string::npos);
    }
}

TEST_CASE("random bootstrap tokens have the right form and secrets compare as text") {
    BootstrapToken out;
    const BootstrapToken made = random_bootstrap_token();
    CHECK(parse_bootstrap_token(made.id + "." + made.secret, out));
    CHECK(out.id == made.id);
    CHECK_FALSE(parse_bootstrap_token("ABCDEF.0123456789abcdef", out));
    CHECK_FALSE(parse_bootstrap_token("abcdef.0123456789abcde", out));
    CHECK(random_bootstrap_token().secret != made.secret);
    CHECK(same_secret("abc", "abc"));
    CHECK_FALSE(same_secret("abc", "abd"));
    CHECK_FALSE(same_secret("abc", "ab"));
    CHECK(random_secret().size() == 32);
}
