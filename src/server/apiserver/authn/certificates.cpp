#include "server/apiserver/authn/certificates.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/strings.h"
#include "pki/certificate.h"
#include "server/apiserver/authn/bearer.h"

namespace skiff::apiserver {

namespace {

constexpr char kCredentialId[] = "authentication.kubernetes.io/credential-id";

class CertificateAuthenticator : public Authenticator {
public:
    CertificateAuthenticator(std::string ca_pem, Clock& clock) : check_(std::move(ca_pem), clock) {}

    Result<std::optional<User>> authenticate(const net::Request& request) override {
        if (!request.certificate_error.empty()) return unauthorized();
        if (!request.certificate || request.certificate->common_name.empty() || !check_.signed_by_us(*request.certificate)) return std::optional<User>();
        User user;
        user.name = request.certificate->common_name;
        user.groups = request.certificate->organizations;
        user.extra[kCredentialId] = {"X509SHA256=" + request.certificate->sha256_hex};
        return std::optional<User>(std::move(user));
    }

private:
    SignerCheck check_;
};

class RequestHeaderAuthenticator : public Authenticator {
public:
    RequestHeaderAuthenticator(std::string ca_pem, std::vector<std::string> names, Clock& clock) : check_(std::move(ca_pem), clock), names_(std::move(names)) {}

    Result<std::optional<User>> authenticate(const net::Request& request) override {
        const std::string& name = request.headers.get("X-Remote-User");
        if (name.empty() || !request.certificate || !check_.signed_by_us(*request.certificate)) return std::optional<User>();
        if (!names_.empty() && std::find(names_.begin(), names_.end(), request.certificate->common_name) == names_.end()) return unauthorized();
        User user;
        user.name = name;
        user.uid = request.headers.get("X-Remote-Uid");
        user.groups = request.headers.all("X-Remote-Group");
        constexpr std::string_view kExtra = "x-remote-extra-";
        for (const auto& [header, value] : request.headers.entries()) {
            std::string key = lower(header);
            if (key.compare(0, kExtra.size(), kExtra) != 0) continue;
            key = key.substr(kExtra.size());
            user.extra[percent_decode(key).value_or(key)].push_back(value);
        }
        return std::optional<User>(std::move(user));
    }

private:
    SignerCheck check_;
    std::vector<std::string> names_;
};

}  // namespace

bool SignerCheck::signed_by_us(const net::PeerCertificate& certificate) {
    // A certificate that ran out during its connection is refused too.
    if (certificate.not_after_s != 0 && clock_.now() > WallTime(std::chrono::seconds(certificate.not_after_s))) return false;
    std::lock_guard lock(mutex_);
    auto found = known_.find(certificate.sha256_hex);
    if (found != known_.end()) return found->second;
    bool ours = pki::verify_certificate(certificate.pem, ca_pem_, clock_.now(), pki::Purpose::Client).ok();
    if (known_.size() >= kRememberedMax) known_.clear();
    known_[certificate.sha256_hex] = ours;
    return ours;
}

std::shared_ptr<Authenticator> make_certificate_authenticator(std::string client_ca_pem, Clock& clock) {
    return std::make_shared<CertificateAuthenticator>(std::move(client_ca_pem), clock);
}

std::shared_ptr<Authenticator> make_request_header_authenticator(std::string ca_pem, std::vector<std::string> names, Clock& clock) {
    return std::make_shared<RequestHeaderAuthenticator>(std::move(ca_pem), std::move(names), clock);
}

}  // namespace skiff::apiserver
