#include "server/apiserver/gzip.h"

#include <libdeflate.h>

#include <memory>
#include <mutex>

namespace skiff::apiserver {

namespace {

constexpr int kFastest = 1;                       // as kube-apiserver compresses
constexpr size_t kBytesMax = 64 << 20;            // what is larger goes as it is
constexpr size_t kBytesKept = 1 << 20;            // of a workplace between two answers

// What one compression needs. One is kept: fresh memory costs a third of the work in page faults.
struct Workplace {
    std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor{libdeflate_alloc_compressor(kFastest), libdeflate_free_compressor};
    std::string whole, packed;
};

class Workplaces {
public:
    std::unique_ptr<Workplace> take() {
        std::lock_guard lock(mutex_);
        return kept_ ? std::move(kept_) : std::make_unique<Workplace>();
    }
    void give_back(std::unique_ptr<Workplace> place) {
        if (place->whole.capacity() + place->packed.capacity() > kBytesKept) return;
        std::lock_guard lock(mutex_);
        kept_ = std::move(place);
    }

private:
    std::mutex mutex_;
    std::unique_ptr<Workplace> kept_;
};

}  // namespace

net::Bytes gzip_pieces(const std::vector<net::Bytes>& pieces) {
    static Workplaces workplaces;
    size_t total = 0;
    for (const net::Bytes& piece : pieces) total += piece->size();
    if (total > kBytesMax) return nullptr;
    std::unique_ptr<Workplace> place = workplaces.take();
    if (!place->compressor) return nullptr;
    place->whole.clear();
    place->whole.reserve(total);
    for (const net::Bytes& piece : pieces) place->whole += *piece;
    const size_t bound = libdeflate_gzip_compress_bound(place->compressor.get(), total);
    if (place->packed.size() < bound) place->packed.resize(bound);
    const size_t size = libdeflate_gzip_compress(place->compressor.get(), place->whole.data(), total, place->packed.data(), place->packed.size());
    net::Bytes out = size == 0 ? nullptr : net::make_bytes(place->packed.substr(0, size));
    workplaces.give_back(std::move(place));
    return out;
}

}  // namespace skiff::apiserver
