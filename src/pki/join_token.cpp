#include "pki/join_token.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/random.h"

namespace skiff::pki {

namespace {

constexpr std::string_view kPrefix = "K10";
constexpr std::string_view kSeparator = "::";
constexpr size_t kHashCharacters = 64;
constexpr size_t kTokenBytesMax = 4096;
constexpr std::string_view kBootstrapAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr size_t kBootstrapIdCharacters = 6, kBootstrapSecretCharacters = 16;

bool all_of_alphabet(std::string_view text) { return text.find_first_not_of(kBootstrapAlphabet) == std::string_view::npos; }

std::string random_text(size_t count) {
    std::string out;
    while (out.size() < count) {
        // Bytes from 252 on would make the first letters more likely.
        for (const unsigned char byte : random_bytes(count)) {
            if (byte < 252 && out.size() < count) out += kBootstrapAlphabet[byte % kBootstrapAlphabet.size()];
        }
    }
    return out;
}

}  // namespace

std::string JoinToken::text() const {
    std::string out;
    if (!ca_sha256_hex.empty()) out = std::string(kPrefix) + ca_sha256_hex + std::string(kSeparator);
    if (!user.empty()) out += user + ":";
    return out + secret;
}

Result<JoinToken> parse_join_token(std::string_view text) {
    if (text.empty() || text.size() > kTokenBytesMax) return error(Reason::BadRequest, "the token is empty or too long");
    if (text.find_first_of(" \t\r\n") != std::string_view::npos) return error(Reason::BadRequest, "the token holds white space");
    JoinToken out;
    if (text.starts_with(kPrefix) && text.find(kSeparator) != std::string_view::npos) {
        const size_t end = text.find(kSeparator);
        const std::string_view hash = text.substr(kPrefix.size(), end - kPrefix.size());
        if (hash.size() != kHashCharacters || hash.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
            return error(Reason::BadRequest, "the CA hash of the token must be {} hexadecimal characters", kHashCharacters);
        }
        out.ca_sha256_hex = std::string(hash);
        text = text.substr(end + kSeparator.size());
    }
    BootstrapToken bootstrap;
    if (parse_bootstrap_token(text, bootstrap)) {
        out.bootstrap = true;
        out.secret = std::string(text);
        return out;
    }
    if (const size_t colon = text.find(':'); colon != std::string_view::npos) {
        out.user = std::string(text.substr(0, colon));
        text = text.substr(colon + 1);
    } else if (!out.ca_sha256_hex.empty()) {
        return error(Reason::BadRequest, "after the CA hash the token must have user:secret or a bootstrap token");
    }
    if (text.empty()) return error(Reason::BadRequest, "the token has no secret");
    out.secret = std::string(text);
    return out;
}

std::string ca_bundle_sha256(std::string_view ca_pem) { return sha256_hex(ca_pem); }

bool parse_bootstrap_token(std::string_view text, BootstrapToken& out) {
    if (text.size() != kBootstrapIdCharacters + 1 + kBootstrapSecretCharacters || text[kBootstrapIdCharacters] != '.') return false;
    const std::string_view id = text.substr(0, kBootstrapIdCharacters), secret = text.substr(kBootstrapIdCharacters + 1);
    if (!all_of_alphabet(id) || !all_of_alphabet(secret)) return false;
    out = {std::string(id), std::string(secret)};
    return true;
}

BootstrapToken random_bootstrap_token() { return {random_text(kBootstrapIdCharacters), random_text(kBootstrapSecretCharacters)}; }

std::string random_secret() { return hex_encode(random_bytes(16)); }

bool same_secret(std::string_view a, std::string_view b) {
    // Of equal length whatever was given, and not to be guessed byte by byte.
    const std::string x = sha256_hex(a), y = sha256_hex(b);
    unsigned char differs = 0;
    for (size_t i = 0; i < x.size(); ++i) differs |= static_cast<unsigned char>(x[i] ^ y[i]);
    return differs == 0;
}

}  // namespace skiff::pki
