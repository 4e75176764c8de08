// What of --kube-apiserver-arg concerns us: how requests are authenticated and audited, and which admission plugins run. Names are
// kube-apiserver's. Pure but for the files that it reads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/feature_gates.h"
#include "base/status.h"
#include "server/apiserver/admission/settings.h"
#include "server/apiserver/audit/audit_log.h"
#include "server/apiserver/authn/authenticator.h"
#include "server/apiserver/authn/jwt_issuers.h"
#include "server/apiserver/authn/service_accounts.h"
#include "server/apiserver/authn/token_webhook.h"

namespace skiff::server {

struct ApiSettings {
    apiserver::AuthenticationConfig authentication;                 // issuers, anonymous access
    std::optional<apiserver::TokenWebhookOptions> token_webhook;
    std::shared_ptr<apiserver::Authenticator> static_tokens;        // null without a file
    apiserver::ServiceAccountOptions service_accounts;
    apiserver::audit::AuditOptions audit;                           // folder "": the default one
    apiserver::AdmissionSettings admission;
    api::FeatureGates gates;
    std::vector<api::GroupVersion> served;                          // optional versions that runtime-config asks for
};

// BadRequest that names the argument: an unknown name, a bad value, a file that cannot be read.
Result<ApiSettings> api_settings(const std::vector<std::string>& args);

}  // namespace skiff::server
