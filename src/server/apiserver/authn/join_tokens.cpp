#include "server/apiserver/authn/join_tokens.h"

#include "base/encoding.h"
#include "base/hash.h"
#include "pki/join_token.h"
#include "server/apiserver/authn/bearer.h"

namespace skiff::apiserver {

namespace {

struct Credential {
    std::string user, secret;
};

std::optional<Credential> credential_of(const net::Request& request) {
    const std::string& header = request.headers.get("Authorization");
    if (header.compare(0, 6, "Basic ") == 0) {
        auto decoded = base64_decode(header.substr(6));
        size_t colon = decoded ? decoded->find(':') : std::string::npos;
        if (colon == std::string::npos) return std::nullopt;
        return Credential{decoded->substr(0, colon), decoded->substr(colon + 1)};
    }
    std::string bearer = bearer_token(request);
    if (bearer.find(':') == std::string::npos) return std::nullopt;
    auto token = pki::parse_join_token(bearer);
    if (!token.ok() || token->bootstrap) return std::nullopt;
    return Credential{token->user, token->secret};
}

class JoinTokens : public Authenticator {
public:
    JoinTokens(std::string agent, std::string server) : agent_sha256_(std::move(agent)), server_sha256_(std::move(server)) {}

    Result<std::optional<User>> authenticate(const net::Request& request) override {
        auto credential = credential_of(request);
        if (!credential || (credential->user != "node" && credential->user != "server")) return std::optional<User>();
        std::string hash = sha256_hex(credential->secret);
        auto matches = [&](const std::string& wanted) { return !wanted.empty() && pki::same_secret(wanted, hash); };
        User user;
        user.name = credential->user;
        if (credential->user == "node" && (matches(agent_sha256_) || matches(server_sha256_))) user.groups = {"skiff:agents"};
        else if (credential->user == "server" && matches(server_sha256_)) user.groups = {"skiff:servers", "skiff:agents"};
        else return unauthorized();
        return std::optional<User>(std::move(user));
    }

private:
    std::string agent_sha256_, server_sha256_;
};

}  // namespace

std::shared_ptr<Authenticator> make_join_token_authenticator(std::string agent_secret_sha256, std::string server_secret_sha256) {
    return std::make_shared<JoinTokens>(std::move(agent_secret_sha256), std::move(server_secret_sha256));
}

}  // namespace skiff::apiserver
