// JwkSet: the public keys of a foreign issuer of tokens (RFC 7517), and tokens that one of them signed (RFC 7515, 7518): RSA with PKCS#1 v1.5
// or PSS, and ECDSA on P-256, P-384 and P-521. Immutable; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "json/value.h"

namespace skiff::pki {

class JwkSet {
public:
    static constexpr size_t kKeysMax = 64;

    // {"keys":[...]}. Keys of a kind that signs nothing we take are passed over.
    static Result<JwkSet> parse(std::string_view text);
    static bool known_algorithm(std::string_view name);   // RS256 ... ES512
    bool has(std::string_view kid) const;
    size_t size() const { return keys_.size(); }
    // The claims of a token that one of the keys signed with one of the algorithms; looks at no claim. Unauthorized otherwise.
    Result<json::Value> verify(std::string_view token, const std::vector<std::string>& algorithms) const;

private:
    struct Key;
    std::vector<std::shared_ptr<const Key>> keys_;
};

// The kid in a token's header, "" without one. The token is not checked.
std::string unverified_kid(std::string_view token);

}  // namespace skiff::pki
