#include "net/spdy.h"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <random>

#include "loopback.h"
#include "net/http_client.h"
#include "net/spdy_dictionary.h"
#include "net/websocket.h"

using namespace skiff;
using namespace skiff::net;

namespace {

struct Record : SpdyParser::Sink {
    std::vector<SpdyControl> controls;
    std::string data;
    bool fin = false;
    void on_control(SpdyControl frame) override { controls.push_back(std::move(frame)); }
    void on_data(uint32_t id, std::string_view bytes, bool last, bool f) override {
        data += bytes;
        if (last) data += "/" + std::to_string(id) + ";";
        fin = fin || f;
    }
};

Headers headers_of(std::initializer_list<std::pair<const char*, const char*>> list) {
    Headers out;
    for (auto& [name, value] : list) out.add(name, value);
    return out;
}

}  // namespace

TEST_CASE("the dictionary is the one of the specification") {
    const std::string& d = spdy_dictionary();
    CHECK(d.size() == 1423);
    CHECK(adler32(1, reinterpret_cast<const Bytef*>(d.data()), static_cast<uInt>(d.size())) == 0xe3c6a7c2);
}

TEST_CASE("frames are read back however they are cut, and header blocks share one compression stream") {
    SpdyEncoder encoder;
    std::string bytes;
    for (uint32_t id = 1; id < 9; id += 2) {
        SpdyControl syn{};
        syn.type = SpdyType::SynStream;
        syn.stream_id = id;
        syn.priority = 3;
        syn.headers = headers_of({{"streamType", "data"}, {"port", "8080"}, {"requestID", "7"}, {"multi", "a"}, {"multi", "b"}});
        bytes += encoder.encode(syn);
    }
    SpdyControl settings{};
    settings.type = SpdyType::Settings;
    settings.settings = {{7, 1000}, {4, 9}};
    bytes += encoder.encode(settings);
    SpdyControl reset{};
    reset.type = SpdyType::RstStream;
    reset.stream_id = 5;
    reset.value = 3;
    bytes += encoder.encode(reset);
    bytes += SpdyEncoder::data_header(1, 0, 5) + "hello" + SpdyEncoder::data_header(3, SpdyFlags::kFin, 0);
    for (size_t step : {size_t{1}, size_t{7}, bytes.size()}) {
        Record record;
        SpdyParser parser;
        for (size_t at = 0; at < bytes.size(); at += step) REQUIRE(parser.feed(std::string_view(bytes).substr(at, step), record));
        REQUIRE(record.controls.size() == 6);
        for (int i = 0; i < 4; ++i) {
            CHECK(record.controls[i].stream_id == static_cast<uint32_t>(2 * i + 1));
            CHECK(record.controls[i].priority == 3);
            CHECK(record.controls[i].headers.get("streamtype") == "data");
            CHECK(record.controls[i].headers.all("multi") == std::vector<std::string>{"a", "b"});
        }
        CHECK(record.controls[4].settings == settings.settings);
        CHECK(record.controls[5].value == 3);
        CHECK(record.data == "hello/1;/3;");
        CHECK(record.fin);
    }
}

TEST_CASE("oversized, wrong-version and truncated frames are violations") {
    Record record;
    CHECK_FALSE(SpdyParser().feed(std::string("\x80\x02\0\x01\0\0\0\x0a", 8), record));
    CHECK_FALSE(SpdyParser().feed(std::string("\x80\x03\0\x01\0\xff\xff\xff", 8), record));
    CHECK_FALSE(SpdyParser().feed(std::string("\0\0\0\0\0\0\0\x01x", 9), record));
    CHECK_FALSE(SpdyParser().feed(std::string("\x80\x03\0\x06\0\0\0\x02xx", 10), record));
    CHECK(SpdyParser().feed(std::string("\x80\x03\0\x63\0\0\0\x02xx", 10), record));   // an unknown kind is skipped
    // A header block that unpacks to far more than it is.
    SpdyEncoder encoder;
    SpdyControl bomb{};
    bomb.type = SpdyType::SynStream;
    bomb.stream_id = 1;
    bomb.headers.add("x", std::string(1 << 20, 'a'));
    CHECK_FALSE(SpdyParser().feed(encoder.encode(bomb), record));
}

TEST_CASE("headers that unpack to far more than was sent are a violation") {
    struct Nothing : SpdyParser::Sink {
        void on_control(SpdyControl) override {}
        void on_data(uint32_t, std::string_view, bool, bool) override {}
    } sink;
    SpdyControl large{SpdyType::Headers}, many{SpdyType::Headers}, few{SpdyType::Headers};
    large.stream_id = many.stream_id = few.stream_id = 1;
    large.headers.add("a", std::string(100'000, 'x'));
    for (int i = 0; i < 1000; ++i) many.headers.add("a", "");
    for (int i = 0; i < 20; ++i) few.headers.add("a", "b");
    CHECK_FALSE(SpdyParser().feed(SpdyEncoder().encode(large), sink));
    CHECK_FALSE(SpdyParser().feed(SpdyEncoder().encode(many), sink));
    CHECK(SpdyParser().feed(SpdyEncoder().encode(few), sink));
}

TEST_CASE("random and mutated bytes are survived") {
    std::mt19937 random(7);
    SpdyEncoder encoder;
    SpdyControl syn{};
    syn.type = SpdyType::SynStream;
    syn.stream_id = 1;
    syn.headers = headers_of({{"streamtype", "stdin"}});
    const std::string good = encoder.encode(syn) + SpdyEncoder::data_header(1, 0, 3) + "abc";
    for (int round = 0; round < 3000; ++round) {
        std::string bytes = good;
        for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
        if (round % 4 == 0) {
            for (char& c : bytes) c = static_cast<char>(random());
        }
        Record record;
        SpdyParser parser;
        parser.feed(bytes, record);
        parser.feed(bytes, record);
    }
}

namespace {

// A server that echoes on every stream, and a client session to it, directly or through a WebSocket.
struct Fixture {
    IoThreads io{2};
    std::unique_ptr<HttpServer> server;
    std::shared_ptr<HttpClient> client = HttpClient::create(io);
    std::mutex mutex;
    std::vector<std::shared_ptr<SpdyStream>> server_streams;
    std::shared_ptr<SpdySession> server_session, session;
    Event server_closed;

    void serve(std::shared_ptr<SpdySession> s) {
        server_session = std::move(s);
        server_session->start(
            [this](std::shared_ptr<SpdyStream> stream) {
                if (stream->headers().get("streamtype") == "refused") return stream->reset(SpdyReset::kRefusedStream);
                SpdyStream* raw = stream.get();
                {
                    std::lock_guard lock(mutex);
                    server_streams.push_back(stream);
                }
                if (stream->headers().get("streamtype") == "silent") return;
                raw->start([raw](std::string_view bytes) { raw->write(bytes); }, [raw](Status) { raw->shutdown_write(); });
            },
            [this](Status) { server_closed.set(); });
    }

    void connect(bool tunnelled) {
        HttpServer::Options options;
        options.address = "127.0.0.1";
        server = std::move(HttpServer::start(io, options, [this](ExchangePtr exchange) {
                               if (wants_websocket(exchange->request())) {
                                   auto socket = WebSocket::accept(*exchange, {"SPDY/3.1+portforward.k8s.io"});
                                   serve(SpdySession::create(make_websocket_stream(std::move(socket)), SpdyRole::Server));
                               } else {
                                   CHECK(wants_spdy(exchange->request()));
                                   serve(accept_spdy(*exchange));
                               }
                           }).value());
        ClientRequest request;
        request.method = "POST";
        request.url = "http://127.0.0.1:" + std::to_string(server->port()) + "/exec";
        request.headers.set("Connection", "Upgrade");
        request.headers.set("Upgrade", "SPDY/3.1");
        if (tunnelled) WebSocket::prepare(request, {"SPDY/3.1+portforward.k8s.io"});
        Event connected;
        client->upgrade(request, [&](Result<HttpClient::Upgraded> result) {
            REQUIRE(result.ok());
            REQUIRE(result->response.code == 101);
            std::shared_ptr<Stream> stream = result->stream;
            if (tunnelled) stream = make_websocket_stream(WebSocket::finish(request, std::move(result.value())).value());
            session = SpdySession::create(std::move(stream), SpdyRole::Client);
            connected.set();
        });
        REQUIRE(connected.wait());
        session->start([](std::shared_ptr<SpdyStream>) {}, [](Status) {});
    }
    ~Fixture() {
        session.reset();
        server->stop(std::chrono::milliseconds(0));
        io.stop();
    }
};

struct Collected {
    std::string bytes;
    Status status = error(Reason::Unknown, "");
    Event done;
    void attach(Stream& stream) {
        stream.start([this](std::string_view b) { bytes += b; },
                     [this](Status s) {
                         status = std::move(s);
                         done.set();
                     });
    }
};

}  // namespace

TEST_CASE("streams of one session carry bytes both ways and end one by one, also through a WebSocket") {
    for (bool tunnelled : {false, true}) {
        CAPTURE(tunnelled);
        Fixture f;
        f.connect(tunnelled);
        Collected a, b;
        auto first = f.session->open(headers_of({{"streamtype", "data"}, {"port", "80"}}));
        auto second = f.session->open(headers_of({{"streamtype", "error"}}));
        REQUIRE(first);
        REQUIRE(second);
        a.attach(*first);
        b.attach(*second);
        std::string sent;
        for (int i = 0; i < 50; ++i) {
            const std::string piece(20'000, static_cast<char>('a' + i % 26));
            sent += piece;
            CHECK(first->write(piece));
        }
        CHECK(second->write("small"));
        second->shutdown_write();
        REQUIRE(b.done.wait());
        CHECK(b.bytes == "small");
        CHECK(b.status.ok());
        first->shutdown_write();
        REQUIRE(a.done.wait());
        CHECK(a.bytes == sent);
        CHECK(a.status.ok());
        f.session->close();
        CHECK(f.server_closed.wait());
    }
}

TEST_CASE("a refused stream and the end of the session are errors for the stream only") {
    Fixture f;
    f.connect(false);
    Collected refused, cut;
    auto no = f.session->open(headers_of({{"streamtype", "refused"}}));
    refused.attach(*no);
    REQUIRE(refused.done.wait());
    CHECK_FALSE(refused.status.ok());
    auto open = f.session->open(headers_of({{"streamtype", "data"}}));
    cut.attach(*open);
    f.server->stop(std::chrono::milliseconds(0));
    REQUIRE(cut.done.wait());
    CHECK_FALSE(cut.status.ok());
    CHECK_FALSE(open->write("late"));
}

TEST_CASE("a stream that nobody reads does not hold up the others, thanks to its window") {
    Fixture f;
    f.connect(false);
    auto stuck = f.session->open(headers_of({{"streamtype", "silent"}}));
    size_t written = 0;
    while (written < (8 << 20) && stuck->write(std::string(64 << 10, 's'))) written += 64 << 10;
    Collected echo;
    auto lively = f.session->open(headers_of({{"streamtype", "data"}}));
    echo.attach(*lively);
    // What went out before the windows were agreed on fits in the transport's queue; the rest waits.
    CHECK(lively->write("alive"));
    lively->shutdown_write();
    REQUIRE(echo.done.wait());
    CHECK(echo.bytes == "alive");
}
