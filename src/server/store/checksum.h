// The checksum of a log row. Not cryptographic: it finds bit rot. Every step is a bijection of the running state, so a change within one
// 8-byte word is always found. Part of the file format (FORMAT.md): never change it without a new format version. Any thread.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace skiff::store {

static_assert(std::endian::native == std::endian::little, "the checksum reads words in little-endian order");

class Checksum {
public:
    void add(uint64_t word) {
        state_ = (state_ ^ word) * 0x9e3779b97f4a7c15u;
        state_ ^= state_ >> 32;
    }
    void add(std::string_view bytes) {
        add(static_cast<uint64_t>(bytes.size()));
        const char* p = bytes.data();
        size_t left = bytes.size();
        for (; left >= 8; p += 8, left -= 8) {
            uint64_t word;
            std::memcpy(&word, p, 8);
            add(word);
        }
        if (left == 0) return;
        uint64_t word = 0;
        std::memcpy(&word, p, left);
        add(word);
    }
    int64_t value() const { return static_cast<int64_t>(state_); }

private:
    uint64_t state_ = 0x5be0cd19137e2179u;
};

}  // namespace skiff::store
