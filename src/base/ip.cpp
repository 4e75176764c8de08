#include "base/ip.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/strings.h"

namespace skiff::ip {
namespace {

constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
    Address out;
    out.v6 = text.find(':') != text.npos;
    const std::string copy(text);
    if (copy.size() >= INET6_ADDRSTRLEN || copy.find('\0') != copy.npos || inet_pton(out.v6 ? AF_INET6 : AF_INET, copy.c_str(), out.bytes.data()) != 1) return {};
    return out;
}

std::string Address::text() const {
    char buffer[INET6_ADDRSTRLEN] = {};
    inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), buffer, sizeof buffer);
    return buffer;
}

bool Address::mapped() const { return v6 && std::equal(std::begin(kMapped), std::end(kMapped), bytes.begin()); }

Address Address::unmapped() const {
    if (!mapped()) return *this;
    Address out;
    std::copy_n(bytes.begin() + 12, 4, out.bytes.begin());
    return out;
}

Address Address::masked(int bits) const {
    Address out = *this;
    for (size_t i = 0; i < size(); ++i) {
        const int kept = std::clamp(bits - static_cast<int>(i) * 8, 0, 8);
        out.bytes[i] &= static_cast<uint8_t>(0xff << (8 - kept));
    }
    return out;
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
    const size_t slash = text.find('/');
    if (slash == text.npos) return {};
    const auto address = Address::parse(text.substr(0, slash));
    const auto bits = parse_int(text.substr(slash + 1));
    if (!address || !bits || *bits < 0 || *bits > address->bits()) return {};
    return Prefix{*address, static_cast<int>(*bits)};
}

std::string Prefix::text() const { return address.text() + "/" + std::to_string(bits); }

bool Prefix::contains(const Address& other) const { return other.v6 == address.v6 && other.masked(bits) == address.masked(bits); }

}  // namespace skiff::ip
