#include "server/apiserver/authn/jwt_issuers.h"

#include <algorithm>

#include "base/strings.h"
#include "json/yaml.h"
#include "pki/jwk.h"

namespace skiff::apiserver {

namespace {

constexpr size_t kIssuersMax = 64;
// Kubernetes takes all of these in structured configuration.
const std::vector<std::string> kAlgorithms = {"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"};

Status invalid(const std::string& field, std::string_view why) { return error(Reason::Invalid, "{}: {}", field, why); }

Result<cel::Program> compile(const json::Value& text, const std::string& field, bool user) {
    cel::Environment environment;
    environment.variable(user ? "user" : "claims", cel::Type::map(cel::Type::of(cel::Type::Kind::String), cel::Type::of(cel::Type::Kind::Dyn)));
    auto program = cel::compile(text.as_string(), environment);
    if (!program.ok()) return invalid(field, program.status().message());
    return program;
}

Result<JwtIssuer::Mapping> parse_mapping(const json::Value& from, const std::string& field, bool needed) {
    JwtIssuer::Mapping out;
    out.claim = from["claim"].as_string();
    out.prefix = from["prefix"].as_string();
    const bool expression = !from["expression"].as_string().empty();
    if (expression && (!out.claim.empty() || from.has("prefix"))) return invalid(field, "claim, prefix and expression cannot be set together");
    if (needed && !expression && out.claim.empty()) return invalid(field, "claim or expression is required");
    if (expression) out.expression = TRY(compile(from["expression"], field + ".expression", false));
    return out;
}

Result<std::vector<JwtIssuer::Rule>> parse_rules(const json::Value& list, const std::string& field, bool user) {
    std::vector<JwtIssuer::Rule> rules;
    for (size_t i = 0; i < list.size(); ++i) {
        const auto& item = list[i];
        JwtIssuer::Rule rule{item["claim"].as_string(), item["requiredValue"].as_string(), {}, item["message"].as_string()};
        const auto place = fmt::format("{}[{}]", field, i);
        const bool expression = !item["expression"].as_string().empty();
        if (expression != rule.claim.empty()) return invalid(place, user ? "expression is required" : "either claim or expression is required");
        if (expression) rule.expression = TRY(compile(item["expression"], place + ".expression", user));
        rules.push_back(std::move(rule));
    }
    return rules;
}

Result<json::Value> evaluate(const cel::Program& program, const char* variable, const json::Value& document) {
    cel::Budget budget;
    const cel::Binding binding{variable, cel::Value::json(document)};
    auto value = TRY(program.evaluate({&binding, 1}, budget));
    return value.to_json();
}

Status check_rules(const std::vector<JwtIssuer::Rule>& rules, const char* variable, const json::Value& document) {
    for (const auto& rule : rules) {
        if (!rule.expression) {
            if (!document.has(rule.claim)) return error(Reason::Unauthorized, "oidc: required claim {} not present in ID token", rule.claim);
            if (!(document[rule.claim] == json::Value(rule.required_value)))
                return error(Reason::Unauthorized, "oidc: required claim {} value does not match. Got = {}, want = {}", rule.claim, document[rule.claim].as_string(), rule.required_value);
            continue;
        }
        const auto verdict = TRY(evaluate(*rule.expression, variable, document));
        if (verdict.as_bool()) continue;
        return error(Reason::Unauthorized, "oidc: validation expression '{}' failed: {}", rule.expression->expression(), rule.message);
    }
    return {};
}

// A string or a list of strings; null is nothing.
Result<std::vector<std::string>> strings_of(const json::Value& value, std::string_view what) {
    std::vector<std::string> out;
    if (value.is_null()) return out;
    if (value.is_string()) {
        if (!value.as_string().empty()) out.push_back(value.as_string());
        return out;
    }
    if (!value.is_array()) return error(Reason::Unauthorized, "oidc: {} must be a string or a list of strings", what);
    for (const auto& item : value.items()) {
        if (!item.is_string()) return error(Reason::Unauthorized, "oidc: {} must be a string or a list of strings", what);
        if (!item.as_string().empty()) out.push_back(item.as_string());
    }
    return out;
}

Result<std::string> username_of(const JwtIssuer& issuer, const json::Value& claims) {
    json::Value name;
    if (issuer.username.expression) {
        name = TRY(evaluate(*issuer.username.expression, "claims", claims));
    } else {
        name = claims[issuer.username.claim];
        // An address that the issuer did not verify could be anybody's.
        if (issuer.username.claim == "email" && claims.has("email_verified") && !claims["email_verified"].as_bool()) return error(Reason::Unauthorized, "oidc: email not verified");
    }
    if (!name.is_string() || name.as_string().empty()) return error(Reason::Unauthorized, "oidc: the token has no user name");
    return issuer.username.prefix + name.as_string();
}

json::Value user_document(const User& user) {
    auto strings = [](const std::vector<std::string>& list) {
        auto out = json::Value::array();
        for (const auto& item : list) out.push_back(item);
        return out;
    };
    auto extra = json::Value::object();
    for (const auto& [key, values] : user.extra) extra.set(key, strings(values));
    return json::Value::object({{"username", user.name}, {"uid", user.uid}, {"groups", strings(user.groups)}, {"extra", std::move(extra)}});
}

}  // namespace

Result<JwtIssuer> parse_jwt_issuer(const json::Value& jwt, const std::string& path, std::vector<std::string> algorithms) {
    JwtIssuer out;
    const auto& issuer = jwt["issuer"];
    out.url = issuer["url"].as_string();
    out.discovery_url = issuer["discoveryURL"].as_string();
    out.ca_pem = issuer["certificateAuthority"].as_string();
    out.algorithms = std::move(algorithms);
    if (!out.url.starts_with("https://")) return invalid(path + ".issuer.url", "URL scheme must be https");
    if (!out.discovery_url.empty() && !out.discovery_url.starts_with("https://")) return invalid(path + ".issuer.discoveryURL", "URL scheme must be https");
    if (out.discovery_url == out.url) return invalid(path + ".issuer.discoveryURL", "discoveryURL must be different from URL");
    for (const auto& audience : issuer["audiences"].items()) out.audiences.push_back(audience.as_string());
    if (out.audiences.empty()) return invalid(path + ".issuer.audiences", "at least one jwt.issuer.audiences is required");
    if (out.audiences.size() > 1 && issuer["audienceMatchPolicy"].as_string() != "MatchAny")
        return invalid(path + ".issuer.audienceMatchPolicy", "audienceMatchPolicy must be set to MatchAny for multiple audiences");
    for (const auto& algorithm : out.algorithms)
        if (!pki::JwkSet::known_algorithm(algorithm)) return invalid(path, fmt::format("unsupported signing alg: {}", algorithm));
    out.claim_rules = TRY(parse_rules(jwt["claimValidationRules"], path + ".claimValidationRules", false));
    out.user_rules = TRY(parse_rules(jwt["userValidationRules"], path + ".userValidationRules", true));
    const auto& mappings = jwt["claimMappings"];
    out.username = TRY(parse_mapping(mappings["username"], path + ".claimMappings.username", true));
    if (!out.username.claim.empty() && !mappings["username"].has("prefix")) return invalid(path + ".claimMappings.username.prefix", "prefix is required when claim is set. It can be set to an empty string to disable prefixing");
    out.groups = TRY(parse_mapping(mappings["groups"], path + ".claimMappings.groups", false));
    if (!out.groups.claim.empty() && !mappings["groups"].has("prefix")) return invalid(path + ".claimMappings.groups.prefix", "prefix is required when claim is set. It can be set to an empty string to disable prefixing");
    out.uid = TRY(parse_mapping(mappings["uid"], path + ".claimMappings.uid", false));
    for (size_t i = 0; i < mappings["extra"].size(); ++i) {
        const auto& item = mappings["extra"][i];
        const auto place = fmt::format("{}.claimMappings.extra[{}]", path, i);
        const std::string& key = item["key"].as_string();
        if (key.find('/') == std::string::npos || std::any_of(key.begin(), key.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
            return invalid(place + ".key", "must be a lower case path with a domain prefix");
        out.extra.emplace_back(key, TRY(compile(item["valueExpression"], place + ".valueExpression", false)));
    }
    // Whoever maps an address by expression has to look whether it was verified, as Kubernetes demands.
    if (out.username.expression && out.username.expression->expression().find("claims.email") != std::string::npos) {
        auto sees = [](const cel::Program& program) { return program.expression().find("email_verified") != std::string::npos; };
        bool seen = sees(*out.username.expression) || std::any_of(out.extra.begin(), out.extra.end(), [&](const auto& extra) { return sees(extra.second); }) ||
                    std::any_of(out.claim_rules.begin(), out.claim_rules.end(), [&](const auto& rule) { return rule.expression && sees(*rule.expression); });
        if (!seen) return invalid(path + ".claimMappings.username.expression", "claims.email_verified must be used in claimMappings.username.expression, claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression");
    }
    return out;
}

Result<AuthenticationConfig> parse_authentication_config(std::string_view yaml, const std::string& own_issuer) {
    const auto file = TRY(json::parse_yaml(yaml));
    const std::string& version = file["apiVersion"].as_string();
    if (file["kind"].as_string() != "AuthenticationConfiguration" || !version.starts_with("apiserver.config.k8s.io/v1"))
        return error(Reason::Invalid, "is no apiserver.config.k8s.io AuthenticationConfiguration");
    AuthenticationConfig config;
    const auto& list = file["jwt"];
    if (list.size() > kIssuersMax) return invalid("jwt", "must have at most 64 items");
    for (size_t i = 0; i < list.size(); ++i) {
        const auto place = fmt::format("jwt[{}]", i);
        auto issuer = TRY(parse_jwt_issuer(list[i], place, kAlgorithms));
        if (issuer.url == own_issuer) return invalid(place + ".issuer.url", "URL must not overlap with the issuer of service account tokens");
        for (const auto& other : config.issuers)
            if (other.url == issuer.url) return invalid(place + ".issuer.url", "Duplicate value: " + issuer.url);
        config.issuers.push_back(std::move(issuer));
    }
    if (const auto& anonymous = file["anonymous"]; anonymous.is_object()) {
        config.anonymous = anonymous["enabled"].as_bool();
        for (const auto& condition : anonymous["conditions"].items()) config.anonymous_paths.push_back(condition["path"].as_string());
        if (!config.anonymous && !config.anonymous_paths.empty()) return invalid("anonymous.conditions", "enabled should be set to true when conditions are defined");
    }
    return config;
}

Result<User> user_of_claims(const JwtIssuer& issuer, const json::Value& claims) {
    const auto audiences = TRY(strings_of(claims["aud"], "aud"));
    if (std::none_of(issuer.audiences.begin(), issuer.audiences.end(), [&](const auto& wanted) { return std::find(audiences.begin(), audiences.end(), wanted) != audiences.end(); }))
        return error(Reason::Unauthorized, "oidc: expected audience in {} got {}", join(issuer.audiences, " "), join(audiences, " "));
    User user;
    user.name = TRY(username_of(issuer, claims));
    json::Value groups;
    if (issuer.groups.expression) groups = TRY(evaluate(*issuer.groups.expression, "claims", claims));
    else if (!issuer.groups.claim.empty()) groups = claims[issuer.groups.claim];
    for (auto& group : TRY(strings_of(groups, "groups"))) user.groups.push_back(issuer.groups.prefix + group);
    if (issuer.uid.expression) user.uid = TRY(evaluate(*issuer.uid.expression, "claims", claims)).as_string();
    else if (!issuer.uid.claim.empty()) user.uid = claims[issuer.uid.claim].as_string();
    for (const auto& [key, program] : issuer.extra)
        if (auto values = TRY(strings_of(TRY(evaluate(program, "claims", claims)), key)); !values.empty()) user.extra[key] = std::move(values);
    TRY(check_rules(issuer.claim_rules, "claims", claims));
    if (!issuer.user_rules.empty()) TRY(check_rules(issuer.user_rules, "user", user_document(user)));
    return user;
}

}  // namespace skiff::apiserver
