// Hashes that need no crypto library: SHA-256 (FIPS 180-4), incremental, and FNV-1a 32 bit as Kubernetes uses for
// pod-template-hash. Any thread; one Sha256 belongs to one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace skiff {

class Sha256 {
public:
    Sha256();
    void update(std::string_view bytes);
    std::string digest();      // 32 raw bytes; the object must not be used afterwards
    std::string hex_digest();  // 64 characters

private:
    void block(const unsigned char* data);
    std::array<uint32_t, 8> state_;
    std::array<unsigned char, 64> pending_;
    size_t pending_size_ = 0;
    uint64_t total_bytes_ = 0;
};

std::string sha256_hex(std::string_view bytes);
uint32_t fnv1a32(std::string_view bytes);
uint64_t fnv1a64(std::string_view bytes);

}  // namespace skiff
