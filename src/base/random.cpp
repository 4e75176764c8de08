#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "base/encoding.h"

namespace skiff {

std::string random_bytes(size_t count) {
    std::string bytes(count, '\0');
    size_t filled = 0;
    while (filled < count) {
        ssize_t n = ::getrandom(bytes.data() + filled, count - filled, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) std::abort();  // no randomness: nothing safe can be done
        filled += static_cast<size_t>(n);
    }
    return bytes;
}

uint64_t random_u64() {
    auto bytes = random_bytes(8);
    uint64_t value = 0;
    std::memcpy(&value, bytes.data(), 8);
    return value;
}

std::string random_uuid() {
    // No secret, and every request has one: a thread asks the kernel for many at a time.
    constexpr size_t kAtOnce = 32, kSize = 16;
    thread_local std::string reserve;
    if (reserve.empty()) reserve = random_bytes(kAtOnce * kSize);
    std::string bytes = reserve.substr(reserve.size() - kSize);
    reserve.resize(reserve.size() - kSize);
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
    auto hex = hex_encode(bytes);
    return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20);
}

std::string random_name_suffix(size_t length) {
    constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
    std::string text;
    for (unsigned char c : random_bytes(length)) text += kAlphabet[c % kAlphabet.size()];
    return text;
}

}  // namespace skiff
