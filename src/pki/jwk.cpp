#include "pki/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>

#include "base/encoding.h"
#include "json/parse.h"
#include "pki/jwt.h"
#include "pki/openssl_handles.h"

namespace skiff::pki {

struct JwkSet::Key {
    std::string kid, algorithm;    // algorithm "": any of its type
    KeyHandle key;
};

namespace {

constexpr size_t kTextMax = 1 << 20;
constexpr int kRsaBitsMin = 2048, kRsaBitsMax = 8192;

using BnPtr = std::unique_ptr<BIGNUM, Free<BN_free>>;
using BuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using SigPtr = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;

struct Algorithm {
    const char* name;
    const char* key_type;    // RSA, or the curve
    bool pss;
    const EVP_MD* (*digest)();
};
const Algorithm kAlgorithms[] = {
    {"RS256", "RSA", false, EVP_sha256}, {"RS384", "RSA", false, EVP_sha384}, {"RS512", "RSA", false, EVP_sha512},
    {"PS256", "RSA", true, EVP_sha256},  {"PS384", "RSA", true, EVP_sha384},  {"PS512", "RSA", true, EVP_sha512},
    {"ES256", "P-256", false, EVP_sha256}, {"ES384", "P-384", false, EVP_sha384}, {"ES512", "P-521", false, EVP_sha512},
};

const Algorithm* find_algorithm(std::string_view name) {
    for (const auto& algorithm : kAlgorithms)
        if (name == algorithm.name) return &algorithm;
    return nullptr;
}

BnPtr number(const json::Value& text) {
    const auto bytes = base64url_decode(text.as_string());
    if (!bytes || bytes->empty()) return nullptr;
    return BnPtr(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes->data()), static_cast<int>(bytes->size()), nullptr));
}

KeyHandle build(const char* type, OSSL_PARAM_BLD* builder) {
    ParamsPtr params(OSSL_PARAM_BLD_to_param(builder));
    KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    const bool made = params && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) == 1;
    if (!made) ERR_clear_error();
    return KeyHandle(key);
}

KeyHandle rsa_key(const json::Value& jwk) {
    BnPtr n = number(jwk["n"]), e = number(jwk["e"]);
    BuilderPtr builder(OSSL_PARAM_BLD_new());
    if (!n || !e || BN_num_bits(n.get()) < kRsaBitsMin || BN_num_bits(n.get()) > kRsaBitsMax || BN_num_bits(e.get()) > 64) return nullptr;
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    return build("RSA", builder.get());
}

size_t coordinate_bytes(std::string_view curve) { return curve == "P-256" ? 32 : curve == "P-384" ? 48 : curve == "P-521" ? 66 : 0; }

KeyHandle ec_key(const json::Value& jwk) {
    const std::string& curve = jwk["crv"].as_string();
    const size_t size = coordinate_bytes(curve);
    const auto x = base64url_decode(jwk["x"].as_string()), y = base64url_decode(jwk["y"].as_string());
    if (size == 0 || !x || !y || x->size() != size || y->size() != size) return nullptr;
    const std::string point = "\x04" + *x + *y;
    BuilderPtr builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.c_str(), 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    return build("EC", builder.get());
}

// r || s as JWS has it, to the DER that OpenSSL wants. "" when it has another length.
std::string ecdsa_der(std::string_view raw, size_t size) {
    if (raw.size() != 2 * size) return {};
    const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
    SigPtr sig(ECDSA_SIG_new());
    BIGNUM *r = BN_bin2bn(bytes, static_cast<int>(size), nullptr), *s = BN_bin2bn(bytes + size, static_cast<int>(size), nullptr);
    ECDSA_SIG_set0(sig.get(), r, s);
    unsigned char* out = nullptr;
    const int length = i2d_ECDSA_SIG(sig.get(), &out);
    if (length <= 0) return {};
    std::string der(reinterpret_cast<char*>(out), static_cast<size_t>(length));
    OPENSSL_free(out);
    return der;
}

bool signed_by(EVP_PKEY* key, const Algorithm& algorithm, std::string_view message, std::string_view raw_signature) {
    const bool rsa = std::string_view(algorithm.key_type) == "RSA";
    if (EVP_PKEY_is_a(key, "RSA") != rsa) return false;
    const std::string signature = rsa ? std::string(raw_signature) : ecdsa_der(raw_signature, coordinate_bytes(algorithm.key_type));
    if (signature.empty()) return false;
    MdCtxPtr context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    bool good = EVP_DigestVerifyInit(context.get(), &parameters, algorithm.digest(), nullptr, key) == 1;
    if (good && algorithm.pss)
        good = EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 && EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1;
    good = good && EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                                    reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1;
    if (!good) ERR_clear_error();
    return good;
}

// The curve of a key decides too: an ES256 signature by a P-384 key is none.
bool fits(EVP_PKEY* key, const Algorithm& algorithm) {
    const size_t size = coordinate_bytes(algorithm.key_type);
    return size == 0 || (EVP_PKEY_get_bits(key) + 7) / 8 == static_cast<int>(size);
}

}  // namespace

bool JwkSet::known_algorithm(std::string_view name) { return find_algorithm(name) != nullptr; }

Result<JwkSet> JwkSet::parse(std::string_view text) {
    if (text.size() > kTextMax) return error(Reason::Invalid, "the key set is too long");
    const auto document = TRY(json::parse(text, {.depth_max = 16}));
    if (!document["keys"].is_array()) return error(Reason::Invalid, "is no key set");
    JwkSet set;
    for (const auto& jwk : document["keys"].items()) {
        if (jwk.has("use") && jwk["use"].as_string() != "sig") continue;
        auto key = jwk["kty"].as_string() == "RSA" ? rsa_key(jwk) : jwk["kty"].as_string() == "EC" ? ec_key(jwk) : KeyHandle();
        if (!key) continue;
        if (set.keys_.size() == kKeysMax) return error(Reason::Invalid, "more than {} keys", kKeysMax);
        set.keys_.push_back(std::make_shared<const Key>(Key{jwk["kid"].as_string(), jwk["alg"].as_string(), std::move(key)}));
    }
    return set;
}

bool JwkSet::has(std::string_view kid) const {
    return std::any_of(keys_.begin(), keys_.end(), [&](const auto& key) { return key->kid == kid; });
}

Result<json::Value> JwkSet::verify(std::string_view token, const std::vector<std::string>& algorithms) const {
    const auto parts = TRY(split_jwt(token));
    const auto wanted = parts.header["alg"].as_string();
    const Algorithm* algorithm = find_algorithm(wanted);
    if (!algorithm || std::find(algorithms.begin(), algorithms.end(), wanted) == algorithms.end())
        return error(Reason::Unauthorized, "the token is signed with an algorithm that is not accepted");
    if (parts.header.has("crit")) return error(Reason::Unauthorized, "unknown critical header");
    const std::string& kid = parts.header["kid"].as_string();
    for (const auto& key : keys_) {
        if ((!kid.empty() && key->kid != kid) || (!key->algorithm.empty() && key->algorithm != wanted) || !fits(key->key.get(), *algorithm)) continue;
        if (signed_by(key->key.get(), *algorithm, parts.signed_text, parts.signature)) return unverified_claims(token);
    }
    return error(Reason::Unauthorized, "failed to verify signature");
}

std::string unverified_kid(std::string_view token) {
    const auto parts = split_jwt(token);
    return parts.ok() ? parts->header["kid"].as_string() : std::string();
}

}  // namespace skiff::pki
