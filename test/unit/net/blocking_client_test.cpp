#include "net/blocking_client.h"

#include <catch2/catch.hpp>
#include <thread>

#include "base/strings.h"
#include "loopback.h"
#include "pki/ca.h"

using namespace skiff;
using namespace skiff::net;

namespace {

struct Fixture {
    pki::CertificateAuthority ca = *pki::CertificateAuthority::create("ca", Clock::system().now());
    IoThreads io{1};
    std::unique_ptr<HttpServer> server;
    bool tls;
    explicit Fixture(HttpServer::Handler handler, bool with_tls = false) : tls(with_tls) {
        HttpServer::Options options;
        options.address = "127.0.0.1";
        if (tls) {
            const auto pair = *ca.issue({.names = {"x", {}, {"localhost"}, {"127.0.0.1"}}, .server_auth = true}, Clock::system().now());
            options.tls = *TlsServerContext::create({pair.certificate_pem, pair.key_pem, ca.certificate_pem()});
        }
        server = std::move(HttpServer::start(io, options, std::move(handler)).value());
    }
    std::string url(const std::string& path, const std::string& host = "127.0.0.1") {
        return (tls ? "https://" : "http://") + host + ":" + std::to_string(server->port()) + path;
    }
};

std::shared_ptr<BlockingClient> plain() { return *BlockingClient::create({}); }

}  // namespace

TEST_CASE("a body comes in pieces or whole, with its length known before") {
    Fixture f([](ExchangePtr e) {
        if (e->request().path == "/404") return e->respond(text_response("no such thing", 404));
        e->respond(text_response(std::string(3'000'000, 'z')));
    });
    auto client = plain();
    BlockingRequest request;
    request.url = f.url("/blob?a=b%20c");
    size_t seen = 0;
    std::string length;
    request.head = [&](int, const Headers& headers) {
        length = headers.get("Content-Length");
        return true;
    };
    request.data = [&](std::string_view piece) {
        seen += piece.size();
        return true;
    };
    for (int i = 1; i <= 2; ++i) {
        auto response = client->request(request);
        REQUIRE(response.ok());
        CHECK(seen == 3'000'000u * static_cast<size_t>(i));
        CHECK(length == "3000000");
        CHECK(response->body.empty());
    }
    request.url = f.url("/404");
    auto missing = client->request(request);
    REQUIRE(missing.ok());
    CHECK(missing->code == 404);
    CHECK(missing->body == "no such thing");
}

TEST_CASE("bounds, cancelling and silence end a request with an error") {
    std::vector<ExchangePtr> held;
    Event arrived;
    Fixture f([&](ExchangePtr e) {
        if (e->request().path == "/silent") {
            held.push_back(e);
            arrived.set();
            return;
        }
        e->respond(text_response(std::string(200'000, 'z')));
    });
    auto client = plain();
    BlockingRequest request;
    request.url = f.url("/");
    request.body_bytes_max = 1000;
    CHECK(client->request(request).status().reason() == Reason::RequestEntityTooLarge);
    request.body_bytes_max = 1 << 20;
    request.data = [](std::string_view) { return false; };
    CHECK(contains(client->request(request).status().message(), "cancelled"));
    request.data = nullptr;
    request.url = f.url("/silent");
    request.read_timeout = std::chrono::milliseconds(30);
    CHECK(client->request(request).status().reason() == Reason::Timeout);
    std::stop_source stop;
    request.read_timeout = std::chrono::seconds(20);
    request.stop = stop.get_token();
    std::jthread stopper([&] {
        arrived.wait();
        stop.request_stop();
    });
    CHECK(contains(client->request(request).status().message(), "cancelled"));
    request.stop = {};
    request.url = "http://127.0.0.1:1/";
    CHECK(client->request(request).status().reason() == Reason::ServiceUnavailable);
    held.clear();
}

TEST_CASE("redirects lose credentials at another origin and keep them at the same") {
    Fixture other([](ExchangePtr e) { e->respond(text_response("auth=" + e->request().headers.get("Authorization"))); });
    Fixture f([&](ExchangePtr e) {
        if (e->request().path == "/end") return e->respond(text_response("auth=" + e->request().headers.get("Authorization")));
        Response r;
        r.code = 307;
        r.headers.set("Location", e->request().path == "/away" ? other.url("/x") : e->request().path == "/loop" ? "/loop" : "/end");
        e->respond(std::move(r));
    });
    auto client = plain();
    BlockingRequest request;
    request.headers.set("Authorization", "Bearer secret");
    request.url = f.url("/start");
    CHECK(client->request(request)->body == "auth=Bearer secret");
    request.url = f.url("/away");
    auto away = client->request(request);
    CHECK(away->body == "auth=");
    CHECK(away->final_url == other.url("/x"));
    request.url = f.url("/loop");
    CHECK(client->request(request)->code == 307);
}

TEST_CASE("TLS verifies against the given authority, and a client certificate is shown") {
    Fixture f([](ExchangePtr e) { e->respond(text_response(e->request().certificate ? e->request().certificate->common_name : "nobody")); }, true);
    BlockingRequest request;
    request.url = f.url("/");
    CHECK(contains(plain()->request(request).status().message(), "x509"));
    auto trusting = *BlockingClient::create({.ca_pem = f.ca.certificate_pem()});
    for (int i = 0; i < 2; ++i) CHECK(trusting->request(request)->body == "nobody");
    request.url = f.url("/", "localhost");
    CHECK(trusting->request(request)->body == "nobody");
    CHECK((*BlockingClient::create({.insecure_skip_verify = true}))->request(request).ok());
    const auto pair = *f.ca.issue({.names = {"puller", {}, {}, {}}, .client_auth = true}, Clock::system().now());
    auto known = *BlockingClient::create({.ca_pem = f.ca.certificate_pem(), .certificate_pem = pair.certificate_pem, .key_pem = pair.key_pem});
    CHECK(known->request(request)->body == "puller");
    CHECK_FALSE(BlockingClient::create({.ca_pem = "nonsense"}).ok());
}

TEST_CASE("a proxy is used but for loopback and what NO_PROXY names") {
    const ProxyEnvironment e{"http://p:1", "http://p:2", "example.org, .internal,10.0.0.0/8,host:8080,fd00::/8"};
    CHECK(proxy_for(e, "http", "a.com", 80) == "http://p:1");
    CHECK(proxy_for(e, "https", "a.com", 443) == "http://p:2");
    for (const char* host : {"localhost", "127.0.0.1", "::1", "example.org", "x.example.org", "a.internal", "internal", "10.1.2.3", "fd00::1"}) {
        CAPTURE(host);
        CHECK(proxy_for(e, "https", host, 443).empty());
    }
    CHECK(proxy_for(e, "http", "host", 8080).empty());
    CHECK_FALSE(proxy_for(e, "http", "host", 80).empty());
    CHECK_FALSE(proxy_for(e, "http", "notexample.org", 80).empty());
    CHECK_FALSE(proxy_for(e, "http", "11.0.0.1", 80).empty());
    CHECK(proxy_for({"p", "p", "*"}, "http", "a.com", 80).empty());
}
