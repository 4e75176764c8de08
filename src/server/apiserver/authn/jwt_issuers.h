// JwtIssuer: whose ID tokens are believed and what they make of their bearer, as apiserver.config.k8s.io AuthenticationConfiguration says it
// (v1, v1beta1, v1alpha1; the --oidc-* flags are brought into the same form). Expressions are compiled here. Values; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "cel/program.h"
#include "json/value.h"
#include "server/apiserver/request.h"

namespace skiff::apiserver {

struct JwtIssuer {
    std::string url, discovery_url, ca_pem;
    std::vector<std::string> audiences, algorithms;

    // One of claim (with prefix) and expression; neither: nothing.
    struct Mapping {
        std::string claim, prefix;
        std::optional<cel::Program> expression;
    };
    Mapping username, groups, uid;
    std::vector<std::pair<std::string, cel::Program>> extra;
    struct Rule {
        std::string claim, required_value;         // or:
        std::optional<cel::Program> expression;
        std::string message;
    };
    std::vector<Rule> claim_rules, user_rules;
};

struct AuthenticationConfig {
    std::vector<JwtIssuer> issuers;
    bool anonymous = true;
    std::vector<std::string> anonymous_paths;      // empty: everywhere
};

// The text of an AuthenticationConfiguration. own_issuer signs service account tokens and cannot be named again. Invalid names the field.
Result<AuthenticationConfig> parse_authentication_config(std::string_view yaml, const std::string& own_issuer);
// One item of `jwt`. algorithms: accepted ones.
Result<JwtIssuer> parse_jwt_issuer(const json::Value& jwt, const std::string& path, std::vector<std::string> algorithms);

// The user that the claims make, or why not. Looks at everything but signature, issuer and times. Pure.
Result<User> user_of_claims(const JwtIssuer& issuer, const json::Value& claims);

}  // namespace skiff::apiserver
