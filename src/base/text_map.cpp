#include "base/text_map.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/random.h"

namespace skiff {

namespace {

struct Secret {
    uint64_t first = 0, second = 0;
    Secret() {
        const std::string bytes = random_bytes(sizeof(*this));
        std::memcpy(&first, bytes.data(), sizeof(first));
        std::memcpy(&second, bytes.data() + sizeof(first), sizeof(second));
    }
};

class Sip {
public:
    explicit Sip(const Secret& key)
        : a_(key.first ^ 0x736f6d6570736575), b_(key.second ^ 0x646f72616e646f6d), c_(key.first ^ 0x6c7967656e657261), d_(key.second ^ 0x7465646279746573) {}
    void take(uint64_t word) {
        d_ ^= word;
        round();
        a_ ^= word;
    }
    uint64_t end() {
        c_ ^= 0xff;
        for (int i = 0; i < 3; ++i) round();
        return a_ ^ b_ ^ c_ ^ d_;
    }

private:
    void round() {
        a_ += b_, b_ = std::rotl(b_, 13) ^ a_, a_ = std::rotl(a_, 32);
        c_ += d_, d_ = std::rotl(d_, 16) ^ c_;
        a_ += d_, d_ = std::rotl(d_, 21) ^ a_;
        c_ += b_, b_ = std::rotl(b_, 17) ^ c_, c_ = std::rotl(c_, 32);
    }
    uint64_t a_, b_, c_, d_;
};

}  // namespace

size_t TextHash::operator()(std::string_view text) const {
    static const Secret secret;
    Sip sip(secret);
    size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        uint64_t word = 0;
        std::memcpy(&word, text.data() + i, sizeof(word));
        sip.take(word);
    }
    uint64_t last = static_cast<uint64_t>(text.size()) << 56;
    for (size_t shift = 0; i < text.size(); ++i, shift += 8) last |= static_cast<uint64_t>(static_cast<unsigned char>(text[i])) << shift;
    sip.take(last);
    return sip.end();
}

}  // namespace skiff
