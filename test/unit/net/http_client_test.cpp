#include "net/http_client.h"

#include <catch2/catch.hpp>

#include <thread>

#include "base/strings.h"
#include "loopback.h"
#include "net/listener.h"

using namespace skiff;
using namespace skiff::net;

namespace {

struct Fixture {
    IoThreads io{2};
    std::unique_ptr<HttpServer> server;
    std::shared_ptr<HttpClient> client = HttpClient::create(io);
    void start(HttpServer::Handler handler) {
        HttpServer::Options options;
        options.address = "127.0.0.1";
        auto started = HttpServer::start(io, options, std::move(handler));
        REQUIRE(started.ok());
        server = std::move(started.value());
    }
    ClientRequest get(const std::string& path, const std::string& host = "127.0.0.1") {
        ClientRequest request;
        request.url = "http://" + host + ":" + std::to_string(server->port()) + path;
        request.timeout = std::chrono::seconds(5);
        return request;
    }
};

}  // namespace

TEST_CASE("requests share a kept-alive connection and bodies go both ways") {
    Fixture f;
    std::mutex mutex;
    std::vector<std::string> peers;
    f.start([&](ExchangePtr exchange) {
        std::lock_guard lock(mutex);
        peers.push_back(exchange->request().remote_address);
        exchange->respond(text_response(exchange->request().method + exchange->request().body, 201));
    });
    for (int i = 0; i < 3; ++i) {
        ClientRequest request = f.get("/");
        request.method = "POST";
        request.body = make_bytes(std::string(100'000, 'b'));
        auto response = f.client->request(request);
        REQUIRE(response.ok());
        CHECK(response->code == 201);
        CHECK(response->body == "POST" + std::string(100'000, 'b'));
    }
    REQUIRE(peers.size() == 3);
    CHECK(peers[0] == peers[1]);
    CHECK(peers[1] == peers[2]);
}

TEST_CASE("a name is resolved, and connect_address overrides where to dial but not the Host") {
    Fixture f;
    f.start([](ExchangePtr exchange) { exchange->respond(text_response(exchange->request().headers.get("Host"))); });
    const std::string port = std::to_string(f.server->port());
    auto by_name = f.client->request(f.get("/", "localhost"));
    REQUIRE(by_name.ok());
    CHECK(by_name->body == "localhost:" + port);
    ClientRequest pinned = f.get("/", "no.such.name.invalid");
    pinned.connect_address = "127.0.0.1:" + port;
    auto response = f.client->request(pinned);
    REQUIRE(response.ok());
    CHECK(response->body == "no.such.name.invalid:" + port);
}

TEST_CASE("a stream delivers pieces as they come, then its end") {
    Fixture f;
    std::shared_ptr<ResponseStream> out;
    Event opened;
    f.start([&](ExchangePtr exchange) {
        out = exchange->stream(200, {});
        opened.set();
    });
    std::mutex mutex;
    std::string seen;
    Event first, ended;
    Status end_status = error(Reason::Unknown, "none");
    auto call = f.client->stream(f.get("/watch"), {[](int code, const Headers&) { CHECK(code == 200); },
                                                   [&](std::string_view piece) {
                                                       std::lock_guard lock(mutex);
                                                       seen.append(piece);
                                                       first.set();
                                                   },
                                                   [&](Status status) {
                                                       end_status = std::move(status);
                                                       ended.set();
                                                   }});
    REQUIRE(opened.wait());
    out->write("one");
    REQUIRE(first.wait());
    out->write("two");
    out->end();
    REQUIRE(ended.wait());
    CHECK(end_status.ok());
    CHECK(seen == "onetwo");
}

TEST_CASE("cancelling a stream closes it at the server and calls nothing back") {
    Fixture f;
    std::shared_ptr<ResponseStream> out;
    Event opened, closed;
    f.start([&](ExchangePtr exchange) {
        out = exchange->stream(200, {});
        out->on_closed([&] { closed.set(); });
        opened.set();
    });
    std::atomic<bool> ended{false};
    auto call = f.client->stream(f.get("/watch"), {nullptr, nullptr, [&](Status) { ended = true; }});
    REQUIRE(opened.wait());
    call.reset();
    CHECK(closed.wait());
    CHECK_FALSE(ended);
}

TEST_CASE("an upgraded request becomes a stream that carries bytes both ways") {
    Fixture f;
    std::shared_ptr<Stream> server_side;
    f.start([&](ExchangePtr exchange) {
        if (exchange->request().path == "/no") return exchange->respond(text_response("no", 403));
        Headers headers;
        headers.set("Upgrade", "x");
        server_side = exchange->upgrade(headers);
        server_side->write("welcome ");
        server_side->start([&](std::string_view bytes) { server_side->write(bytes); }, [&](Status) { server_side->shutdown_write(); });
    });
    ClientRequest request = f.get("/yes");
    request.headers.set("Connection", "Upgrade");
    request.headers.set("Upgrade", "x");
    Event done, ended;
    std::shared_ptr<Stream> stream;
    f.client->upgrade(request, [&](Result<HttpClient::Upgraded> result) {
        REQUIRE(result.ok());
        CHECK(result->response.code == 101);
        stream = result->stream;
        done.set();
    });
    REQUIRE(done.wait());
    REQUIRE(stream);
    std::string seen;
    stream->start([&](std::string_view bytes) { seen.append(bytes); }, [&](Status) { ended.set(); });
    stream->write("hello");
    stream->shutdown_write();
    REQUIRE(ended.wait());
    CHECK(seen == "welcome hello");
    Event refused;
    request.url = f.get("/no").url;
    f.client->upgrade(request, [&](Result<HttpClient::Upgraded> result) {
        REQUIRE(result.ok());
        CHECK(result->response.code == 403);
        CHECK(result->response.body == "no");
        CHECK_FALSE(result->stream);
        refused.set();
    });
    CHECK(refused.wait());
    f.server->stop(std::chrono::milliseconds(0));
}

TEST_CASE("redirects are followed, without credentials to another origin") {
    Fixture f, other;
    other.start([](ExchangePtr e) { e->respond(text_response("auth=" + e->request().headers.get("Authorization"))); });
    f.start([&](ExchangePtr e) {
        const std::string& path = e->request().path;
        if (path == "/end") return e->respond(text_response(e->request().method + " auth=" + e->request().headers.get("Authorization")));
        Response r;
        r.code = path == "/other" ? 307 : 302;
        r.headers.set("Location", path == "/other" ? other.get("/").url : path == "/loop" ? "/loop" : "/end");
        e->respond(std::move(r));
    });
    ClientRequest request = f.get("/start");
    request.redirects_max = 3;
    request.method = "POST";
    request.body = make_bytes("x");
    request.headers.set("Authorization", "secret");
    CHECK(f.client->request(request)->body == "GET auth=secret");
    request.url = f.get("/other").url;
    CHECK(f.client->request(request)->body == "auth=");
    request.url = f.get("/loop").url;
    CHECK(f.client->request(request)->code == 302);
}

TEST_CASE("a refused connection, a silent server, a cut answer and an oversized one are errors") {
    Fixture f;
    f.start([&](ExchangePtr e) {
        if (e->request().path == "/big") return e->respond(text_response(std::string(2000, 'x')));
        if (e->request().path == "/cut") {
            auto stream = e->stream(200, {});
            stream->write("part");
            stream->abort();
            return;
        }
        static ExchangePtr held;
        held = e->request().path == "/hold" ? e : nullptr;
    });
    ClientRequest refused;
    refused.url = "http://127.0.0.1:1/";
    CHECK(f.client->request(refused).status().reason() == Reason::ServiceUnavailable);
    ClientRequest hold = f.get("/hold");
    hold.timeout = std::chrono::milliseconds(50);
    CHECK(f.client->request(hold).status().reason() == Reason::Timeout);
    CHECK_FALSE(f.client->request(f.get("/cut")).ok());
    ClientRequest big = f.get("/big");
    big.body_bytes_max = 1000;
    CHECK(f.client->request(big).status().reason() == Reason::RequestEntityTooLarge);
    ClientRequest head = f.get("/big");
    head.method = "HEAD";
    CHECK(f.client->request(head)->headers.get("Content-Length") == "2000");
    CHECK_FALSE(f.client->request(f.get("/release"))->code == 200);
}

TEST_CASE("a GET is sent again when the kept connection turned out to be closed") {
    IoThreads io;
    auto client = HttpClient::create(io);
    auto listening = listen_tcp("127.0.0.1", 0);
    REQUIRE(listening.ok());
    ::fcntl(listening->fd.get(), F_SETFL, 0);
    std::jthread server([&] {
        for (int i = 0; i < 2; ++i) {
            Fd peer(::accept(listening->fd.get(), nullptr, nullptr));
            char buffer[4096];
            if (::recv(peer.get(), buffer, sizeof buffer, 0) <= 0) return;
            const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            (void)!::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
            if (i == 0) (void)!::recv(peer.get(), buffer, sizeof buffer, 0);   // the second request: closed unanswered
        }
    });
    ClientRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(listening->port) + "/";
    CHECK(client->request(request)->body == "ok");
    CHECK(client->request(request)->body == "ok");
}

TEST_CASE("connect_tcp gives a stream, and splice joins two of them") {
    Fixture f;
    f.start([](ExchangePtr e) { e->respond(text_response("through the splice")); });
    auto front = listen_tcp("127.0.0.1", 0);
    ::fcntl(front->fd.get(), F_SETFL, 0);
    // front <-> (accepted by a raw socket that speaks HTTP) is dialed as a stream, and joined with one to the server.
    Event done;
    std::mutex mutex;
    std::vector<std::shared_ptr<Stream>> streams;
    auto collected = [&](Result<std::shared_ptr<Stream>> stream) {
        REQUIRE(stream.ok());
        std::lock_guard lock(mutex);
        streams.push_back(std::move(stream.value()));
        if (streams.size() < 2) return;
        splice(streams[0], streams[1], [&] { done.set(); });
        streams.clear();
    };
    f.client->connect_tcp("127.0.0.1", front->port, std::chrono::seconds(5), collected);
    f.client->connect_tcp("127.0.0.1", f.server->port(), std::chrono::seconds(5), collected);
    Fd peer(::accept(front->fd.get(), nullptr, nullptr));
    const std::string request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    REQUIRE(::send(peer.get(), request.data(), request.size(), 0) > 0);
    std::string seen;
    char buffer[4096];
    for (ssize_t n; (n = ::recv(peer.get(), buffer, sizeof buffer, 0)) > 0;) seen.append(buffer, static_cast<size_t>(n));
    CHECK(seen.ends_with("through the splice"));
    peer.reset();
    CHECK(done.wait());
}
