// Tokens with which a machine joins. The long form carries the hash of the server's CA, so that the first contact cannot be
// intercepted: K10<sha256>::<user>:<secret>, or K10<sha256>::<id>.<secret> for a bootstrap token. The short forms leave out K10...::
// and trust the first answer. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace skiff::pki {

struct JoinToken {
    std::string ca_sha256_hex;     // "" in the short forms
    std::string user;              // "server", "node", ...; "" for a bootstrap token and for a bare secret
    std::string secret;            // of a bootstrap token: <id>.<secret>
    bool bootstrap = false;

    std::string text() const;
};

// BadRequest with what is wrong; never repeats the secret.
Result<JoinToken> parse_join_token(std::string_view text);

// Hash of the CA bundle exactly as /cacerts serves it.
std::string ca_bundle_sha256(std::string_view ca_pem);

// Bootstrap tokens (Kubernetes reference, "Authenticating with Bootstrap Tokens"): [a-z0-9]{6}.[a-z0-9]{16}
struct BootstrapToken {
    std::string id, secret;
};
bool parse_bootstrap_token(std::string_view text, BootstrapToken& out);
BootstrapToken random_bootstrap_token();

std::string random_secret();       // 32 hexadecimal characters

// Takes the same time wherever the two differ.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace skiff::pki
