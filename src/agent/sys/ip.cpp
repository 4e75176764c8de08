#include "agent/sys/ip.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/strings.h"

namespace skiff::agent::sys {

size_t IpAddress::size() const { return family == AF_INET ? 4 : 16; }

std::string IpAddress::text() const {
    char buffer[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(family, bytes.data(), buffer, sizeof buffer);
    return buffer;
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
    IpAddress ip;
    std::string copy(text);
    ip.family = text.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
    if (::inet_pton(ip.family, copy.c_str(), ip.bytes.data()) != 1) return error(Reason::BadRequest, "\"{}\" is no IP address", text);
    return ip;
}

IpAddress IpAddress::plus(uint64_t offset) const {
    IpAddress sum = *this;
    for (size_t i = size(); i-- > 0 && offset;) {
        offset += sum.bytes[i];
        sum.bytes[i] = static_cast<uint8_t>(offset);
        offset >>= 8;
    }
    return sum;
}

std::string Cidr::text() const { return address.text() + "/" + std::to_string(prefix); }

Result<Cidr> Cidr::parse(std::string_view text) {
    auto slash = text.find('/');
    if (slash == std::string_view::npos) return error(Reason::BadRequest, "\"{}\" is no CIDR: it has no /PREFIX", text);
    Cidr cidr;
    cidr.address = TRY(IpAddress::parse(text.substr(0, slash)));
    auto prefix = parse_int(text.substr(slash + 1));
    if (!prefix || *prefix < 0 || *prefix > static_cast<int64_t>(cidr.address.size() * 8))
        return error(Reason::BadRequest, "\"{}\" is no CIDR: bad prefix length", text);
    cidr.prefix = static_cast<int>(*prefix);
    return cidr;
}

IpAddress Cidr::network() const {
    IpAddress ip = address;
    for (size_t i = 0; i < ip.size(); ++i) {
        int bits = prefix - static_cast<int>(i) * 8;
        if (bits <= 0) ip.bytes[i] = 0;
        else if (bits < 8) ip.bytes[i] &= static_cast<uint8_t>(0xff << (8 - bits));
    }
    return ip;
}

bool Cidr::contains(const IpAddress& ip) const {
    if (ip.family != address.family) return false;
    return Cidr{ip, prefix}.network() == network();
}

uint64_t Cidr::host_count() const {
    int bits = static_cast<int>(address.size()) * 8 - prefix;
    return bits >= 32 ? uint64_t{1} << 32 : uint64_t{1} << bits;
}

}  // namespace skiff::agent::sys
