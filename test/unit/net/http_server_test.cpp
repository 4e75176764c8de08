#include "net/http_server.h"

#include <catch2/catch.hpp>
#include <thread>

#include "base/strings.h"
#include "loopback.h"

using namespace skiff;
using namespace skiff::net;

namespace {

struct Fixture {
    IoThreads io{2};
    std::unique_ptr<HttpServer> server;
    void start(HttpServer::Handler handler, ServerLimits limits = {}) {
        HttpServer::Options options;
        options.address = "127.0.0.1";
        options.limits = limits;
        auto started = HttpServer::start(io, options, std::move(handler));
        REQUIRE(started.ok());
        server = std::move(started.value());
    }
};

void echo(ExchangePtr exchange) {
    const Request& r = exchange->request();
    exchange->respond(text_response(r.method + " " + r.path + " [" + r.query.get("q") + "] " + r.body));
}

size_t count(const std::string& text, std::string_view part) {
    size_t n = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
    return n;
}

}  // namespace

TEST_CASE("requests sent in one go are answered in their order on one connection") {
    Fixture f;
    f.start(echo);
    RawSocket socket(f.server->port());
    socket.send("GET /a%20b?q=1%202 HTTP/1.1\r\nHost: x\r\n\r\n"
                "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
                "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n2\r\n12\r\n0\r\nX-Trailer: t\r\n\r\n"
                "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const std::string all = socket.read_all();
    CHECK(count(all, "HTTP/1.1 200 OK") == 4);
    const size_t a = all.find("GET /a b [1 2] "), b = all.find("POST /b [] abc"), c = all.find("POST /c [] xyz12"), d = all.find("GET /last");
    CHECK(a < b);
    CHECK(b < c);
    CHECK(c < d);
    CHECK(d != std::string::npos);
}

TEST_CASE("an answer from another thread, long after the handler, keeps the connection") {
    Fixture f;
    std::jthread later;
    f.start([&](ExchangePtr exchange) {
        later = std::jthread([exchange] { exchange->respond(text_response("late")); });
    });
    RawSocket socket(f.server->port());
    for (int i = 0; i < 3; ++i) {
        socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK(socket.read_until("late").starts_with("HTTP/1.1 200"));
    }
}

TEST_CASE("a request that nobody answers gets 500") {
    Fixture f;
    f.start([](ExchangePtr) {});
    RawSocket socket(f.server->port());
    socket.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(socket.read_all().starts_with("HTTP/1.1 500"));
}

TEST_CASE("bad, oversized and host-less requests are refused with a Status body") {
    Fixture f;
    ServerLimits limits;
    limits.header_bytes_max = 4096;
    limits.body_bytes_max = 100;
    f.start(echo, limits);
    const std::string long_header = "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(5000, 'a') + "\r\n\r\n";
    const std::pair<std::string, std::string> cases[] = {
        {"GARBAGE\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\n\r\n", "400"},
        {"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "400"},
        {long_header, "431"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n", "413"},
        {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + std::string(255, 'a') + "\r\n", "413"},
    };
    for (const auto& [request, code] : cases) {
        CAPTURE(request.substr(0, 60), code);
        RawSocket socket(f.server->port());
        socket.send(request);
        socket.end_sending();
        const std::string answer = socket.read_all();
        CHECK(answer.starts_with("HTTP/1.1 " + code));
        CHECK(contains(answer, "\"kind\":\"Status\""));
    }
}

TEST_CASE("HEAD has the length and no body, HTTP/1.0 closes, 100-continue is said") {
    Fixture f;
    f.start(echo);
    RawSocket head(f.server->port());
    head.send("HEAD /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const std::string answer = head.read_all();
    CHECK(contains(answer, "Content-Length: 11\r\n"));
    CHECK(answer.ends_with("\r\n\r\n"));
    RawSocket old(f.server->port());
    old.send("GET /old HTTP/1.0\r\n\r\n");
    CHECK(old.read_all().starts_with("HTTP/1.0 200"));
    RawSocket expect(f.server->port());
    expect.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    CHECK(expect.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    expect.send("ok");
    CHECK(contains(expect.read_until("ok"), "POST / [] ok"));
}

TEST_CASE("a stream is chunked, its end keeps the connection, and a client that leaves is noticed") {
    Fixture f;
    std::shared_ptr<ResponseStream> stream;
    Event opened, closed;
    f.start([&](ExchangePtr exchange) {
        if (exchange->request().path == "/end") {
            auto brief = exchange->stream(200, {});
            brief->write("one");
            brief->write("two");
            brief->end();
            return;
        }
        stream = exchange->stream(200, {});
        stream->on_closed([&] { closed.set(); });
        stream->write("hello");
        opened.set();
    });
    {
        RawSocket socket(f.server->port());
        socket.send("GET /end HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK(contains(socket.read_until("0\r\n\r\n"), "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"));
        socket.send("GET /watch HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK(contains(socket.read_until("hello\r\n"), "5\r\nhello\r\n"));
        REQUIRE(opened.wait());
        CHECK(stream->write("more"));
        CHECK(socket.read_until("more\r\n") == "4\r\nmore\r\n");
    }
    CHECK(closed.wait());
    CHECK_FALSE(stream->write("nobody"));
}

TEST_CASE("a reader that is too slow is closed and others go on") {
    Fixture f;
    ServerLimits limits;
    limits.stream_queue_bytes_max = 1 << 20;
    std::mutex mutex;
    std::vector<std::shared_ptr<ResponseStream>> streams;
    Event both;
    f.start([&](ExchangePtr exchange) {
        std::lock_guard lock(mutex);
        streams.push_back(exchange->stream(200, {}));
        if (streams.size() == 2) both.set();
    }, limits);
    RawSocket slow(f.server->port()), quick(f.server->port());
    for (RawSocket* s : {&slow, &quick}) {
        s->send("GET /watch HTTP/1.1\r\nHost: x\r\n\r\n");
        s->read_until("\r\n\r\n");
    }
    REQUIRE(both.wait());
    const Bytes piece = make_bytes(std::string(256 << 10, 'x'));
    int accepted = 0;
    while (accepted < 1000 && streams[0]->write(piece)) ++accepted;
    CHECK(accepted < 1000);
    CHECK(streams[1]->write("fine"));
    CHECK(quick.read_until("fine\r\n") == "4\r\nfine\r\n");
}

TEST_CASE("an upgraded connection is a stream, with what was sent early") {
    Fixture f;
    std::shared_ptr<Stream> stream;
    f.start([&](ExchangePtr exchange) {
        Headers headers;
        headers.set("Upgrade", "echo");
        headers.set("Connection", "Upgrade");
        stream = exchange->upgrade(headers);
        stream->start([&](std::string_view bytes) { stream->write(std::string(bytes)); }, [&](Status) { stream->shutdown_write(); });
    });
    RawSocket socket(f.server->port());
    socket.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly");
    CHECK(socket.read_until("early").starts_with("HTTP/1.1 101 "));
    socket.send("later");
    CHECK(socket.read_until("later") == "later");
    socket.end_sending();
    CHECK(socket.read_all().empty());
    f.server->stop(std::chrono::milliseconds(100));
    stream.reset();
}

TEST_CASE("a large answer of shared pieces arrives whole") {
    Fixture f;
    const Bytes piece = make_bytes(std::string(1 << 20, 'p'));
    f.start([&](ExchangePtr exchange) {
        Response response;
        response.body = make_bytes("[");
        for (int i = 0; i < 20; ++i) response.more.push_back(piece);
        response.more.push_back(make_bytes("]"));
        exchange->respond(std::move(response));
    });
    RawSocket socket(f.server->port());
    socket.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const std::string all = socket.read_all();
    CHECK(contains(all, "Content-Length: " + std::to_string((20 << 20) + 2)));
    CHECK(all.size() - all.find("\r\n\r\n") - 4 == (20u << 20) + 2);
    CHECK(all.ends_with("p]"));
}

TEST_CASE("stop waits for a running request and ends streams") {
    Fixture f;
    ExchangePtr held;
    std::shared_ptr<ResponseStream> stream;
    Event first, second;
    f.start([&](ExchangePtr exchange) {
        if (exchange->request().path == "/watch") {
            stream = exchange->stream(200, {});
            second.set();
        } else {
            held = exchange;
            first.set();
        }
    });
    RawSocket slow(f.server->port()), watch(f.server->port()), idle(f.server->port());
    slow.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    watch.send("GET /watch HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(first.wait());
    REQUIRE(second.wait());
    std::string idle_seen, watch_seen, slow_seen;   // Catch2 checks on one thread only
    {
        std::jthread answer([&] {
            idle_seen = idle.read_all();
            watch_seen = watch.read_all();
            held->respond(text_response("done"));
            held.reset();
        });
        std::jthread reader([&] { slow_seen = slow.read_all(); });
        f.server->stop(std::chrono::seconds(5));
    }
    CHECK(idle_seen.empty());
    CHECK(watch_seen.ends_with("0\r\n\r\n"));
    CHECK(slow_seen.ends_with("done"));
    CHECK(f.server->connections() == 0);
    CHECK_FALSE(RawSocket(f.server->port()).connected());
}

TEST_CASE("a client that is idle or never finishes its header is closed") {
    Fixture f;
    ServerLimits limits;
    limits.header_timeout = limits.idle_timeout = std::chrono::milliseconds(10);
    f.start(echo, limits);
    RawSocket silent(f.server->port()), partial(f.server->port());
    partial.send("GET / HTT");
    CHECK(silent.read_all().empty());
    CHECK(partial.read_all().empty());
}

TEST_CASE("when there are too many connections the one that has waited longest makes room") {
    Fixture f;
    ServerLimits limits;
    limits.connections_max = 8;   // four a loop
    f.start(echo, limits);
    std::vector<std::unique_ptr<RawSocket>> idle;
    for (int i = 0; i < 20; ++i) {
        idle.push_back(std::make_unique<RawSocket>(f.server->port()));
        idle.back()->send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        CHECK(idle.back()->read_all().find("200 OK") != std::string::npos);
        idle.back() = std::make_unique<RawSocket>(f.server->port());
    }
    CHECK(idle.front()->read_all().empty());   // closed by the server
}

TEST_CASE("paths and queries are bounded") {
    Fixture f;
    f.start(echo);
    RawSocket path(f.server->port());
    path.send("GET /" + std::string(70'000, 'a') + "?q=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(path.read_all().starts_with("HTTP/1.1 414"));
    RawSocket query(f.server->port());
    std::string many = "GET /?";
    for (int i = 0; i < 10'001; ++i) many += "a&";
    query.send(many + "b HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(query.read_all().starts_with("HTTP/1.1 400"));
}
