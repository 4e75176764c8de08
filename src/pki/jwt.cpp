#include "pki/jwt.h"

#include "base/encoding.h"
#include "base/hash.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::pki {

namespace {

constexpr int kDepthMax = 32;

const char* algorithm(KeyType type) { return type == KeyType::EcP256 ? "ES256" : "RS256"; }

Status bad(const char* why) { return error(Reason::Unauthorized, "invalid bearer token: {}", why); }

struct Parts {
    std::string_view signed_text;      // header.payload
    std::string_view header, payload, signature;
};

Result<Parts> take_apart(std::string_view token) {
    if (token.size() > kJwtBytesMax) return bad("too long");
    const size_t first = token.find('.');
    const size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return bad("not three parts");
    return Parts{token.substr(0, second), token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1)};
}

Result<json::Value> decode_object(std::string_view part) {
    const auto text = base64url_decode(part);
    if (!text) return bad("bad base64");
    auto value = json::parse(*text, {.depth_max = kDepthMax});
    if (!value.ok() || !value->is_object()) return bad("bad JSON");
    return value;
}

}  // namespace

std::string key_id(const PublicKey& key) {
    Sha256 hash;
    hash.update(key.der());
    return base64url_encode(hash.digest());
}

JwtSigner::JwtSigner(PrivateKey key) : key_(std::move(key)), kid_(key_id(key_.public_key())) {}

Result<JwtSigner> JwtSigner::from_pem(std::string_view key_pem) { return JwtSigner(TRY(PrivateKey::from_pem(key_pem))); }

Result<std::string> JwtSigner::sign(const json::Value& claims) const {
    const json::Value header = json::Value::object({{"alg", algorithm(key_.type())}, {"kid", kid_}});
    std::string text = base64url_encode(json::write(header)) + "." + base64url_encode(json::write(claims));
    const std::string signature = TRY(key_.sign(text));
    return text + "." + base64url_encode(signature);
}

JwtVerifier::JwtVerifier(std::vector<PublicKey> keys) {
    for (auto& key : keys) {
        std::string kid = key_id(key);
        keys_.push_back({std::move(key), std::move(kid)});
    }
}

Result<JwtVerifier> JwtVerifier::from_pems(const std::vector<std::string>& pems) {
    std::vector<PublicKey> keys;
    for (const std::string& pem : pems) keys.push_back(TRY(PublicKey::from_pem(pem)));
    return JwtVerifier(std::move(keys));
}

Result<json::Value> JwtVerifier::verify(std::string_view token) const {
    const Parts parts = TRY(take_apart(token));
    const json::Value header = TRY(decode_object(parts.header));
    const auto signature = base64url_decode(parts.signature);
    if (!signature) return bad("bad base64");
    if (header.has("crit")) return bad("unknown critical header");
    const std::string& alg = header["alg"].as_string();
    const std::string& kid = header["kid"].as_string();
    for (const Entry& entry : keys_) {
        // The key decides the algorithm, never the token.
        if (alg != algorithm(entry.key.type()) || (!kid.empty() && kid != entry.kid)) continue;
        if (entry.key.verify(parts.signed_text, *signature)) return decode_object(parts.payload);
    }
    return bad("signature does not verify");
}

json::Value JwtVerifier::jwks() const {
    json::Value list = json::Value::array();
    for (const Entry& entry : keys_) {
        const auto [a, b] = entry.key.numbers();
        json::Value key = json::Value::object({{"use", "sig"}, {"kid", entry.kid}, {"alg", algorithm(entry.key.type())}});
        if (entry.key.type() == KeyType::EcP256) {
            key.set("kty", "EC");
            key.set("crv", "P-256");
            key.set("x", base64url_encode(a));
            key.set("y", base64url_encode(b));
        } else {
            key.set("kty", "RSA");
            key.set("n", base64url_encode(a));
            key.set("e", base64url_encode(b));
        }
        list.push_back(std::move(key));
    }
    json::Value out = json::Value::object();
    out.set("keys", std::move(list));
    return out;
}

Status check_times(const json::Value& claims, WallTime now) {
    const double now_s = std::chrono::duration<double>(now.time_since_epoch()).count();
    if (!claims["exp"].is_number()) return bad("no expiry");
    if (now_s >= claims["exp"].as_double()) return bad("token has expired");
    if (claims.has("nbf") && now_s < claims["nbf"].as_double()) return bad("token is not valid yet");
    return {};
}

Result<json::Value> unverified_claims(std::string_view token) {
    const Parts parts = TRY(take_apart(token));
    return decode_object(parts.payload);
}

Result<JwtParts> split_jwt(std::string_view token) {
    const Parts parts = TRY(take_apart(token));
    auto signature = base64url_decode(parts.signature);
    if (!signature) return bad("bad base64");
    return JwtParts{parts.signed_text, TRY(decode_object(parts.header)), std::move(*signature)};
}

}  // namespace skiff::pki
