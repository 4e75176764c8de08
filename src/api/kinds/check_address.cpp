#include <arpa/inet.h>

#include <array>
#include <cstring>
#include <optional>

#include "api/kinds/check.h"
#include "api/kinds/check_address.h"
#include "base/strings.h"

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

// An address as 16 bytes (IPv4 in the last four) and a prefix length counted over them.
struct Network {
    std::array<unsigned char, 16> bytes{};
    int bits = 0;
    bool v4 = false;
};

std::optional<Network> parse_address(std::string_view text) {
    Network network;
    std::string copy(text);
    if (inet_pton(AF_INET, copy.c_str(), network.bytes.data() + 12) == 1) {
        network.v4 = true;
        return network;
    }
    if (inet_pton(AF_INET6, copy.c_str(), network.bytes.data()) == 1) return network;
    return {};
}

std::optional<Network> parse_network(std::string_view text) {
    size_t slash = text.find('/');
    if (slash == std::string_view::npos) return {};
    auto network = parse_address(text.substr(0, slash));
    auto bits = parse_int(text.substr(slash + 1));
    if (!network || !bits || *bits < 0 || *bits > (network->v4 ? 32 : 128)) return {};
    network->bits = static_cast<int>(*bits) + (network->v4 ? 96 : 0);
    return network;
}

bool same_prefix(const Network& a, const Network& b, int bits) {
    for (int bit = 0; bit < bits; ++bit)
        if (((a.bytes[bit / 8] ^ b.bytes[bit / 8]) >> (7 - bit % 8)) & 1) return false;
    return true;
}

bool leading_zero(std::string_view text) {
    for (auto part : split_views(text, '.'))
        if (part.size() > 1 && part[0] == '0' && parse_int(part)) return true;
    return false;
}

// 01.2.3.4 as it was once read: 1.2.3.4.
std::string without_leading_zeros(std::string_view text) {
    std::string out;
    for (auto part : split_views(text, '.')) {
        while (part.size() > 1 && part[0] == '0') part.remove_prefix(1);
        out += (out.empty() ? "" : ".") + std::string(part);
    }
    return out;
}

// As Go prints an address.
std::string text_of(const Network& network) {
    char text[INET6_ADDRSTRLEN] = {};
    if (network.v4) inet_ntop(AF_INET, network.bytes.data() + 12, text, sizeof text);
    else inet_ntop(AF_INET6, network.bytes.data(), text, sizeof text);
    return text;
}

// An IPv4 address in the form of IPv6 is one of IPv4.
Network unmapped(Network network) {
    constexpr unsigned char kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (!network.v4 && std::memcmp(network.bytes.data(), kMapped, sizeof kMapped) == 0) {
        std::memset(network.bytes.data(), 0, sizeof kMapped);
        network.v4 = true;
    }
    return network;
}

// As Kubernetes took addresses from the beginning.
std::string sloppy(std::string_view text) { return text.find(':') == text.npos ? without_leading_zeros(text) : std::string(text); }

// The prefix length keeps its own zeros.
std::optional<Network> parse_sloppy_network(std::string_view text) {
    size_t slash = std::min(text.find('/'), text.size());
    return parse_network(sloppy(text.substr(0, slash)) + std::string(text.substr(slash)));
}

}  // namespace

bool is_ipv4(std::string_view text) {
    auto address = parse_address(text);
    return address && address->v4;
}

bool is_ipv6(std::string_view text) {
    auto address = parse_address(text);
    return address && !address->v4;
}

Complaints check_ip(std::string_view text) {
    if (is_ip(text)) return {};
    if (text.find(':') == std::string_view::npos && leading_zero(text) && is_ip(without_leading_zeros(text))) return {"must not have leading 0s"};
    return {"must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"};
}

Complaints check_legacy_ip(std::string_view text) {
    if (text.find(':') == std::string_view::npos && is_ipv4(without_leading_zeros(text))) return {};
    return check_ip(text);
}

Complaints check_cidr(std::string_view text) {
    if (parse_sloppy_network(text)) return {};
    return {"must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"};
}

Complaints check_strict_cidr(std::string_view text) {
    auto network = parse_network(text);
    if (!network) return check_cidr(text);
    for (int bit = network->bits; bit < 128; ++bit)
        if ((network->bytes[bit / 8] >> (7 - bit % 8)) & 1) return {"must not have bits set beyond the prefix length"};
    return {};
}

void warn_of_ip(std::string_view text, const FieldPath& path, std::vector<std::string>& out) {
    auto address = parse_address(sloppy(text));
    if (!address) return;
    const Network plain = unmapped(*address);
    if (plain.v4 != address->v4 || !parse_address(text))
        out.push_back(fmt::format("{}: non-standard IP address \"{}\" will be considered invalid in a future Kubernetes release: use \"{}\"", path.text(), text, text_of(plain)));
    else if (!address->v4 && text_of(*address) != text)
        out.push_back(fmt::format("{}: IPv6 address \"{}\" should be in RFC 5952 canonical format (\"{}\")", path.text(), text, text_of(*address)));
}

void warn_of_cidr(std::string_view text, const FieldPath& path, std::vector<std::string>& out) {
    auto network = parse_sloppy_network(text);
    if (!network) return;
    Network base = *network;
    for (int bit = network->bits; bit < 128; ++bit) base.bytes[bit / 8] = static_cast<unsigned char>(base.bytes[bit / 8] & ~(1 << (7 - bit % 8)));
    const int bits = network->bits - (network->v4 ? 96 : 0);
    const std::string wanted = fmt::format("{}/{}", text_of(base), bits);
    const bool standard = parse_network(text) && unmapped(*network).v4 == network->v4;
    if (base.bytes != network->bytes)
        out.push_back(fmt::format("{}: CIDR value \"{}\" is ambiguous in this context (should be \"{}\" or \"{}/{}\"?)", path.text(), text, wanted, text_of(*network), network->v4 ? 32 : 128));
    if (!standard)
        out.push_back(fmt::format("{}: non-standard CIDR value \"{}\" will be considered invalid in a future Kubernetes release: use \"{}\"", path.text(), text, wanted));
    else if (base.bytes == network->bytes && !network->v4 && wanted != text)
        out.push_back(fmt::format("{}: IPv6 CIDR value \"{}\" should be in RFC 5952 canonical format (\"{}\")", path.text(), text, wanted));
}

bool is_strict_subnet(std::string_view outer, std::string_view inner) {
    auto a = parse_network(outer), b = parse_network(inner);
    return a && b && a->v4 == b->v4 && b->bits > a->bits && same_prefix(*a, *b, a->bits);
}

}  // namespace skiff::api::kinds
