// An issuer that is a fake HTTP client: discovery, keys, tokens.
#include <catch2/catch.hpp>

#include "json/parse.h"
#include "json/write.h"
#include "pki/jwt.h"
#include "server/apiserver/authn/oidc.h"
#include "server/apiserver/authn/waiting.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

const std::string kIssuer = "https://issuer.test";

class FakeIssuer : public net::HttpClient {
public:
    FakeIssuer() : key(pki::PrivateKey::generate().value()) {}
    Result<net::ClientResponse> request(const net::ClientRequest& request) override {
        ++requests;
        if (down) return error(Reason::ServiceUnavailable, "connection refused");
        net::ClientResponse response;
        response.code = 200;
        if (request.url == kIssuer + "/.well-known/openid-configuration") response.body = R"({"issuer":")" + issuer + R"(","jwks_uri":"https://issuer.test/keys"})";
        else if (request.url == "https://issuer.test/keys") response.body = json::write(pki::JwtVerifier({key.public_key()}).jwks());
        else response.code = 404;
        return response;
    }
    void request_async(net::ClientRequest r, std::function<void(Result<net::ClientResponse>)> done) override { done(request(r)); }
    std::shared_ptr<net::ClientCall> stream(net::ClientRequest, StreamHandler) override { return nullptr; }
    void upgrade(net::ClientRequest, std::function<void(Result<Upgraded>)>) override {}
    void connect_tcp(const std::string&, uint16_t, std::chrono::milliseconds, std::function<void(Result<std::shared_ptr<net::Stream>>)>) override {}

    std::string token(const std::string& claims) { return pki::JwtSigner(key).sign(json::parse(claims).value()).value(); }
    pki::PrivateKey key;
    std::string issuer = kIssuer;
    int requests = 0;
    bool down = false;
};

JwtIssuer issuer(const std::string& more = R"("claimMappings":{"username":{"claim":"sub","prefix":"oidc:"},"groups":{"claim":"groups","prefix":"g:"}})") {
    auto jwt = json::parse(R"({"issuer":{"url":"https://issuer.test","audiences":["me"]},)" + more + "}").value();
    auto parsed = parse_jwt_issuer(jwt, "jwt[0]", {"ES256"});
    INFO((parsed.ok() ? "" : parsed.status().message()));
    REQUIRE(parsed.ok());
    return std::move(parsed).value();
}

json::Value claims(const char* text) { return json::parse(text).value(); }

struct Fixture {
    explicit Fixture(JwtIssuer config = issuer()) {
        keys = std::make_shared<KeySource>(http, kIssuer, "", clock);
        authenticator = make_oidc_authenticator(std::move(config), keys, clock);
    }
    Result<std::optional<User>> who(const std::string& token) {
        net::Request request;
        request.headers.set("Authorization", "Bearer " + token);
        return authenticator->authenticate(request);
    }
    bool waits(const std::string& token) {
        net::Request request;
        request.headers.set("Authorization", "Bearer " + token);
        return dynamic_cast<WaitingAuthenticator&>(*authenticator).waits(request);
    }
    std::string token() {
        auto now = std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch()).count();
        return http->token(fmt::format(R"({{"iss":"{}","aud":"me","sub":"ann","groups":["dev","ops"],"exp":{}}})", kIssuer, now + 60));
    }
    FakeClock clock;
    std::shared_ptr<FakeIssuer> http = std::make_shared<FakeIssuer>();
    std::shared_ptr<KeySource> keys;
    std::shared_ptr<Authenticator> authenticator;
};

}  // namespace

TEST_CASE("an ID token makes a user, and its keys are fetched once") {
    Fixture f;
    CHECK(f.waits(f.token()));
    auto user = f.who(f.token());
    REQUIRE(user.ok());
    REQUIRE(*user);
    CHECK((*user)->name == "oidc:ann");
    CHECK((*user)->groups == std::vector<std::string>{"g:dev", "g:ops"});
    CHECK_FALSE(f.waits(f.token()));
    CHECK(f.who(f.token()).ok());
    CHECK(f.http->requests == 2);
    CHECK_FALSE(*f.who("abc"));
    CHECK_FALSE(*f.who(f.http->token(R"({"iss":"https://other.test"})")));
}

TEST_CASE("tokens that are over, for others, or not signed by the issuer are refused") {
    Fixture f;
    CHECK_FALSE(f.who(f.http->token(R"({"iss":"https://issuer.test","aud":"me","sub":"ann","exp":1})")).ok());
    CHECK_FALSE(f.who(f.http->token(R"({"iss":"https://issuer.test","aud":"me","sub":"ann"})")).ok());
    CHECK_FALSE(f.who(f.http->token(R"({"iss":"https://issuer.test","aud":"others","sub":"ann","exp":99999999999})")).ok());
    FakeIssuer stranger;
    CHECK_FALSE(f.who(stranger.token(R"({"iss":"https://issuer.test","aud":"me","sub":"ann","exp":99999999999})")).ok());
}

TEST_CASE("a rotated key is found after a pause, and an issuer that is down or lies gives nobody access") {
    Fixture f;
    REQUIRE(f.who(f.token()).ok());
    f.http->key = pki::PrivateKey::generate().value();
    CHECK_FALSE(f.who(f.token()).ok());
    f.clock.advance(KeySource::kFetchPause);
    CHECK(f.who(f.token()).ok());

    Fixture down;
    down.http->down = true;
    auto refused = down.who(down.token());
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.status().message() == "oidc: authenticator for issuer \"https://issuer.test\" is not initialized");
    CHECK_FALSE(down.waits(down.token()));
    down.clock.advance(KeySource::kFetchPause);
    down.http->down = false;
    down.http->issuer = "https://evil.test";
    CHECK_FALSE(down.who(down.token()).ok());
}

TEST_CASE("a removed key is not believed for long") {
    Fixture f;
    REQUIRE(f.who(f.token()).ok());
    auto before = f.http->key;
    f.http->key = pki::PrivateKey::generate().value();
    f.clock.advance(KeySource::kKeptFor + std::chrono::seconds(1));
    (void)f.keys->keys();
    CHECK_FALSE(f.keys->keys()->has(pki::key_id(before.public_key())));
}

TEST_CASE("claims become users by rules and expressions") {
    auto config = issuer(R"x("claimValidationRules":[{"expression":"claims.hd == 'corp'","message":"wrong domain"},{"claim":"tenant","requiredValue":"t1"}],
        "claimMappings":{"username":{"expression":"claims.user + '@corp'"},"groups":{"expression":"claims.roles.split(',')"},"uid":{"claim":"oid"},
                         "extra":[{"key":"corp.test/team","valueExpression":"claims.team"}]},
        "userValidationRules":[{"expression":"!user.username.startsWith('system:')","message":"reserved"}])x");
    auto user = user_of_claims(config, claims(R"({"aud":["x","me"],"hd":"corp","tenant":"t1","user":"bob","roles":"a,b","oid":"7","team":["red"]})"));
    INFO((user.ok() ? "" : user.status().message()));
    REQUIRE(user.ok());
    CHECK(user->name == "bob@corp");
    CHECK(user->groups == std::vector<std::string>{"a", "b"});
    CHECK(user->uid == "7");
    CHECK(user->extra["corp.test/team"] == std::vector<std::string>{"red"});
    auto why = [&](const char* text) { return user_of_claims(config, claims(text)).status().message(); };
    CHECK(why(R"({"aud":"me","hd":"x","tenant":"t1","user":"bob","roles":"a","team":""})") == "oidc: validation expression 'claims.hd == 'corp'' failed: wrong domain");
    CHECK(why(R"({"aud":"me","hd":"corp","user":"bob","roles":"a","team":""})") == "oidc: required claim tenant not present in ID token");
    CHECK(why(R"({"aud":"me","hd":"corp","tenant":"t1","user":"system:x","roles":"a","team":""})") == "oidc: validation expression '!user.username.startsWith('system:')' failed: reserved");
    CHECK_FALSE(user_of_claims(config, claims(R"({"aud":"me","hd":"corp","tenant":"t1","roles":"a"})")).ok());
    auto mail = issuer(R"("claimMappings":{"username":{"claim":"email","prefix":""}})");
    CHECK(user_of_claims(mail, claims(R"({"aud":"me","email":"a@b"})"))->name == "a@b");
    CHECK_FALSE(user_of_claims(mail, claims(R"({"aud":"me","email":"a@b","email_verified":false})")).ok());
}

TEST_CASE("a configuration of authentication is read, and its mistakes are named") {
    auto config = parse_authentication_config(R"(
apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
jwt:
- issuer: {url: https://issuer.test, audiences: [a, b], audienceMatchPolicy: MatchAny}
  claimMappings: {username: {claim: sub, prefix: ""}}
anonymous: {enabled: true, conditions: [{path: /healthz}]}
)", "https://own.test");
    REQUIRE(config.ok());
    CHECK(config->issuers.size() == 1);
    CHECK(config->anonymous_paths == std::vector<std::string>{"/healthz"});
    auto mistake = [](const std::string& jwt) {
        return parse_authentication_config("{apiVersion: apiserver.config.k8s.io/v1, kind: AuthenticationConfiguration, jwt: [" + jwt + "]}", "https://own.test").status().message();
    };
    CHECK(mistake("{issuer: {url: 'http://x', audiences: [a]}}") == "jwt[0].issuer.url: URL scheme must be https");
    CHECK(mistake("{issuer: {url: 'https://x'}}") == "jwt[0].issuer.audiences: at least one jwt.issuer.audiences is required");
    CHECK(mistake("{issuer: {url: 'https://x', audiences: [a]}}") == "jwt[0].claimMappings.username: claim or expression is required");
    CHECK(mistake("{issuer: {url: 'https://own.test', audiences: [a]}, claimMappings: {username: {claim: sub, prefix: ''}}}").find("must not overlap") != std::string::npos);
    CHECK(mistake("{issuer: {url: 'https://x', audiences: [a]}, claimMappings: {username: {expression: 'claims.'}}}").find("jwt[0].claimMappings.username.expression: ") == 0);
    CHECK(mistake("{issuer: {url: 'https://x', audiences: [a]}, claimMappings: {username: {expression: 'claims.email'}}}").find("email_verified") != std::string::npos);
}
