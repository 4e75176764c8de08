#include <optional>

#include "api/kinds/check.h"
#include "api/kinds/check_address.h"
#include "base/ip.h"
#include "base/strings.h"

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using ip::Address;
using ip::Prefix;

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

// As Kubernetes took addresses from the beginning.
std::string sloppy(std::string_view text) { return text.find(':') == text.npos ? without_leading_zeros(text) : std::string(text); }

// The prefix length keeps its own zeros.
std::optional<Prefix> parse_sloppy_network(std::string_view text) {
    size_t slash = std::min(text.find('/'), text.size());
    return Prefix::parse(sloppy(text.substr(0, slash)) + std::string(text.substr(slash)));
}

}  // namespace

bool is_ipv4(std::string_view text) {
    auto address = Address::parse(text);
    return address && !address->v6;
}

bool is_ipv6(std::string_view text) {
    auto address = Address::parse(text);
    return address && address->v6;
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
    auto network = Prefix::parse(text);
    if (!network) return check_cidr(text);
    if (!(network->address.masked(network->bits) == network->address)) return {"must not have bits set beyond the prefix length"};
    return {};
}

void warn_of_ip(std::string_view text, const FieldPath& path, std::vector<std::string>& out) {
    auto address = Address::parse(sloppy(text));
    if (!address) return;
    const Address plain = address->unmapped();
    if (plain.v6 != address->v6 || !Address::parse(text))
        out.push_back(fmt::format("{}: non-standard IP address \"{}\" will be considered invalid in a future Kubernetes release: use \"{}\"", path.text(), text, plain.text()));
    else if (address->v6 && address->text() != text)
        out.push_back(fmt::format("{}: IPv6 address \"{}\" should be in RFC 5952 canonical format (\"{}\")", path.text(), text, address->text()));
}

void warn_of_cidr(std::string_view text, const FieldPath& path, std::vector<std::string>& out) {
    auto network = parse_sloppy_network(text);
    if (!network) return;
    const Address &address = network->address, base = address.masked(network->bits);
    const std::string wanted = Prefix{base, network->bits}.text();
    const bool standard = Prefix::parse(text) && !address.mapped();
    if (!(base == address))
        out.push_back(fmt::format("{}: CIDR value \"{}\" is ambiguous in this context (should be \"{}\" or \"{}/{}\"?)", path.text(), text, wanted, address.text(), address.bits()));
    if (!standard)
        out.push_back(fmt::format("{}: non-standard CIDR value \"{}\" will be considered invalid in a future Kubernetes release: use \"{}\"", path.text(), text, wanted));
    else if (base == address && address.v6 && wanted != text)
        out.push_back(fmt::format("{}: IPv6 CIDR value \"{}\" should be in RFC 5952 canonical format (\"{}\")", path.text(), text, wanted));
}

bool is_strict_subnet(std::string_view outer, std::string_view inner) {
    auto a = parse_sloppy_network(outer), b = parse_sloppy_network(inner);
    return a && b && b->bits > a->bits && a->contains(b->address);
}

}  // namespace skiff::api::kinds
