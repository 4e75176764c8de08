#include "pki/jwt.h"

#include <catch2/catch.hpp>

#include "base/encoding.h"
#include "base/random.h"
#include "json/write.h"

using namespace skiff;
using namespace skiff::pki;

namespace {

const WallTime kNow{std::chrono::seconds(1'750'000'000)};

json::Value claims() {
    return json::Value::object({{"iss", "https://kubernetes.default.svc"}, {"sub", "system:serviceaccount:default:x"}, {"exp", 1'750'000'100}, {"nbf", 1'750'000'000}});
}

}  // namespace

TEST_CASE("a token verifies with its key, EC or RSA, and shows its claims") {
    for (KeyType type : {KeyType::EcP256, KeyType::Rsa}) {
        const auto key = PrivateKey::generate(type);
        REQUIRE(key.ok());
        const auto again = PrivateKey::from_pem(key->pem());
        const JwtSigner signer(*again);
        const auto token = signer.sign(claims());
        REQUIRE(token.ok());
        const auto verifier = JwtVerifier::from_pems({key->public_key().pem()});
        REQUIRE(verifier.ok());
        const auto seen = verifier->verify(*token);
        REQUIRE(seen.ok());
        CHECK(*seen == claims());
        CHECK(*unverified_claims(*token) == claims());
        CHECK(check_times(*seen, kNow).ok());
        CHECK_FALSE(check_times(*seen, kNow + std::chrono::seconds(100)).ok());
        CHECK_FALSE(check_times(*seen, kNow - std::chrono::seconds(1)).ok());
        CHECK(verifier->jwks()["keys"][0]["kid"].as_string() == signer.kid());
    }
    CHECK_FALSE(check_times(json::Value::object(), kNow).ok());
}

TEST_CASE("a token whose any byte changed does not verify") {
    const auto key = PrivateKey::generate();
    const JwtSigner signer(*key);
    const JwtVerifier verifier({key->public_key()});
    const std::string token = *signer.sign(claims());
    for (size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        if (base64url_decode(changed.substr(changed.rfind('.') + 1)) == base64url_decode(token.substr(token.rfind('.') + 1)) &&
            i > token.rfind('.')) {
            continue;   // unused bits of the last character
        }
        CAPTURE(i);
        CHECK_FALSE(verifier.verify(changed).ok());
    }
    for (size_t size = 0; size < token.size(); ++size) CHECK_FALSE(verifier.verify(token.substr(0, size)).ok());
}

TEST_CASE("the token does not choose its algorithm") {
    const auto key = PrivateKey::generate(KeyType::Rsa);
    const JwtVerifier verifier({key->public_key()});
    const std::string payload = base64url_encode(json::write(claims()));
    for (const char* alg : {"none", "HS256", "ES256", "RS256", ""}) {
        const std::string head = base64url_encode(json::write(json::Value::object({{"alg", alg}})));
        CHECK_FALSE(verifier.verify(head + "." + payload + ".").ok());
        CHECK_FALSE(verifier.verify(head + "." + payload + "." + base64url_encode(random_bytes(256))).ok());
    }
}

TEST_CASE("any of several keys verifies, another key does not") {
    const auto a = PrivateKey::generate(), b = PrivateKey::generate(), c = PrivateKey::generate(KeyType::Rsa), other = PrivateKey::generate();
    const JwtVerifier verifier({a->public_key(), b->public_key(), c->public_key()});
    for (const auto* key : {&a, &b, &c}) CHECK(verifier.verify(*JwtSigner(**key).sign(claims())).ok());
    CHECK_FALSE(verifier.verify(*JwtSigner(*other).sign(claims())).ok());
    CHECK_FALSE(verifier.verify(std::string(kJwtBytesMax + 1, 'a')).ok());
    CHECK_FALSE(verifier.verify("a.b.c.d").ok());
    CHECK_FALSE(verifier.verify("..").ok());
}
