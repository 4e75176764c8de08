#include "server/apiserver/gzip.h"

#include <zlib.h>

namespace skiff::apiserver {

net::Bytes gzip_pieces(const std::vector<net::Bytes>& pieces) {
    z_stream stream{};
    constexpr int kGzipWindow = 15 + 16;
    if (deflateInit2(&stream, 1, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) return nullptr;
    std::string out;
    char buffer[16 << 10];
    bool good = true;
    for (size_t i = 0; i < pieces.size() && good; ++i) {
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(pieces[i]->data()));
        stream.avail_in = static_cast<uInt>(pieces[i]->size());
        bool last = i + 1 == pieces.size();
        int result = Z_OK;
        do {
            stream.next_out = reinterpret_cast<Bytef*>(buffer);
            stream.avail_out = sizeof buffer;
            result = deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
            good = result != Z_STREAM_ERROR;
            out.append(buffer, sizeof buffer - stream.avail_out);
        } while (good && (stream.avail_out == 0 || (last && result != Z_STREAM_END)));
    }
    deflateEnd(&stream);
    return good ? net::make_bytes(std::move(out)) : nullptr;
}

}  // namespace skiff::apiserver
