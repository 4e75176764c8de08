// Feeds any bytes, in two cuts, to the SPDY parser. See README.md.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "net/spdy_frame.h"

using namespace skiff::net;

namespace {

struct Bounded : SpdyParser::Sink {
    void on_control(SpdyControl frame) override {
        size_t total = 0;
        for (const auto& [name, value] : frame.headers.entries()) total += name.size() + value.size();
        if (total > SpdyParser::kControlBytesMax) abort();
    }
    void on_data(uint32_t stream_id, std::string_view, bool last_piece, bool fin) override {
        if (stream_id == 0 || (fin && !last_piece)) abort();
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const size_t cut = size > 0 ? data[0] % size : 0;
    Bounded sink;
    SpdyParser parser;
    if (parser.feed(bytes.substr(0, cut), sink)) parser.feed(bytes.substr(cut), sink);
    return 0;
}
