#include "net/tls.h"

#include <catch2/catch.hpp>

#include "base/strings.h"
#include "loopback.h"
#include "net/http_client.h"
#include "pki/ca.h"

using namespace skiff;
using namespace skiff::net;

namespace {

using pki::CertificateAuthority;
using pki::KeyPair;

KeyPair server_pair(const CertificateAuthority& ca, const std::string& name = "localhost") {
    return *ca.issue({.names = {name, {}, {name}, {"127.0.0.1"}}, .server_auth = true}, Clock::system().now());
}

KeyPair client_pair(const CertificateAuthority& ca, WallTime now = Clock::system().now()) {
    return *ca.issue({.names = {"alice", {"devs", "ops"}, {}, {}}, .client_auth = true}, now);
}

struct Fixture {
    CertificateAuthority ca = *CertificateAuthority::create("test-ca", Clock::system().now() - std::chrono::hours(24 * 30));
    IoThreads io{2};
    std::shared_ptr<TlsServerContext> tls;
    std::unique_ptr<HttpServer> server;

    explicit Fixture(HttpServer::Handler handler) {
        const KeyPair pair = server_pair(ca);
        auto context = TlsServerContext::create({pair.certificate_pem, pair.key_pem, ca.certificate_pem()});
        REQUIRE(context.ok());
        tls = *context;
        HttpServer::Options options;
        options.address = "127.0.0.1";
        options.tls = tls;
        auto started = HttpServer::start(io, options, std::move(handler));
        REQUIRE(started.ok());
        server = std::move(started.value());
    }
    std::shared_ptr<HttpClient> client(TlsClientConfig config) {
        if (config.ca_pem.empty()) config.ca_pem = ca.certificate_pem();
        auto context = TlsClientContext::create(config);
        REQUIRE(context.ok());
        return HttpClient::create(io, *context);
    }
    ClientRequest get(const std::string& path = "/", const std::string& host = "127.0.0.1") {
        ClientRequest request;
        request.url = "https://" + host + ":" + std::to_string(server->port()) + path;
        request.timeout = std::chrono::seconds(5);
        return request;
    }
};

void who(ExchangePtr exchange) {
    const Request& r = exchange->request();
    std::string text = r.certificate ? r.certificate->common_name + ":" + join(r.certificate->organizations, ",") : "nobody";
    if (!r.certificate_error.empty()) text += " (" + r.certificate_error + ")";
    exchange->respond(text_response(text));
}

}  // namespace

TEST_CASE("a verified client certificate names its user and groups, also on a resumed session") {
    Fixture f(who);
    const KeyPair alice = client_pair(f.ca);
    auto context = TlsClientContext::create({f.ca.certificate_pem(), alice.certificate_pem, alice.key_pem});
    REQUIRE(context.ok());
    for (int i = 0; i < 3; ++i) {
        auto client = HttpClient::create(f.io, *context);   // a new connection each time
        auto response = client->request(f.get());
        REQUIRE(response.ok());
        CHECK(response->body == "alice:devs,ops");
    }
    CHECK(f.client({})->request(f.get())->body == "nobody");
    CHECK(f.client({})->request(f.get("/", "localhost"))->body == "nobody");
}

TEST_CASE("a bad client certificate does not cut the connection but is reported to the handler") {
    Fixture f(who);
    const auto other = *CertificateAuthority::create("test-ca", Clock::system().now());
    const KeyPair foreign = client_pair(other), expired = *f.ca.issue({.names = {"old", {}, {}, {}}, .client_auth = true, .validity = std::chrono::hours(1)},
                                                                      Clock::system().now() - std::chrono::hours(48));
    for (const KeyPair* pair : {&foreign, &expired}) {
        TlsClientConfig config;
        config.certificate_pem = pair->certificate_pem;
        config.key_pem = pair->key_pem;
        auto response = f.client(config)->request(f.get());
        REQUIRE(response.ok());
        CHECK(response->body.starts_with("nobody ("));
    }
    // A server's certificate is no client's.
    const KeyPair wrong_use = server_pair(f.ca);
    TlsClientConfig config;
    config.certificate_pem = wrong_use.certificate_pem;
    config.key_pem = wrong_use.key_pem;
    CHECK(f.client(config)->request(f.get())->body.starts_with("nobody ("));
}

TEST_CASE("the client refuses a foreign authority and a wrong name, unless told not to look") {
    Fixture f(who);
    const auto other = *CertificateAuthority::create("other-ca", Clock::system().now());
    TlsClientConfig foreign;
    foreign.ca_pem = other.certificate_pem();
    const auto refused = f.client(foreign)->request(f.get());
    REQUIRE_FALSE(refused.ok());
    CHECK(contains(refused.status().message(), "tls: failed to verify certificate: x509: certificate signed by unknown authority"));
    foreign.insecure_skip_verify = true;
    CHECK(f.client(foreign)->request(f.get()).ok());
    TlsClientConfig named;
    named.server_name = "elsewhere";
    CHECK_FALSE(f.client(named)->request(f.get()).ok());
    named.server_name = "localhost";
    CHECK(f.client(named)->request(f.get()).ok());
}

TEST_CASE("a bundle of the server's own certificate is enough, and that of a sibling is not") {
    Fixture f(who);
    const KeyPair own = server_pair(f.ca), sibling = server_pair(f.ca);
    REQUIRE(f.tls->reload({own.certificate_pem, own.key_pem, f.ca.certificate_pem()}).ok());
    CHECK(f.client({.ca_pem = own.certificate_pem})->request(f.get()).ok());
    CHECK_FALSE(f.client({.ca_pem = sibling.certificate_pem})->request(f.get()).ok());
}

TEST_CASE("bodies of many records go both ways over TLS, and streams work") {
    std::shared_ptr<ResponseStream> stream;
    Event opened;
    Fixture f([&](ExchangePtr exchange) {
        if (exchange->request().path == "/watch") {
            stream = exchange->stream(200, {});
            opened.set();
            return;
        }
        Response response;
        response.body = make_bytes("<" + exchange->request().body);
        for (int i = 0; i < 100; ++i) response.more.push_back(make_bytes(std::string(1000 + i, 'y')));
        exchange->respond(std::move(response));
    });
    auto client = f.client({});
    ClientRequest post = f.get();
    post.method = "POST";
    post.body = make_bytes(std::string(2 << 20, 'x'));
    for (int i = 0; i < 2; ++i) {
        auto response = client->request(post);
        REQUIRE(response.ok());
        CHECK(response->body.size() == 1 + (2 << 20) + 100 * 1000 + 99 * 50);
    }
    std::mutex mutex;
    size_t seen = 0;
    Event all;
    auto call = client->stream(f.get("/watch"), {nullptr, [&](std::string_view piece) {
                                                     std::lock_guard lock(mutex);
                                                     seen += piece.size();
                                                     if (seen == 500'000) all.set();
                                                 }, nullptr});
    REQUIRE(opened.wait());
    for (int i = 0; i < 500; ++i) CHECK(stream->write(std::string(1000, 'e')));
    CHECK(all.wait());
}

TEST_CASE("a reload serves the new certificate to new connections") {
    Fixture f(who);
    auto client = f.client({});
    CHECK(client->request(f.get("/", "localhost")).ok());
    const KeyPair renamed = server_pair(f.ca, "renamed");
    REQUIRE(f.tls->reload({renamed.certificate_pem, renamed.key_pem, f.ca.certificate_pem()}).ok());
    CHECK(client->request(f.get("/", "localhost")).ok());              // the kept connection
    CHECK_FALSE(f.client({})->request(f.get("/", "localhost")).ok());
    TlsClientConfig config;
    config.server_name = "renamed";
    CHECK(f.client(config)->request(f.get("/", "localhost")).ok());
    CHECK_FALSE(f.tls->reload({renamed.certificate_pem, server_pair(f.ca).key_pem, ""}).ok());
}

TEST_CASE("plain text or noise on a TLS port ends that connection only") {
    Fixture f(who);
    for (const char* noise : {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x02garbage garbage garbage garbage"}) {
        RawSocket socket(f.server->port());
        socket.send(noise);
        socket.end_sending();
        socket.read_all();
    }
    CHECK(f.client({})->request(f.get()).ok());
}
