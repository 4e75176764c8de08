#include <catch2/catch.hpp>

#include "../fake_reader.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "json/write.h"
#include "pki/ca.h"
#include "server/apiserver/authn/chain.h"
#include "server/apiserver/authn/static_tokens.h"
#include "server/apiserver/authn/token_issuer.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

const api::Gvr kServiceAccounts{"", "v1", "serviceaccounts"}, kPods{"", "v1", "pods"}, kSecrets{"", "v1", "secrets"}, kNodes{"", "v1", "nodes"};

std::shared_ptr<const net::PeerCertificate> peer(const pki::CertificateAuthority& ca, const std::string& name, std::vector<std::string> groups, WallTime now) {
    pki::IssueOptions options;
    options.names.common_name = name;
    options.names.organizations = groups;
    options.client_auth = true;
    auto pair = ca.issue(options, now).value();
    auto info = pki::parse_certificate(pair.certificate_pem).value();
    auto out = std::make_shared<net::PeerCertificate>();
    out->common_name = name;
    out->organizations = std::move(groups);
    out->pem = pair.certificate_pem;
    out->sha256_hex = info.sha256_hex;
    out->not_after_s = info.not_after_s;
    return out;
}

struct Fixture {
    Fixture()
        : client_ca(pki::CertificateAuthority::create("clients", clock.now()).value()),
          proxy_ca(pki::CertificateAuthority::create("proxies", clock.now()).value()), key(pki::PrivateKey::generate().value()) {
        AuthenticationOptions options;
        options.client_ca_pem = client_ca.certificate_pem();
        options.request_header_ca_pem = proxy_ca.certificate_pem();
        options.request_header_names = {"front"};
        options.service_account_key_pems = {key.pem()};
        options.agent_secret_sha256 = sha256_hex("agent-secret");
        options.server_secret_sha256 = sha256_hex("server-secret");
        options.service_accounts.token_used = [this](const api::Meta& secret, const std::string& today) { uses.push_back(secret.name + " " + today); };
        chain = make_authenticators(options, reader, clock).value();
        issuer = ServiceAccountIssuer::create(key.pem(), {}, clock).value();
        reader.put(kServiceAccounts, R"({"metadata":{"name":"sa","namespace":"ns","uid":"sa-uid"}})");
        reader.put(kPods, R"({"metadata":{"name":"pod","namespace":"ns","uid":"pod-uid"}})");
        reader.put(kNodes, R"({"metadata":{"name":"node","uid":"node-uid"}})");
    }
    // As the pipeline does; nothing: anonymous.
    Result<std::optional<User>> who(const net::Request& request) {
        for (const auto& authenticator : chain) {
            auto user = TRY(authenticator->authenticate(request));
            if (user) return user;
        }
        return std::optional<User>();
    }
    Result<std::optional<User>> who(const std::string& authorization) {
        net::Request request;
        request.headers.set("Authorization", authorization);
        return who(request);
    }
    std::string name(const std::string& authorization) {
        auto user = who(authorization);
        return !user.ok() ? "401" : *user ? (*user)->name : "anonymous";
    }
    TokenIssuer::Claims pod_claims() {
        TokenIssuer::Claims claims;
        claims.ns = "ns";
        claims.service_account = "sa";
        claims.uid = "sa-uid";
        claims.bound = {"Pod", "pod", "pod-uid"};
        claims.node_name = "node";
        claims.node_uid = "node-uid";
        return claims;
    }
    FakeClock clock;
    FakeReader reader;
    pki::CertificateAuthority client_ca, proxy_ca;
    pki::PrivateKey key;
    std::vector<std::shared_ptr<Authenticator>> chain;
    std::shared_ptr<ServiceAccountIssuer> issuer;
    std::vector<std::string> uses;      // of tokens without expiry, as the server hears of them
};

}  // namespace

TEST_CASE("a client certificate names user and groups, if the client CA signed it") {
    Fixture f;
    net::Request request;
    request.certificate = peer(f.client_ca, "alice", {"dev", "ops"}, f.clock.now());
    auto user = f.who(request);
    REQUIRE(user.ok());
    CHECK((*user)->name == "alice");
    CHECK((*user)->groups == std::vector<std::string>{"dev", "ops"});
    CHECK((*user)->extra.at("authentication.kubernetes.io/credential-id")[0].find("X509SHA256=") == 0);
    request.certificate = peer(f.proxy_ca, "admin", {"system:masters"}, f.clock.now());
    CHECK(!f.who(request)->has_value());
    request.certificate = peer(f.client_ca, "alice", {}, f.clock.now());
    f.clock.advance(std::chrono::hours(24 * 400));
    CHECK(!f.who(request)->has_value());
    request.certificate.reset();
    request.certificate_error = "expired";
    CHECK(!f.who(request).ok());
}

TEST_CASE("a front proxy speaks for others, nobody else does") {
    Fixture f;
    net::Request request;
    request.headers.set("X-Remote-User", "bob");
    request.headers.add("X-Remote-Group", "g1");
    request.headers.add("X-Remote-Group", "g2");
    request.headers.add("X-Remote-Extra-Scopes%2fx", "s");
    CHECK(!f.who(request)->has_value());
    request.certificate = peer(f.proxy_ca, "front", {}, f.clock.now());
    auto user = f.who(request);
    CHECK((*user)->name == "bob");
    CHECK((*user)->groups == std::vector<std::string>{"g1", "g2"});
    CHECK((*user)->extra.at("scopes/x") == std::vector<std::string>{"s"});
    request.certificate = peer(f.proxy_ca, "back", {}, f.clock.now());
    CHECK(!f.who(request).ok());
    request.certificate = peer(f.client_ca, "front", {}, f.clock.now());
    CHECK((*f.who(request))->name == "front");
}

TEST_CASE("a service account token holds Kubernetes' claims") {
    Fixture f;
    auto claims = f.pod_claims();
    claims.audiences = {"a"};
    claims.expires_in_s = 600;
    CHECK(json::write(token_claims(claims, "iss", "id", 1000)) ==
          R"({"aud":["a"],"exp":1600,"iat":1000,"iss":"iss","jti":"id","kubernetes.io":{"namespace":"ns","pod":{"name":"pod","uid":"pod-uid"},)"
          R"("node":{"name":"node","uid":"node-uid"},"serviceaccount":{"name":"sa","uid":"sa-uid"}},"nbf":1000,"sub":"system:serviceaccount:ns:sa"})");
}

TEST_CASE("a service account token lives as long as what it is bound to") {
    Fixture f;
    std::string bearer = "Bearer " + f.issuer->issue(f.pod_claims())->text;
    auto user = f.who(bearer);
    REQUIRE(user.ok());
    REQUIRE(user->has_value());
    CHECK((*user)->name == "system:serviceaccount:ns:sa");
    CHECK((*user)->uid == "sa-uid");
    CHECK((*user)->groups == std::vector<std::string>{"system:serviceaccounts", "system:serviceaccounts:ns"});
    CHECK((*user)->extra.at("authentication.kubernetes.io/pod-name")[0] == "pod");
    CHECK((*user)->extra.at("authentication.kubernetes.io/node-name")[0] == "node");
    CHECK((*user)->extra.at("authentication.kubernetes.io/credential-id")[0].find("JTI=") == 0);

    f.reader.remove(kPods, "ns/pod");
    CHECK(f.name(bearer) == "401");
    f.reader.put(kPods, R"({"metadata":{"name":"pod","namespace":"ns","uid":"another"}})");
    CHECK(f.name(bearer) == "401");
    f.reader.put(kPods, R"({"metadata":{"name":"pod","namespace":"ns","uid":"pod-uid","deletionTimestamp":"2023-11-14T22:13:20Z"}})");
    CHECK(f.name(bearer) == "system:serviceaccount:ns:sa");
    f.clock.advance(std::chrono::seconds(61));
    CHECK(f.name(bearer) == "401");
    f.reader.put(kPods, R"({"metadata":{"name":"pod","namespace":"ns","uid":"pod-uid"}})");
    CHECK(f.name(bearer) == "system:serviceaccount:ns:sa");
    f.reader.remove(kServiceAccounts, "ns/sa");
    CHECK(f.name(bearer) == "401");
    f.reader.put(kServiceAccounts, R"({"metadata":{"name":"sa","namespace":"ns","uid":"sa-uid"}})");
    f.clock.advance(std::chrono::hours(2));
    CHECK(f.name(bearer) == "401");

    auto node_bound = f.pod_claims();
    node_bound.bound = {"Node", "node", "node-uid"};
    node_bound.node_name.clear();
    bearer = "Bearer " + f.issuer->issue(node_bound)->text;
    CHECK(f.name(bearer) == "system:serviceaccount:ns:sa");
    f.reader.remove(kNodes, "node");
    CHECK(f.name(bearer) == "401");
}

TEST_CASE("the use of a token without expiry is told once a day, and one that is marked invalid is refused") {
    Fixture f;
    auto claims = json::Value::object({{"iss", "kubernetes/serviceaccount"}, {"sub", "system:serviceaccount:ns:sa"}});
    claims.set("kubernetes.io/serviceaccount/namespace", "ns");
    claims.set("kubernetes.io/serviceaccount/secret.name", "old");
    claims.set("kubernetes.io/serviceaccount/service-account.name", "sa");
    claims.set("kubernetes.io/serviceaccount/service-account.uid", "sa-uid");
    const auto token = pki::JwtSigner::from_pem(f.key.pem())->sign(claims).value();
    auto put = [&](const std::string& labels) {
        const auto text = R"({"metadata":{"name":"old","namespace":"ns","uid":"old-uid","labels":{)" + labels + R"(}},"data":{"token":")" + base64_encode(token) + "\"}}";
        f.reader.put(kSecrets, text.c_str());
    };
    put("");
    for (int i = 0; i < 3; ++i) CHECK(f.name("Bearer " + token) == "system:serviceaccount:ns:sa");
    CHECK(f.uses == std::vector<std::string>{"old 2023-11-14"});
    f.clock.advance(std::chrono::minutes(2));      // the label was not written
    CHECK(f.name("Bearer " + token) != "401");
    CHECK(f.uses.size() == 2);
    put(R"("kubernetes.io/legacy-token-last-used":"2023-11-14")");
    f.clock.advance(std::chrono::minutes(2));
    CHECK(f.name("Bearer " + token) != "401");
    CHECK(f.uses.size() == 2);
    f.clock.advance(std::chrono::hours(24));
    put(R"("kubernetes.io/legacy-token-last-used":"2023-11-14","kubernetes.io/legacy-token-invalid-since":"2023-11-14")");
    auto refused = f.who("Bearer " + token);
    REQUIRE_FALSE(refused.ok());
    CHECK(f.uses.back() == "old 2023-11-15");
}

TEST_CASE("a token is for its audiences, and from this issuer") {
    Fixture f;
    auto claims = f.pod_claims();
    claims.audiences = {"vault"};
    std::string token = f.issuer->issue(claims)->text;
    CHECK(f.name("Bearer " + token) == "401");
    net::Request review;
    review.headers.set("Authorization", "Bearer " + token);
    review.headers.add(kAudienceHeader, "other");
    review.headers.add(kAudienceHeader, "vault");
    auto user = f.who(review);
    REQUIRE(user.ok());
    CHECK((*user)->extra.at(std::string(kMatchedAudiences)) == std::vector<std::string>{"vault"});

    auto forger = ServiceAccountIssuer::create(pki::PrivateKey::generate().value().pem(), {}, f.clock).value();
    CHECK(f.name("Bearer " + forger->issue(f.pod_claims())->text) == "401");
    ServiceAccountOptions elsewhere;
    elsewhere.issuer = "https://elsewhere";
    auto other = ServiceAccountIssuer::create(f.key.pem(), elsewhere, f.clock).value();
    CHECK(f.name("Bearer " + other->issue(f.pod_claims())->text) == "401");
}

TEST_CASE("a browser's WebSocket carries its token as a subprotocol") {
    Fixture f;
    net::Request request;
    request.headers.set("Sec-WebSocket-Protocol",
                        "v5.channel.k8s.io, base64url.bearer.authorization.k8s.io." + base64url_encode(f.issuer->issue(f.pod_claims())->text));
    CHECK((*f.who(request))->name == "system:serviceaccount:ns:sa");
}

TEST_CASE("bootstrap tokens follow their Secret") {
    Fixture f;
    auto secret = [&](const std::string& expiration, const std::string& usage, const std::string& groups) {
        auto data = json::Value::object({{"token-id", base64_encode("abcdef")},
                                         {"token-secret", base64_encode("0123456789abcdef")},
                                         {"usage-bootstrap-authentication", base64_encode(usage)},
                                         {"expiration", base64_encode(expiration)},
                                         {"auth-extra-groups", base64_encode(groups)}});
        f.reader.put(kSecrets, json::Value::object({{"metadata", json::Value::object({{"name", "bootstrap-token-abcdef"}, {"namespace", "kube-system"}})},
                                                    {"type", "bootstrap.kubernetes.io/token"},
                                                    {"data", data}}));
    };
    const char* bearer = "Bearer abcdef.0123456789abcdef";
    CHECK(f.name(bearer) == "401");
    secret("2033-01-01T00:00:00Z", "true", "system:bootstrappers:workers");
    auto user = f.who(bearer);
    CHECK((*user)->name == "system:bootstrap:abcdef");
    CHECK((*user)->groups == std::vector<std::string>{"system:bootstrappers", "system:bootstrappers:workers"});
    CHECK(f.name("Bearer abcdef.0123456789abcdee") == "401");
    secret("2020-01-01T00:00:00Z", "true", "");
    CHECK(f.name(bearer) == "401");
    secret("", "false", "");
    CHECK(f.name(bearer) == "401");
    secret("", "true", "system:masters");
    CHECK(f.name(bearer) == "401");
    secret("", "true", "");
    CHECK(f.name(bearer) == "system:bootstrap:abcdef");
}

TEST_CASE("join secrets are known by their hash, strangers are refused, silence is anonymous") {
    Fixture f;
    CHECK(f.name("Basic " + base64_encode("node:agent-secret")) == "node");
    CHECK(f.name("Basic " + base64_encode("node:server-secret")) == "node");
    CHECK(f.name("Basic " + base64_encode("server:server-secret")) == "server");
    CHECK(f.name("Basic " + base64_encode("server:agent-secret")) == "401");
    CHECK(f.name("Basic " + base64_encode("node:wrong")) == "401");
    CHECK(f.name("Bearer gibberish") == "401");
    CHECK(f.name("Bearer a.b.c") == "401");
    CHECK(!f.who(net::Request())->has_value());
}

TEST_CASE("a token of the file is its user with its groups, and no other token is") {
    auto tokens = make_static_token_authenticator("secret,jane,7,\"dev,\"\"ops\"\"\"\nplain,bob,8\n").value();
    auto user_of = [&](const char* token) {
        net::Request request;
        request.headers.set("Authorization", std::string("Bearer ") + token);
        return tokens->authenticate(request).value();
    };
    auto jane = user_of("secret");
    REQUIRE(jane);
    CHECK(jane->name == "jane");
    CHECK(jane->uid == "7");
    CHECK(jane->groups == std::vector<std::string>{"dev", "\"ops\""});
    CHECK(user_of("plain")->groups.empty());
    CHECK_FALSE(user_of("other"));
    CHECK(make_static_token_authenticator("a,b\n").status().message().find("line 1") == 0);
    CHECK_FALSE(make_static_token_authenticator("a,b,\"c\n").ok());
}
