// Tokens that the openssl program signed, one for each kind of signature.
#include "pki/jwk.h"

#include <catch2/catch.hpp>
#include <map>

using namespace skiff;
using namespace skiff::pki;

namespace {

const char kKeys[] = R"({"keys": [{"kty": "RSA", "kid": "rsa", "use": "sig", "n": "60OIR0YmmPwDddxzw07HeAgOT9ymVWY9p-SSvJ__zjuyyJ_Z2LZaqCe0AGPk3m5GV8qMy8UCPKb9mZ7CY86l6ETuV1A656esDdFeowOM6-Z7K78NMQ_0hb_OG-PwXhTiFzNX-6g6LyX5G61rlqSLtsJ-bCeY0JWTEGSSVgslq59AoTROArk-BD4SF5hp2t1Fpq3QC4OqGjtL9a4b2o9-mHl0GW41mgYSBj0ocL_cSU6rmCi-GrA261Z7TwQQ5SJrnF68t1Lnnr0N1QPf9yHrwcTqRssYbgPNXsBPDH84wwS475pI3IzDkuhdCJpDKRutvYoMpsKp0pkzAzU_2VYE0Q", "e": "AQAB"}, {"kty": "EC", "kid": "P-256", "crv": "P-256", "x": "FvLk2F6U-OgLxg32dzcPrR0dtdJiTSDjLtUh4TaySN8", "y": "-MCVzQw4P7vFLgva3esXc4byylu9J0L0utIu4Ki4vbk"}, {"kty": "EC", "kid": "P-384", "crv": "P-384", "x": "ZVmz2-AqojvK7hHUrHA2AZl-E010IY74QZesHyCdF9khzHKbot3RglihhN25W5UF", "y": "cMiRrtirJ83Un0aiyZ54slfTDBYHt8k8LSsQVyFX_BiMjSr5Srlkd5WWK72ZttyB"}, {"kty": "EC", "kid": "P-521", "crv": "P-521", "x": "AZR-1Z8fXRQ2owYtQP-lVheIHPlBWmAHFgNAxElbpH_uTyRSq9qhcAZJiFwl6qSYsnnoSex3DBBsBYC_y75HC9bU", "y": "AJ0VkDJKrgJciulRNS36eCwUwhF5TZHK8AtmWvY3mgZ3OdiBrJMF9Af-rWyRpsrwebk0l3xU4JbHyhEZnavtCF9V"}]})";
const std::map<std::string, std::string> kTokens = {
    {"RS384", "eyJhbGciOiAiUlMzODQiLCAia2lkIjogInJzYSJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci50ZXN0Iiwic3ViIjoiYW5uIn0.kbqvb8PyKhWvjESEB4YFBoyFm9dxYnY_rKF-Ly7m8xuk2DZ11Sf0hnDBHmcmzYXTecW7c0obNEYzulHIFDXjVso2AKfQ3v2VlhS8IfUJ0RWrD3VQjULvzcgsISTaPMw_s3kHlEC4h4YKp0VM_DtAvXmHA35KKglDxHGmPXRJiKWY6AWTU_Hq-EK612cDkGlsBPHEhbi_M7MgQtzOEqqnyRgsf2Ss4ikJ-elMmKVC3mBDV6an_3GcK2QToC1EVlnccuBj88ssXc7NJywNrVT3BGQwBwBpUudZ2wWNRFzWllp7AvokfFZ3dATa0tWvGML1KkV59BBVO-0RAI5iWm5vCw"},
    {"PS256", "eyJhbGciOiAiUFMyNTYiLCAia2lkIjogInJzYSJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci50ZXN0Iiwic3ViIjoiYW5uIn0.yXuncEAK8H05G8Nog36JM9tCoKjk5DC0A21PKW1M5Rwsvmwr3vuxW3GIq8C-IoWKHhNTNrddX5CC6FPCTPZpNMX7DQd8BJ2teUUZVhYxrLByurWmmQrJNWAEVTSjxlQQK1MtNBcXnpnAjLg3F6yrhgjkIvzLUMhXGp4iG0srwweeyU5XRLI--GEPGPLETQAN6vPpd1K_TEHKTlYp_KEYZG58po0syTuEjO9rpopvj9AZmwiDNBqR2Xteq4d2IGjHupbKLxLt9Lf2d1OozyzDI4EtGH26me4PnL--Vg_YDMQxDgPtYnR4kXmxFp9ASu2i6KgMU0GfQjR0wOD2bzTohA"},
    {"PS512", "eyJhbGciOiAiUFM1MTIiLCAia2lkIjogInJzYSJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci50ZXN0Iiwic3ViIjoiYW5uIn0.jU9tzFexf4txynJDfDF46wOt32QyUsvLi0Ye7mwOhQRMB0EWVng_br-7TXbVlMrF5XQtgCwdxbKep-caj3B0EMeVO9-pNJAk4THWotSQErs-U-FgT7OExpbrvO9sRkGWHAlcSVU9NQ6Egx6Ua0pTOsynUg1TmTtxqenuTKVx4iEo4CwE7NkrIDgamBqMWa6krmA3dnp7ZeWWjhAxcXneLMHVZQy7RwP_mbNwIIaw-QSVW2oiCPAq9-gbkk9foCxfzdjpjbzM8lwhanaNVBJ5xFIjzJ9ND_Q11UI3vrZpIK-qGhFgWKiX_S3anC5Zh4IC7QQfiD_ZU2rPaRc46L_aAg"},
    {"ES256", "eyJhbGciOiAiRVMyNTYiLCAia2lkIjogIlAtMjU2In0.eyJpc3MiOiJodHRwczovL2lzc3Vlci50ZXN0Iiwic3ViIjoiYW5uIn0.G8d8l2ce_ITLq3P-UWhtnqQiaMUtYomXe_VZ_QHdRyAQUdBpJgeawru7-2PKPoUnChkHbUX36cosK83iKDj8Kg"},
    {"ES384", "eyJhbGciOiAiRVMzODQiLCAia2lkIjogIlAtMzg0In0.eyJpc3MiOiJodHRwczovL2lzc3Vlci50ZXN0Iiwic3ViIjoiYW5uIn0.edH9gdQLu9glffUr2sIAKmHUL3EN4JkSkQIKf7LMiRyNIb--HCMx_qJvV-xHv9EfC8bVpASxJqNErVIs8zhaq9qf5rqdXkXhqH364NfXDGFRTeYyGJi48hlb2xKnNrzL"},
    {"ES512", "eyJhbGciOiAiRVM1MTIiLCAia2lkIjogIlAtNTIxIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci50ZXN0Iiwic3ViIjoiYW5uIn0.AFtw8Z08-VhDu_a746ckIynEVBjoNIbrdfek8LtwxSKmdN92B9cst5z1Q-dFe5cEn2-bssSf-dAbU-HPnWKUBvmAAOyQaJ097Q4AwG4eXvwlv-qWKitoLdgtQkj3rGxvQzee-Lh1xY8pZTEObd25RsmaytHrGempGlQnmy4Ffj9OF_pc"},
};

}  // namespace

TEST_CASE("tokens of every algorithm verify with the issuer's keys, and only with an accepted one") {
    const auto keys = JwkSet::parse(kKeys);
    REQUIRE(keys.ok());
    CHECK(keys->size() == 4);
    for (const auto& [algorithm, token] : kTokens) {
        CAPTURE(algorithm);
        const auto claims = keys->verify(token, {"RS256", algorithm});
        REQUIRE(claims.ok());
        CHECK((*claims)["sub"].as_string() == "ann");
        CHECK_FALSE(keys->verify(token, {"RS256"}).ok());
        std::string changed = token;
        changed[token.find('.') + 5] = changed[token.find('.') + 5] == 'A' ? 'B' : 'A';
        CHECK_FALSE(keys->verify(changed, {algorithm}).ok());
        CHECK_FALSE(keys->verify(token.substr(0, token.size() - 4), {algorithm}).ok());
        CHECK(keys->has(unverified_kid(token)));
    }
}

TEST_CASE("keys that are weak, broken or of another kind are passed over, and other documents refused") {
    const auto keys = JwkSet::parse(R"({"keys":[{"kty":"oct","k":"AAAA"},{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},
                                                {"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},1,null]})");
    REQUIRE(keys.ok());
    CHECK(keys->size() == 0);
    for (const char* text : {"", "[]", "{}", R"({"keys":{}})"}) CHECK_FALSE(JwkSet::parse(text).ok());
    CHECK_FALSE(keys->verify("a.b.c", {"RS256"}).ok());
    CHECK_FALSE(keys->verify("eyJhbGciOiJub25lIn0.e30.", {"none"}).ok());
}
