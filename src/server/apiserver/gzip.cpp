#include "server/apiserver/gzip.h"

#include <libdeflate.h>

#include <memory>

namespace skiff::apiserver {

namespace {

constexpr int kFastest = 1;                       // as kube-apiserver compresses
constexpr size_t kBytesMax = 64 << 20;            // what is larger goes as it is

}  // namespace

net::Bytes gzip_pieces(const std::vector<net::Bytes>& pieces) {
    std::string whole;
    size_t total = 0;
    for (const net::Bytes& piece : pieces) total += piece->size();
    if (total > kBytesMax) return nullptr;
    whole.reserve(total);
    for (const net::Bytes& piece : pieces) whole += *piece;
    std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(libdeflate_alloc_compressor(kFastest), libdeflate_free_compressor);
    if (!compressor) return nullptr;
    std::string out(libdeflate_gzip_compress_bound(compressor.get(), total), '\0');
    out.resize(libdeflate_gzip_compress(compressor.get(), whole.data(), whole.size(), out.data(), out.size()));
    if (out.empty()) return nullptr;
    out.shrink_to_fit();
    return net::make_bytes(std::move(out));
}

}  // namespace skiff::apiserver
