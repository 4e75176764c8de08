// IP addresses and prefixes ("10.0.0.0/8") as bytes: reading, writing, masking, containing. Values; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skiff::ip {

struct Address {
    std::array<uint8_t, 16> bytes{};   // the first four of IPv4
    bool v6 = false;

    // What inet_pton takes: no zone, no leading zeros.
    static std::optional<Address> parse(std::string_view text);
    std::string text() const;
    size_t size() const { return v6 ? 16 : 4; }
    int bits() const { return v6 ? 128 : 32; }
    bool mapped() const;               // IPv4 in the form of IPv6: ::ffff:1.2.3.4
    Address unmapped() const;          // that one as IPv4
    Address masked(int bits) const;    // the bits behind are zero
    friend bool operator==(const Address&, const Address&) = default;
};

struct Prefix {
    Address address;                   // as it was written, with all its bits
    int bits = 0;

    static std::optional<Prefix> parse(std::string_view text);
    std::string text() const;
    bool contains(const Address& other) const;
    friend bool operator==(const Prefix&, const Prefix&) = default;
};

}  // namespace skiff::ip
