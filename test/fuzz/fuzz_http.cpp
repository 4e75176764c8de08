// Feeds any bytes, in two cuts, to the HTTP parser as request and as response. See README.md.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/http_parse.h"

using namespace skiff::net;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    const size_t cut = size > 0 ? data[0] % size : 0;
    for (const bool request : {true, false}) {
        auto parser = request ? HttpParser::for_request({4096, 4096}) : HttpParser::for_response({4096, 4096}, false);
        size_t body = 0;
        parser->on_body([&](std::string_view piece) { body += piece.size(); });
        std::string pending = bytes.substr(0, cut);
        for (int round = 0; round < 2; ++round) {
            for (size_t taken = 1; taken > 0 && !pending.empty();) {
                taken = parser->feed(pending);
                if (taken > pending.size()) abort();
                pending.erase(0, taken);
            }
            if (round == 0) pending += bytes.substr(cut);
        }
        parser->end_of_input();
        if (body > 4096) abort();
    }
    return 0;
}
