#include "server/apiserver/authn/bootstrap_tokens.h"

#include <algorithm>

#include "api/timestamp.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "pki/join_token.h"
#include "server/apiserver/authn/bearer.h"

namespace skiff::apiserver {

namespace {

const api::Gvr kSecrets{"", "v1", "secrets"};
constexpr std::string_view kGroup = "system:bootstrappers";
constexpr size_t kGroupSuffixMax = 256;

// system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]
bool is_bootstrap_group(std::string_view group) {
    std::string prefix = std::string(kGroup) + ":";
    if (group.substr(0, prefix.size()) != prefix) return false;
    std::string_view rest = group.substr(prefix.size());
    auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (rest.empty() || rest.size() > kGroupSuffixMax || !letter(rest.back())) return false;
    return std::all_of(rest.begin(), rest.end(), [&](char c) { return letter(c) || c == ':' || c == '-'; });
}

class BootstrapTokens : public Authenticator {
public:
    BootstrapTokens(const Reader& reader, Clock& clock) : reader_(reader), clock_(clock) {}

    Result<std::optional<User>> authenticate(const net::Request& request) override {
        pki::BootstrapToken token;
        if (!pki::parse_bootstrap_token(bearer_token(request), token)) return std::optional<User>();
        auto object = reader_.get(kSecrets, "kube-system", "bootstrap-token-" + token.id);
        if (!object || object->meta().deleting()) return unauthorized();
        auto secret = object->tree();
        auto field = [&](std::string_view key) { return base64_decode((*secret)["data"][key].as_string()).value_or(""); };
        if ((*secret)["type"].as_string() != "bootstrap.kubernetes.io/token") return unauthorized();
        if (!pki::same_secret(field("token-secret"), token.secret) || field("token-id") != token.id) return unauthorized();
        if (std::string expiration = field("expiration"); !expiration.empty()) {
            auto end = api::parse_time(expiration);
            if (!end || clock_.now() >= *end) return unauthorized();
        }
        if (field("usage-bootstrap-authentication") != "true") return unauthorized();
        User user;
        user.name = "system:bootstrap:" + token.id;
        user.groups = {std::string(kGroup)};
        for (const auto& group : split(field("auth-extra-groups"), ',')) {
            if (!is_bootstrap_group(trim(group))) return unauthorized();
            user.groups.emplace_back(trim(group));
        }
        return std::optional<User>(std::move(user));
    }

private:
    const Reader& reader_;
    Clock& clock_;
};

}  // namespace

std::shared_ptr<Authenticator> make_bootstrap_token_authenticator(const Reader& reader, Clock& clock) {
    return std::make_shared<BootstrapTokens>(reader, clock);
}

}  // namespace skiff::apiserver
