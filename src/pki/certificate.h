// Reading X.509 certificates and signing requests. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"

namespace skiff::pki {

// Subject and alternative names, as a certificate or a request carries them.
struct Names {
    std::string common_name;
    std::vector<std::string> organizations;
    std::vector<std::string> dns;
    std::vector<std::string> ips;            // text form
};

struct CertificateInfo {
    Names names;
    std::string issuer_common_name;
    std::string serial_hex;
    int64_t not_before_s = 0, not_after_s = 0;   // Unix seconds
    bool is_ca = false;
    bool server_auth = false, client_auth = false;
    std::string sha256_hex;                  // of the DER bytes
    std::string pem;
};

Result<CertificateInfo> parse_certificate(std::string_view pem);                      // the first one
Result<std::vector<CertificateInfo>> parse_certificates(std::string_view bundle_pem); // all; at least one

struct CsrInfo {
    Names names;
    std::string public_key_pem;
};
// Invalid when the request is not signed by its own key.
Result<CsrInfo> parse_csr(std::string_view pem);

enum class Purpose { Server, Client };
// Chain (the leaf first, then intermediates), validity at now, and purpose. Unauthorized with the reason.
Status verify_certificate(std::string_view chain_pem, std::string_view ca_pem, WallTime now, Purpose purpose);

// True when less than a third of its life is left (or it has not begun): time to issue another one.
bool needs_renewal(const CertificateInfo& certificate, WallTime now);

}  // namespace skiff::pki
