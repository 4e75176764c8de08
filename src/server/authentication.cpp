#include "server/authentication.h"

#include "base/hash.h"
#include "base/log.h"
#include "server/apiserver/authn/chain.h"
#include "server/apiserver/authn/oidc.h"
#include "server/apiserver/authn/token_webhook.h"
#include "server/apiserver/authz/bootstrap_policy.h"
#include "server/apiserver/authz/chain.h"
#include "server/apiserver/authz/escalation.h"
#include "server/apiserver/authz/param_access.h"
#include "server/apiserver/authz/rbac.h"

namespace skiff::server {

namespace {

// Keeps the date of a token's last use at its Secret, as the cleaner of such tokens reads it.
std::function<void(const api::Meta&, const std::string&)> token_use_writer(apiserver::ApiServer& api) {
    apiserver::User user;
    user.name = "system:apiserver";
    auto client = api.local_client(user, apiserver::ApiServer::Authorize::No);
    return [client, pool = api.core().pool](const api::Meta& secret, const std::string& today) {
        (void)pool->submit([client, ns = secret.ns, name = secret.name, uid = secret.uid, today] {
            auto labels = json::Value::object({{apiserver::kLastUsedLabel, today}});
            auto written = client->patch({"", "v1", "secrets"}, ns, name, client::PatchType::Merge, json::Value::object({{"metadata", json::Value::object({{"uid", uid}, {"labels", labels}})}}));
            if (!written.ok()) log::warn("server", "use of a service account token not noted", {{"secret", ns + "/" + name}, {"error", written.status().message()}});
        });
    };
}

}  // namespace

Result<std::shared_ptr<apiserver::ServiceAccountIssuer>> prepare_authentication(const ServerPki& pki, const ServerOptions& options, const ApiSettings& settings, Clock& clock,
                                                                                apiserver::ApiServerOptions& api) {
    auto issuer = TRY(apiserver::ServiceAccountIssuer::create(pki.service_account_key_pem, settings.service_accounts, clock));
    const auto address = options.advertise_address.empty() ? options.node_ip : options.advertise_address;
    const auto keys_url = fmt::format("https://{}:{}/openid/v1/jwks", address, options.https_listen_port);
    api.tokens = issuer;
    api.issuer.configuration = [issuer, keys_url] { return issuer->discovery(keys_url); };
    api.issuer.keys = [issuer] { return issuer->jwks(); };
    api.bootstrap_objects = apiserver::bootstrap_policy_objects();
    api.admission = settings.admission;
    // A bad policy file stops the server; a folder that cannot be written does not.
    auto where = settings.audit;
    where.folder = options.data_dir + "/server/audit";
    auto audit = apiserver::audit::AuditLog::open(where);
    const bool asked = !where.path.empty() || !where.policy_file.empty();
    if (audit.ok()) api.audit = std::move(audit).value();
    else if (asked || audit.status().reason() == Reason::Invalid) return std::move(audit).status();
    else log::warn("server", "no audit log", {{"error", audit.status().message()}});
    return issuer;
}

Status finish_authentication(apiserver::ApiServer& api, const ServerPki& pki, const JoinSecrets& secrets, const ApiSettings& settings, net::IoThreads& io, Clock& clock) {
    apiserver::AuthenticationOptions authentication;
    authentication.client_ca_pem = pki.client_ca.certificate_pem();
    authentication.request_header_ca_pem = pki.request_header_ca.certificate_pem();
    authentication.request_header_names = {"system:auth-proxy"};
    authentication.service_account_key_pems = {pki.service_account_key_pem};
    authentication.agent_secret_sha256 = sha256_hex(secrets.agent_secret);
    authentication.server_secret_sha256 = sha256_hex(secrets.server_secret);
    authentication.service_accounts = settings.service_accounts;
    if (settings.static_tokens) authentication.foreign.push_back(settings.static_tokens);
    authentication.service_accounts.token_used = token_use_writer(api);
    for (const auto& issuer : settings.authentication.issuers) authentication.foreign.push_back(TRY(apiserver::make_oidc_authenticator(issuer, io, clock)));
    if (settings.token_webhook) {
        auto webhook = *settings.token_webhook;
        webhook.audiences = settings.service_accounts.api_audiences();
        authentication.foreign.push_back(TRY(apiserver::make_token_webhook(webhook, io, clock)));
    }
    authentication.anonymous = settings.authentication.anonymous;
    authentication.anonymous_paths = settings.authentication.anonymous_paths;
    api.set_authenticators(TRY(apiserver::make_authenticators(authentication, api.reader(), clock)));
    auto rbac = std::make_shared<apiserver::Rbac>(api.reader());
    auto authorizer = apiserver::make_authorizer(rbac, api.reader());
    api.set_authorizer(authorizer);
    api.set_rule_resolver(rbac);
    api.core().admission.add(apiserver::make_rbac_escalation_check(rbac, authorizer));
    api.core().admission.add(apiserver::make_param_access_check(api.core().kinds, api.reader(), authorizer));
    return {};
}

}  // namespace skiff::server
