// X.509 client certificates: the subject's CN is the user, its Os are the groups; and front proxies, whose certificates may speak for
// others. The TLS layer checked the chain against both CAs together; here it is decided which one signed. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "server/apiserver/authn/authenticator.h"

namespace skiff::apiserver {

// Whether a CA bundle signed a certificate; verdicts are remembered by fingerprint, since connections are reused.
class SignerCheck {
public:
    SignerCheck(std::string ca_pem, Clock& clock) : ca_pem_(std::move(ca_pem)), clock_(clock) {}
    bool signed_by_us(const net::PeerCertificate& certificate);

private:
    static constexpr size_t kRememberedMax = 1024;
    std::string ca_pem_;
    Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, bool> known_;   // by sha256 of the certificate
};

std::shared_ptr<Authenticator> make_certificate_authenticator(std::string client_ca_pem, Clock& clock);

// X-Remote-User, X-Remote-Group, X-Remote-Uid, X-Remote-Extra-*, believed when the certificate is signed by ca_pem and its CN is one of names
// (empty: any).
std::shared_ptr<Authenticator> make_request_header_authenticator(std::string ca_pem, std::vector<std::string> names, Clock& clock);

}  // namespace skiff::apiserver
