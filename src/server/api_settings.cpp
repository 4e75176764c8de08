#include "server/api_settings.h"

#include <algorithm>
#include <functional>
#include <map>

#include "api/kind.h"
#include "api/timestamp.h"
#include "base/file.h"
#include "base/strings.h"
#include "json/yaml.h"
#include "server/apiserver/authn/static_tokens.h"

namespace skiff::server {

namespace {

constexpr size_t kFileBytesMax = 1 << 20;

Status bad(const std::string& name, std::string_view why) { return error(Reason::BadRequest, "--kube-apiserver-arg {}: {}", name, why); }

Result<bool> boolean(const std::string& name, const std::string& value) {
    if (value == "true" || value.empty()) return true;
    if (value == "false") return false;
    return bad(name, "true or false");
}

Result<int64_t> number(const std::string& name, const std::string& value) {
    const auto parsed = parse_int(value);
    if (!parsed || *parsed < 0) return bad(name, "must be a number");
    return *parsed;
}

// The --oidc-* flags, collected.
struct OidcFlags {
    std::string url, client_id, username_claim = "sub", groups_claim, groups_prefix, ca_file;
    std::optional<std::string> username_prefix;
    std::vector<std::string> algorithms = {"RS256"};
    json::Value rules = json::Value::array();
    bool any = false;
};

// In the form of a structured configuration, as kube-apiserver does it.
Result<apiserver::JwtIssuer> issuer_of(const OidcFlags& flags) {
    using json::Value;
    if (flags.url.empty() || flags.client_id.empty()) return bad("oidc-issuer-url", "oidc-issuer-url and oidc-client-id must be specified together");
    // An address is unique in itself; any other claim only with its issuer before it. "-" wants no prefix.
    std::string prefix = flags.username_prefix.value_or("");
    if (prefix.empty() && flags.username_claim != "email") prefix = flags.url + "#";
    if (prefix == "-") prefix.clear();
    Value issuer = Value::object({{"url", flags.url}, {"audiences", Value::array({flags.client_id})}});
    if (!flags.ca_file.empty()) issuer.set("certificateAuthority", TRY(file::read(flags.ca_file, kFileBytesMax).context("--kube-apiserver-arg oidc-ca-file")));
    Value mappings = Value::object({{"username", Value::object({{"claim", flags.username_claim}, {"prefix", prefix}})}});
    if (!flags.groups_claim.empty()) mappings.set("groups", Value::object({{"claim", flags.groups_claim}, {"prefix", flags.groups_prefix}}));
    const Value jwt = Value::object({{"issuer", std::move(issuer)}, {"claimMappings", std::move(mappings)}, {"claimValidationRules", flags.rules}});
    return apiserver::parse_jwt_issuer(jwt, "oidc", flags.algorithms).context("--kube-apiserver-arg oidc-issuer-url");
}

using Setter = std::function<Status(const std::string& value)>;

std::map<std::string, Setter> oidc_setters(OidcFlags& oidc) {
    auto text = [&oidc](std::string& target) { return [&oidc, &target](const std::string& value) { target = value; oidc.any = true; return Status(); }; };
    return {
        {"oidc-issuer-url", text(oidc.url)},
        {"oidc-client-id", text(oidc.client_id)},
        {"oidc-username-claim", text(oidc.username_claim)},
        {"oidc-groups-claim", text(oidc.groups_claim)},
        {"oidc-groups-prefix", text(oidc.groups_prefix)},
        {"oidc-ca-file", text(oidc.ca_file)},
        {"oidc-username-prefix", [&oidc](const std::string& value) { oidc.username_prefix = value; return Status(); }},
        {"oidc-signing-algs", [&oidc](const std::string& value) { oidc.algorithms = split(value, ','); return Status(); }},
        {"oidc-required-claim",
         [&oidc](const std::string& value) -> Status {
             for (const auto& pair : split(value, ',')) {
                 const auto equals = pair.find('=');
                 if (equals == std::string::npos) return bad("oidc-required-claim", "must be NAME=VALUE");
                 oidc.rules.push_back(json::Value::object({{"claim", pair.substr(0, equals)}, {"requiredValue", pair.substr(equals + 1)}}));
             }
             return {};
         }},
    };
}

void add_audit_setters(ApiSettings& settings, std::map<std::string, Setter>& setters) {
    auto& audit = settings.audit;
    auto count = [](const char* name, std::function<void(int64_t)> set) {
        return [name, set](const std::string& value) -> Status {
            set(TRY(number(name, value)));
            return {};
        };
    };
    setters["audit-policy-file"] = [&audit](const std::string& value) { audit.policy_file = value; return Status(); };
    setters["audit-log-path"] = [&audit](const std::string& value) { audit.path = value; return Status(); };
    setters["audit-log-maxsize"] = count("audit-log-maxsize", [&audit](int64_t megabytes) { audit.file_bytes_max = static_cast<size_t>(std::clamp<int64_t>(megabytes, 1, 10'000)) << 20; });
    setters["audit-log-maxbackup"] = count("audit-log-maxbackup", [&audit](int64_t files) { audit.files_max = static_cast<int>(std::clamp<int64_t>(files + 1, 2, 1000)); });
    setters["audit-log-maxage"] = count("audit-log-maxage", [&audit](int64_t days) { audit.days_max = days; });
}

void add_setters(ApiSettings& settings, std::map<std::string, Setter>& setters, std::string& authentication_file, std::optional<bool>& anonymous) {
    auto webhook = [&settings]() -> apiserver::TokenWebhookOptions& { return settings.token_webhook ? *settings.token_webhook : settings.token_webhook.emplace(); };
    setters["anonymous-auth"] = [&anonymous](const std::string& value) -> Status {
        anonymous = TRY(boolean("anonymous-auth", value));
        return {};
    };
    setters["authentication-config"] = [&authentication_file](const std::string& value) { authentication_file = value; return Status(); };
    setters["authentication-token-webhook-config-file"] = [webhook](const std::string& value) { webhook().kubeconfig = value; return Status(); };
    setters["authentication-token-webhook-version"] = [webhook](const std::string& value) -> Status {
        if (value != "v1" && value != "v1beta1") return bad("authentication-token-webhook-version", "v1 or v1beta1");
        webhook().version = value;
        return {};
    };
    setters["authentication-token-webhook-cache-ttl"] = [webhook](const std::string& value) -> Status {
        webhook().kept_for = TRY(api::parse_duration(value).context("--kube-apiserver-arg authentication-token-webhook-cache-ttl"));
        return {};
    };
    setters["token-auth-file"] = [&settings](const std::string& value) -> Status {
        auto text = TRY(file::read(value, kFileBytesMax).context("--kube-apiserver-arg token-auth-file"));
        settings.static_tokens = TRY(apiserver::make_static_token_authenticator(text).context("--kube-apiserver-arg token-auth-file {}", value));
        return {};
    };
    setters["service-account-issuer"] = [&settings](const std::string& value) { settings.service_accounts.issuer = value; return Status(); };
    setters["api-audiences"] = [&settings](const std::string& value) { settings.service_accounts.audiences = split(value, ','); return Status(); };
}

void add_admission_setters(apiserver::AdmissionSettings& admission, std::map<std::string, Setter>& setters) {
    setters["enable-admission-plugins"] = [&admission](const std::string& value) { admission.enabled = split(value, ','); return Status(); };
    setters["disable-admission-plugins"] = [&admission](const std::string& value) { admission.disabled = split(value, ','); return Status(); };
    setters["admission-control-config-file"] = [&admission](const std::string& value) -> Status {
        admission.configurations = TRY(apiserver::read_admission_configuration(value).context("--kube-apiserver-arg admission-control-config-file"));
        return {};
    };
    for (auto [name, seconds] : {std::pair{"default-not-ready-toleration-seconds", &admission.not_ready_s}, {"default-unreachable-toleration-seconds", &admission.unreachable_s}})
        setters[name] = [name, seconds](const std::string& value) -> Status {
            *seconds = TRY(number(name, value));
            return {};
        };
}

Result<std::pair<std::string, bool>> switch_of(const std::string& name, const std::string& item) {
    const auto equals = item.find('=');
    return std::pair{item.substr(0, equals), TRY(boolean(name, equals == std::string::npos ? "" : item.substr(equals + 1)))};
}

// Versions that are always served can only be asked for, the optional ones be switched on.
Status read_runtime_config(const std::string& value, ApiSettings& settings) {
    const char* kName = "runtime-config";
    const auto kinds = api::KindRegistry::builtin();
    for (const auto& item : split(value, ',')) {
        const auto [version, on] = TRY(switch_of(kName, item));
        auto matches = [&, wanted = version](const api::GroupVersion& v) {
            return wanted == "api/all" || wanted == v.api_version() || (wanted == "api/beta" && v.version.find("beta") != std::string::npos) ||
                   (wanted == "api/alpha" && v.version.find("alpha") != std::string::npos) || wanted.starts_with(v.api_version() + "/");
        };
        bool known = version == "api/ga" || version == "api/all" || version == "api/beta" || version == "api/alpha";
        for (const auto& optional : api::KindRegistry::optional_versions()) {
            if (!matches(optional)) continue;
            known = true;
            std::erase(settings.served, optional);
            if (on) settings.served.push_back(optional);
        }
        for (const auto& always : kinds->group_versions()) {
            if (!matches(always)) continue;
            known = true;
            if (!on && version != "api/beta") return bad(kName, version + " cannot be turned off");
        }
        if (!known) return bad(kName, "there is no " + version + " here");
        if (version == "api/ga" && !on) return bad(kName, version + " cannot be turned off");
    }
    return {};
}

Status read_feature_gates(const std::string& value, ApiSettings& settings) {
    for (const auto& item : split(value, ',')) {
        const auto [gate, on] = TRY(switch_of("feature-gates", item));
        if (gate == "MutatingAdmissionPolicy") settings.admission.mutating_policies = on;
        else if (gate == "ImageVolume") settings.gates.image_volume = on;
        else return bad("feature-gates", gate + " cannot be switched here, only ImageVolume and MutatingAdmissionPolicy");
    }
    return {};
}

Status check_versions(const ApiSettings& settings) {
    auto serves = [&](const char* version) { return std::find(settings.served.begin(), settings.served.end(), api::GroupVersion{"admissionregistration.k8s.io", version}) != settings.served.end(); };
    if (settings.admission.mutating_policies && !serves("v1beta1")) return bad("feature-gates", "MutatingAdmissionPolicy needs runtime-config admissionregistration.k8s.io/v1beta1=true");
    if (serves("v1alpha1") && !serves("v1beta1")) return bad("runtime-config", "admissionregistration.k8s.io/v1alpha1 needs admissionregistration.k8s.io/v1beta1=true");
    return {};
}

}  // namespace

Result<ApiSettings> api_settings(const std::vector<std::string>& args) {
    ApiSettings settings;
    OidcFlags oidc;
    std::string authentication_file;
    std::optional<bool> anonymous;
    auto setters = oidc_setters(oidc);
    add_setters(settings, setters, authentication_file, anonymous);
    add_audit_setters(settings, setters);
    add_admission_setters(settings.admission, setters);
    setters["feature-gates"] = [&settings](const std::string& value) { return read_feature_gates(value, settings); };
    setters["runtime-config"] = [&settings](const std::string& value) { return read_runtime_config(value, settings); };
    for (const auto& arg : args) {
        const auto equals = arg.find('=');
        const auto name = arg.substr(0, equals), value = equals == std::string::npos ? std::string() : arg.substr(equals + 1);
        auto found = setters.find(name);
        if (found == setters.end()) {
            std::string known;
            for (const auto& [other, set] : setters) known += (known.empty() ? "" : ", ") + other;
            return bad(name, "not known here; known are " + known);
        }
        TRY(found->second(value));
    }
    TRY(check_versions(settings));
    if (!authentication_file.empty()) {
        if (oidc.any) return bad("authentication-config", "excludes the oidc-* arguments");
        auto text = TRY(file::read(authentication_file, kFileBytesMax).context("--kube-apiserver-arg authentication-config"));
        settings.authentication = TRY(apiserver::parse_authentication_config(text, settings.service_accounts.issuer).context("--kube-apiserver-arg authentication-config {}", authentication_file));
    } else if (oidc.any) {
        settings.authentication.issuers.push_back(TRY(issuer_of(oidc)));
    }
    if (anonymous) settings.authentication.anonymous = *anonymous;
    if (settings.token_webhook && settings.token_webhook->kubeconfig.empty()) return bad("authentication-token-webhook-config-file", "is missing");
    return settings;
}

}  // namespace skiff::server
