#include "net/websocket.h"

#include <catch2/catch.hpp>
#include <random>

#include "base/encoding.h"
#include "loopback.h"
#include "net/sha1.h"

using namespace skiff;
using namespace skiff::net;

namespace {

struct Record : WsParser::Sink {
    std::vector<std::string> messages, pings;
    int close_code = 0;
    std::string close_reason;
    void on_message(WsKind kind, std::string_view message) override { messages.push_back((kind == WsKind::Text ? "t:" : "b:") + std::string(message)); }
    void on_ping(std::string_view payload) override { pings.emplace_back(payload); }
    void on_pong(std::string_view) override {}
    void on_close(uint16_t code, std::string_view reason) override {
        close_code = code;
        close_reason = std::string(reason);
    }
};

std::string frame(uint8_t first, std::string payload, bool masked = true) {
    const uint8_t mask[4] = {1, 2, 3, 4};
    std::string head = ws_frame_header(first & 0x0f, payload.size(), masked ? mask : nullptr);
    head[0] = static_cast<char>(first);
    if (masked) ws_mask(payload, mask);
    return head + payload;
}

uint16_t violation(const std::string& bytes, size_t max = 1000) {
    Record record;
    WsParser parser(WsRole::Server, max);
    return parser.feed(bytes, record) ? 0 : parser.error_code();
}

}  // namespace

TEST_CASE("SHA-1 and the handshake key are those of the RFC") {
    CHECK(hex_encode(sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(base64_encode(sha1("dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("messages arrive whole however the bytes are cut, with control frames between fragments") {
    const std::string big(70'000, 'x');
    const std::string bytes = frame(0x81, "hi") + frame(0x02, "frag") + frame(0x89, "ping!") + frame(0x00, "men") + frame(0x80, "ted") +
                              frame(0x82, big) + frame(0x82, std::string(300, 'y')) + frame(0x88, std::string("\x03\xe8") + "bye");
    for (size_t step : {size_t{1}, size_t{3}, size_t{1000}, bytes.size()}) {
        Record record;
        WsParser parser(WsRole::Server, 1 << 20);
        for (size_t at = 0; at < bytes.size(); at += step) REQUIRE(parser.feed(std::string_view(bytes).substr(at, step), record));
        CHECK(record.messages == std::vector<std::string>{"t:hi", "b:fragmented", "b:" + big, "b:" + std::string(300, 'y')});
        CHECK(record.pings == std::vector<std::string>{"ping!"});
        CHECK(record.close_code == 1000);
        CHECK(record.close_reason == "bye");
    }
}

TEST_CASE("every violation is answered with its close code") {
    CHECK(violation(frame(0x82, "x", false)) == 1002);                        // a client must mask
    CHECK(violation(frame(0xc2, "x")) == 1002);                               // reserved bit
    CHECK(violation(frame(0x83, "x")) == 1002);                               // unknown opcode
    CHECK(violation(frame(0x8b, "x")) == 1002);
    CHECK(violation(frame(0x80, "x")) == 1002);                               // continuation of nothing
    CHECK(violation(frame(0x02, "x") + frame(0x82, "y")) == 1002);            // a new message inside another
    CHECK(violation(frame(0x09, "x")) == 1002);                               // fragmented control frame
    CHECK(violation(frame(0x89, std::string(126, 'x'))) == 1002);             // long control frame
    CHECK(violation(frame(0x88, "x")) == 1002);                               // half a close code
    CHECK(violation(frame(0x88, std::string("\x03\xed"))) == 1002);           // 1005 must not be sent
    CHECK(violation(frame(0x82, std::string(1001, 'x'))) == 1009);
    CHECK(violation(frame(0x02, std::string(600, 'x')) + frame(0x80, std::string(600, 'x'))) == 1009);
    CHECK(violation(frame(0x81, "\xff")) == 1007);
    CHECK(violation(std::string("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 14)) == 1009);
    CHECK(violation(frame(0x82, std::string(1000, 'x'))) == 0);
}

TEST_CASE("UTF-8 is told from what only looks like it") {
    for (const char* good : {"", "abc", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) CHECK(is_utf8(good));
    for (const char* bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "a\xff"}) CHECK_FALSE(is_utf8(bad));
}

TEST_CASE("random bytes never make the parser hold more than its bound") {
    std::mt19937 random(42);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes(1 + random() % 200, '\0');
        for (char& c : bytes) c = static_cast<char>(random());
        if (round % 2 == 0) bytes[0] = static_cast<char>(0x80 | (random() % 11));
        if (round % 3 == 0 && bytes.size() > 1) bytes[1] = static_cast<char>(0x80 | (random() % 126));
        Record record;
        WsParser parser(round % 5 == 0 ? WsRole::Client : WsRole::Server, 64);
        for (char c : bytes) {
            if (!parser.feed({&c, 1}, record)) break;
        }
        for (const std::string& message : record.messages) CHECK(message.size() <= 66);
    }
}

namespace {

struct Pair {
    IoThreads io{2};
    std::unique_ptr<HttpServer> server;
    std::shared_ptr<HttpClient> client = HttpClient::create(io);
    std::shared_ptr<WebSocket> server_socket, client_socket;
    ClientRequest request;
    std::string failure;

    void connect(std::vector<std::string> served, const std::vector<std::string>& offered) {
        Event accepted, connected;
        HttpServer::Options options;
        options.address = "127.0.0.1";
        server = std::move(HttpServer::start(io, options, [&](ExchangePtr exchange) {
                               server_socket = WebSocket::accept(*exchange, served);
                               accepted.set();
                           }).value());
        request.url = "http://127.0.0.1:" + std::to_string(server->port()) + "/exec";
        WebSocket::prepare(request, offered);
        client->upgrade(request, [&](Result<HttpClient::Upgraded> result) {
            auto socket = result.ok() ? WebSocket::finish(request, std::move(result.value())) : Result<std::shared_ptr<WebSocket>>(result.status());
            if (socket.ok()) client_socket = *socket;
            else failure = socket.status().message();
            connected.set();
        });
        REQUIRE(accepted.wait());
        REQUIRE(connected.wait());
    }
};

}  // namespace

TEST_CASE("the server's preferred protocol is chosen and messages go both ways") {
    Pair p;
    p.connect({"v5.channel.k8s.io", "v4.channel.k8s.io"}, {"v4.channel.k8s.io", "v5.channel.k8s.io"});
    REQUIRE(p.client_socket);
    CHECK(p.client_socket->protocol() == "v5.channel.k8s.io");
    CHECK(p.server_socket->protocol() == "v5.channel.k8s.io");
    Event echoed, client_closed, server_closed;
    std::vector<std::string> seen;
    Status end = error(Reason::Unknown, "");
    p.server_socket->start([&](WsKind kind, std::string_view message) { p.server_socket->send(kind, message); }, [&](Status) { server_closed.set(); });
    p.client_socket->start(
        [&](WsKind, std::string_view message) {
            seen.emplace_back(message);
            if (seen.size() == 3) echoed.set();
        },
        [&](Status status) {
            end = std::move(status);
            client_closed.set();
        });
    p.client_socket->ping();
    CHECK(p.client_socket->send(WsKind::Text, "text"));
    CHECK(p.client_socket->send_channel(1, make_bytes("stdout")));
    CHECK(p.client_socket->send(WsKind::Binary, std::string(300'000, 'b')));
    REQUIRE(echoed.wait());
    CHECK(seen[0] == "text");
    CHECK(seen[1] == std::string("\x01") + "stdout");
    CHECK(seen[2] == std::string(300'000, 'b'));
    p.client_socket->close();
    CHECK(client_closed.wait());
    CHECK(server_closed.wait());
    CHECK(end.ok());
    CHECK(p.client_socket->close_code() == 1000);
    CHECK_FALSE(p.client_socket->send(WsKind::Text, "late"));
}

TEST_CASE("a handshake with only unknown protocols is refused, one with none is accepted") {
    Pair refused;
    refused.connect({"a"}, {"b"});
    CHECK_FALSE(refused.client_socket);
    CHECK_FALSE(refused.server_socket);
    CHECK(refused.failure.find("400") != std::string::npos);
    Pair none;
    none.connect({"a"}, {});
    CHECK(none.client_socket);
    CHECK(none.client_socket->protocol().empty());
}

TEST_CASE("dropping a socket closes the connection and the other side hears of it") {
    Pair p;
    p.connect({}, {});
    Event closed;
    p.client_socket->start([](WsKind, std::string_view) {}, [&](Status) { closed.set(); });
    p.server_socket->start([](WsKind, std::string_view) {}, [](Status) {});
    p.server_socket.reset();
    CHECK(closed.wait());
}
