// Certificate authorities: skiff makes its own on first start and signs every certificate of the cluster with them. EC P-256, SHA-256.
// Immutable once made; any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "pki/certificate.h"
#include "pki/key.h"

namespace skiff::pki {

inline constexpr std::chrono::hours kCaValidity{24 * 3650};
inline constexpr std::chrono::hours kCertificateValidity{24 * 365};
inline constexpr std::chrono::hours kBackdate{1};   // for machines whose clock is behind

struct KeyPair {
    std::string certificate_pem, key_pem;
};

struct IssueOptions {
    Names names;
    bool server_auth = false, client_auth = false;
    std::chrono::seconds validity = kCertificateValidity;   // never beyond the CA's own
    std::chrono::seconds backdate = kBackdate;              // never before the CA's own
};

class CertificateAuthority {
public:
    static Result<CertificateAuthority> create(const std::string& common_name, WallTime now, std::chrono::seconds validity = kCaValidity);
    static Result<CertificateAuthority> load(std::string_view certificate_pem, std::string_view key_pem);

    const std::string& certificate_pem() const { return certificate_pem_; }
    std::string key_pem() const { return key_.pem(); }

    Result<KeyPair> issue(const IssueOptions& options, WallTime now) const;                  // with a new key
    // A certificate for somebody else's key. What it says comes from options alone: read the request with parse_csr() and decide.
    Result<std::string> sign(std::string_view public_key_pem, const IssueOptions& options, WallTime now) const;

private:
    std::string certificate_pem_;
    PrivateKey key_;
};

// A signing request for key with these names.
Result<std::string> make_csr(const PrivateKey& key, const Names& names);

}  // namespace skiff::pki
