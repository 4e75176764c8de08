// JSON Web Tokens as Kubernetes' service accounts use them: ES256 (what skiff signs) and RS256 (keys that users bring). Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "json/value.h"
#include "pki/key.h"

namespace skiff::pki {

inline constexpr size_t kJwtBytesMax = 16 << 10;

class JwtSigner {
public:
    explicit JwtSigner(PrivateKey key);
    static Result<JwtSigner> from_pem(std::string_view key_pem);
    const std::string& kid() const { return kid_; }
    Result<std::string> sign(const json::Value& claims) const;
    const PublicKey& public_key() const { return key_.public_key(); }

private:
    PrivateKey key_;
    std::string kid_;
};

class JwtVerifier {
public:
    // Several while a key is being replaced. Each PEM is a public key, certificate or private key.
    static Result<JwtVerifier> from_pems(const std::vector<std::string>& pems);
    explicit JwtVerifier(std::vector<PublicKey> keys);
    // The claims of a token that one of the keys signed. Looks at no claim: see check_times(). Unauthorized otherwise.
    Result<json::Value> verify(std::string_view token) const;
    // {"keys":[...]}: what /openid/v1/jwks answers.
    json::Value jwks() const;

private:
    struct Entry {
        PublicKey key;
        std::string kid;
    };
    std::vector<Entry> keys_;
};

// exp and nbf against now; exp is required. Unauthorized when out of time.
Status check_times(const json::Value& claims, WallTime now);

// Claims without any check, to see who issued a token before choosing the verifier.
Result<json::Value> unverified_claims(std::string_view token);

// The parts of a token in the compact form, decoded but not checked. signed_text is a view of the token.
struct JwtParts {
    std::string_view signed_text;
    json::Value header;
    std::string signature;
};
Result<JwtParts> split_jwt(std::string_view token);

// base64url of the SHA-256 of the key's SubjectPublicKeyInfo, as kube-apiserver names its keys.
std::string key_id(const PublicKey& key);

}  // namespace skiff::pki
