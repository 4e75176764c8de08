// Feeds any bytes, in two cuts, to the WebSocket parser of both roles. See README.md.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "net/websocket_frame.h"

using namespace skiff::net;

namespace {

constexpr size_t kBound = 4096;

struct Bounded : WsParser::Sink {
    void on_message(WsKind, std::string_view message) override { check(message, kBound); }
    void on_ping(std::string_view payload) override { check(payload, 125); }
    void on_pong(std::string_view payload) override { check(payload, 125); }
    void on_close(uint16_t, std::string_view reason) override { check(reason, 123); }
    static void check(std::string_view text, size_t max) {
        if (text.size() > max) abort();
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const size_t cut = size > 0 ? data[0] % size : 0;
    for (const WsRole role : {WsRole::Server, WsRole::Client}) {
        Bounded sink;
        WsParser parser(role, kBound);
        if (parser.feed(bytes.substr(0, cut), sink)) parser.feed(bytes.substr(cut), sink);
    }
    return 0;
}
