// IPv4 and IPv6 addresses and prefixes as values, in network byte order. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace skiff::agent::sys {

struct IpAddress {
    int family = 0;                       // AF_INET, AF_INET6
    std::array<uint8_t, 16> bytes{};
    size_t size() const;                  // 4 or 16
    std::string text() const;
    static Result<IpAddress> parse(std::string_view text);
    IpAddress plus(uint64_t offset) const;
    bool operator==(const IpAddress&) const = default;
};

struct Cidr {
    IpAddress address;                    // host bits kept: 10.42.0.1/24
    int prefix = 0;
    std::string text() const;
    static Result<Cidr> parse(std::string_view text);
    IpAddress network() const;            // host bits cleared
    bool contains(const IpAddress& ip) const;
    uint64_t host_count() const;          // addresses in the prefix, at most 2^32
};

}  // namespace skiff::agent::sys
