#include "server/server_pki.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "pki/certificate.h"
#include "pki/join_token.h"
#include "pki/key.h"

namespace skiff::server {

namespace {

Result<pki::CertificateAuthority> ensure_ca(const std::string& folder, const std::string& name, Clock& clock) {
    const auto certificate = folder + "/" + name + ".crt", key = folder + "/" + name + ".key";
    if (file::exists(certificate) && file::exists(key))
        return pki::CertificateAuthority::load(TRY(file::read(certificate)), TRY(file::read(key))).context("{}", certificate);
    auto made = TRY(pki::CertificateAuthority::create("skiff-" + name, clock.now()));
    // The key first: a certificate without its key would stop the next start.
    TRY(file::write_atomic(key, made.key_pem()));
    TRY(file::write_atomic(certificate, made.certificate_pem()));
    return made;
}

bool same_names(std::vector<std::string> a, std::vector<std::string> b) {
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
}

// A stored leaf is good when it has the wanted names, is by this CA and not near its end.
bool usable(const std::string& pem, const pki::IssueOptions& wanted, const pki::CertificateAuthority& ca, WallTime now) {
    auto info = pki::parse_certificate(pem);
    if (!info.ok() || pki::needs_renewal(*info, now)) return false;
    if (info->names.common_name != wanted.names.common_name || !same_names(info->names.dns, wanted.names.dns) ||
        !same_names(info->names.ips, wanted.names.ips))
        return false;
    return pki::verify_certificate(pem, ca.certificate_pem(), now, wanted.server_auth ? pki::Purpose::Server : pki::Purpose::Client).ok();
}

Result<pki::KeyPair> ensure_leaf(const std::string& folder, const std::string& name, const pki::CertificateAuthority& ca,
                                 const pki::IssueOptions& options, Clock& clock) {
    const auto certificate = folder + "/" + name + ".crt", key = folder + "/" + name + ".key";
    auto stored = file::read(certificate), stored_key = file::read(key);
    if (stored.ok() && stored_key.ok() && usable(*stored, options, ca, clock.now())) return pki::KeyPair{*stored, *stored_key};
    auto issued = TRY(ca.issue(options, clock.now()).context("issue {}", name));
    TRY(file::write_atomic(key, issued.key_pem));
    TRY(file::write_atomic(certificate, issued.certificate_pem));
    return issued;
}

pki::IssueOptions client(const std::string& common_name, std::vector<std::string> organizations = {}) {
    pki::IssueOptions options;
    options.names.common_name = common_name;
    options.names.organizations = std::move(organizations);
    options.client_auth = true;
    return options;
}

// The bare secret out of any form of a token.
Result<std::string> secret_of(const std::string& token, const char* flag) {
    auto parsed = TRY(pki::parse_join_token(token).context("{}", flag));
    if (parsed.bootstrap) return error(Reason::BadRequest, "{}: a bootstrap token cannot be the cluster's own token", flag);
    return parsed.secret;
}

Result<std::string> ensure_secret(const std::string& path, const std::string& given, const char* flag, const std::string& fallback) {
    std::string wanted;
    if (!given.empty()) wanted = TRY(secret_of(given, flag));
    if (file::exists(path)) {
        auto stored = TRY(secret_of(std::string(trim(TRY(file::read(path, 4096)))), path.c_str()));
        if (!wanted.empty() && !pki::same_secret(stored, wanted))
            return error(Reason::Conflict, "{} differs from the token that this cluster was made with ({}); use that one", flag, path);
        return stored;
    }
    if (!wanted.empty()) return wanted;
    return fallback.empty() ? pki::random_secret() : fallback;
}

}  // namespace

Result<ServerPki> ensure_pki(const std::string& folder, const pki::Names& serving_names, Clock& clock) {
    TRY(file::make_dirs(folder, 0700));
    ::chmod(folder.c_str(), 0700);
    ServerPki pki{TRY(ensure_ca(folder, "server-ca", clock)), TRY(ensure_ca(folder, "client-ca", clock)),
                  TRY(ensure_ca(folder, "request-header-ca", clock)), TRY(ensure_ca(folder, "kubelet-ca", clock)), {}, {}, {}, {}, {}, {}, {}};
    const auto key_path = folder + "/service.key";
    if (!file::exists(key_path)) TRY(file::write_atomic(key_path, TRY(pki::PrivateKey::generate()).pem()));
    pki.service_account_key_pem = TRY(file::read(key_path));

    pki::IssueOptions serving;
    serving.names = serving_names;
    serving.server_auth = true;
    pki.serving = TRY(ensure_leaf(folder, "serving-kube-apiserver", pki.server_ca, serving, clock));
    pki.kubelet_client = TRY(ensure_leaf(folder, "client-kube-apiserver", pki.client_ca, client("kube-apiserver-kubelet-client", {"system:masters"}), clock));
    pki.admin = TRY(ensure_leaf(folder, "client-admin", pki.client_ca, client("system:admin", {"system:masters"}), clock));
    pki.controllers = TRY(ensure_leaf(folder, "client-controller", pki.client_ca, client("system:kube-controller-manager"), clock));
    pki.scheduler = TRY(ensure_leaf(folder, "client-scheduler", pki.client_ca, client("system:kube-scheduler"), clock));
    pki.proxy_client = TRY(ensure_leaf(folder, "client-auth-proxy", pki.request_header_ca, client("system:auth-proxy"), clock));
    return pki;
}

Result<JoinSecrets> ensure_join_secrets(const std::string& folder, const std::string& token, const std::string& agent_token,
                                        const std::string& server_ca_pem) {
    JoinSecrets secrets;
    secrets.server_secret = TRY(ensure_secret(folder + "/token", token, "--token", ""));
    secrets.agent_secret = TRY(ensure_secret(folder + "/agent-token", agent_token, "--agent-token", secrets.server_secret));
    const auto hash = pki::ca_bundle_sha256(server_ca_pem);
    secrets.server_token = pki::JoinToken{hash, "server", secrets.server_secret}.text();
    secrets.agent_token = pki::JoinToken{hash, "node", secrets.agent_secret}.text();
    TRY(file::write_atomic(folder + "/token", secrets.server_token + "\n"));
    TRY(file::write_atomic(folder + "/agent-token", secrets.agent_token + "\n"));
    TRY(file::write_atomic(folder + "/node-token", secrets.agent_token + "\n"));
    return secrets;
}

}  // namespace skiff::server
