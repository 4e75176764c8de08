// IP addresses and networks: ip(), cidr() and what they answer. Words of mistakes are Go's (net/netip).
#include <algorithm>

#include <fmt/core.h>

#include "api/go_text.h"
#include "base/ip.h"
#include "base/strings.h"
#include "cel/functions.h"

namespace skiff::cel {
namespace {

using ip::Address;

bool starts(const Address& address, std::initializer_list<uint8_t> prefix) { return std::equal(prefix.begin(), prefix.end(), address.bytes.begin()); }

struct Ip : Opaque {
    Address address;
    std::string_view type_name() const override { return "net.IP"; }
    bool equals(const Opaque& other) const override { return address == static_cast<const Ip&>(other).address; }
    std::optional<size_t> size() const override { return address.size(); }
    std::string text() const override { return address.text(); }
};

struct Cidr : Opaque {
    ip::Prefix prefix;
    std::string_view type_name() const override { return "net.CIDR"; }
    bool equals(const Opaque& other) const override { return prefix == static_cast<const Cidr&>(other).prefix; }
    std::optional<size_t> size() const override { return static_cast<size_t>((prefix.bits + 7) / 8); }
    std::string text() const override { return prefix.text(); }
};

std::string why_not_v4(std::string_view text) {
    auto at = [&](size_t i) { return fmt::format(" (at {})", api::go_quote(text.substr(i))); };
    int fields = 0, value = 0, digits = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c >= '0' && c <= '9') {
            if (digits == 1 && value == 0) return "IPv4 field has octet with leading zero";
            value = value * 10 + (c - '0');
            ++digits;
            if (value > 255) return "IPv4 field has value >255";
        } else if (c == '.') {
            if (digits == 0 || i + 1 == text.size()) return "IPv4 field must have at least one digit" + at(i);
            if (fields == 3) return "IPv4 address too long";
            ++fields;
            value = digits = 0;
        } else {
            return "unexpected character" + at(i);
        }
    }
    return "IPv4 address too short";
}

// `prefix` names what was read, in front of the reason.
Result<Address> parse_address(std::string_view text) {
    size_t sign = text.find_first_of(".:%");
    auto fail = [&](std::string_view why) { return error(Reason::BadRequest, "ParseAddr({}): {}", api::go_quote(text), why); };
    if (sign == std::string_view::npos) return fail("unable to parse IP");
    if (text[sign] == '%') return fail("missing IPv6 address");
    const bool v6 = text[sign] == ':';
    if (auto address = Address::parse(text.substr(0, v6 ? text.find('%') : text.npos)); address && address->v6 == v6) return *address;
    return fail(v6 ? "unable to parse IP" : why_not_v4(text));
}

Result<Address> parse_ip(std::string_view text) {
    auto address = parse_address(text);
    if (!address.ok()) return error(Reason::BadRequest, "IP Address {} parse error during conversion from string: {}", api::go_quote(text), address.status().message());
    if (text.find('%') != std::string_view::npos) return error(Reason::BadRequest, "IP address {} with zone value is not allowed", api::go_quote(text));
    if (address->mapped()) return error(Reason::BadRequest, "IPv4-mapped IPv6 address {} is not allowed", api::go_quote(text));
    return address;
}

Result<Cidr> parse_cidr(std::string_view text) {
    auto fail = [&](std::string_view why) {
        return error(Reason::BadRequest, "network address parse error during conversion from string: netip.ParsePrefix({}): {}", api::go_quote(text), why);
    };
    size_t slash = text.rfind('/');
    if (slash == std::string_view::npos) return fail("no '/'");
    auto address = parse_address(text.substr(0, slash));
    if (!address.ok()) return fail(address.status().message());
    if (text.find('%') != std::string_view::npos) return fail("IPv6 zones cannot be present in a prefix");
    std::string_view digits = text.substr(slash + 1);
    auto bits = parse_int(digits);
    bool plain = !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos && (digits.size() == 1 || digits[0] != '0');
    if (!bits || !plain) return fail("bad bits after slash: " + api::go_quote(digits));
    if (*bits > static_cast<int64_t>(address->size() * 8)) return fail("prefix length out of range");
    if (address->mapped()) return error(Reason::BadRequest, "IPv4-mapped IPv6 address {} is not allowed", api::go_quote(text));
    Cidr out;
    out.prefix = {*address, static_cast<int>(*bits)};
    return out;
}

Value make_ip(const Address& address) {
    auto out = std::make_shared<Ip>();
    out->address = address;
    return Value::opaque(std::move(out));
}

const Address& address_of(const Value& value) { return static_cast<const Ip*>(value.opaque())->address; }
const ip::Prefix& prefix_of(const Value& value) { return static_cast<const Cidr*>(value.opaque())->prefix; }

Value ip(Arguments args, Run&) {
    auto address = parse_ip(args[0].text());
    return address.ok() ? make_ip(*address) : Value::error(address.status().message());
}

Value canonical(Arguments args, Run&) {
    auto address = parse_ip(args[0].text());
    return address.ok() ? Value::of(address->text() == args[0].text()) : Value::error(address.status().message());
}

Value cidr(Arguments args, Run&) {
    auto parsed = parse_cidr(args[0].text());
    if (!parsed.ok()) return Value::error("network address parse error during conversion from string: " + parsed.status().message());
    return Value::opaque(std::make_shared<Cidr>(std::move(*parsed)));
}

bool link_local_multicast(const Address& a) { return a.v6 ? a.bytes[0] == 0xff && (a.bytes[1] & 0x0f) == 2 : starts(a, {224, 0, 0}); }
bool link_local_unicast(const Address& a) { return a.v6 ? a.bytes[0] == 0xfe && (a.bytes[1] & 0xc0) == 0x80 : starts(a, {169, 254}); }
bool unspecified(const Address& a) { return a.bytes == std::array<uint8_t, 16>{}; }
bool loopback(const Address& a) { return a.v6 ? starts(a, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) : a.bytes[0] == 127; }
bool global_unicast(const Address& a) {
    if (!a.v6 && (unspecified(a) || starts(a, {255, 255, 255, 255}))) return false;
    bool multicast = a.v6 ? a.bytes[0] == 0xff : (a.bytes[0] & 0xf0) == 0xe0;
    return !unspecified(a) && !loopback(a) && !multicast && !link_local_unicast(a);
}

template <bool (*Test)(const Address&)>
Value test(Arguments args, Run&) {
    return Value::of(Test(address_of(args[0])));
}

Value contains_ip(Arguments args, Run&) {
    if (!args[1].is(ValueKind::String)) return Value::of(prefix_of(args[0]).contains(address_of(args[1])));
    auto address = parse_ip(args[1].text());
    return address.ok() ? Value::of(prefix_of(args[0]).contains(*address)) : Value::error("no such overload");   // as Kubernetes answers
}

Value contains_cidr(Arguments args, Run& run) {
    Value other = args[1].is(ValueKind::String) ? cidr(args.subspan(1), run) : args[1];
    if (other.is_error()) return other;
    const ip::Prefix &net = prefix_of(args[0]), &inner = prefix_of(other);
    return Value::of(net.bits <= inner.bits && net.contains(inner.address));
}

Value masked_cidr(Arguments args, Run&) {
    auto out = std::make_shared<Cidr>();
    out->prefix = prefix_of(args[0]);
    out->prefix.address = out->prefix.address.masked(out->prefix.bits);
    return Value::opaque(std::move(out));
}

Value opaque_text(Arguments args, Run&) { return Value::string(args[0].opaque()->text()); }

constexpr FunctionRow kRows[] = {
    {"ip", "string_to_ip", "string", "net.IP", &ip},
    {"ip", "cidr_ip", ".net.CIDR", "net.IP", [](Arguments args, Run&) { return make_ip(prefix_of(args[0]).address); }},
    {"family", "ip_family", ".net.IP", "int", [](Arguments args, Run&) { return Value::of_int(address_of(args[0]).v6 ? 6 : 4); }},
    {"ip.isCanonical", "ip_is_canonical", "string", "bool", &canonical},
    {"isUnspecified", "ip_is_unspecified", ".net.IP", "bool", &test<&unspecified>},
    {"isLoopback", "ip_is_loopback", ".net.IP", "bool", &test<&loopback>},
    {"isLinkLocalMulticast", "ip_is_link_local_multicast", ".net.IP", "bool", &test<&link_local_multicast>},
    {"isLinkLocalUnicast", "ip_is_link_local_unicast", ".net.IP", "bool", &test<&link_local_unicast>},
    {"isGlobalUnicast", "ip_is_global_unicast", ".net.IP", "bool", &test<&global_unicast>},
    {"isIP", "is_ip", "string", "bool", [](Arguments args, Run&) { return Value::of(parse_ip(args[0].text()).ok()); }},
    {"string", "ip_to_string", "net.IP", "string", &opaque_text},
    {"string", "cidr_to_string", "net.CIDR", "string", &opaque_text},
    {"cidr", "string_to_cidr", "string", "net.CIDR", &cidr},
    {"isCIDR", "is_cidr", "string", "bool", [](Arguments args, Run&) { return Value::of(parse_cidr(args[0].text()).ok()); }},
    {"containsIP", "cidr_contains_ip_string", ".net.CIDR, string", "bool", &contains_ip},
    {"containsIP", "cidr_contains_ip_ip", ".net.CIDR, net.IP", "bool", &contains_ip},
    {"containsCIDR", "cidr_contains_cidr_string", ".net.CIDR, string", "bool", &contains_cidr},
    {"containsCIDR", "cidr_contains_cidr", ".net.CIDR, net.CIDR", "bool", &contains_cidr},
    {"prefixLength", "cidr_prefix_length", ".net.CIDR", "int", [](Arguments args, Run&) { return Value::of_int(prefix_of(args[0]).bits); }},
    {"masked", "cidr_masked", ".net.CIDR", "net.CIDR", &masked_cidr},
};

}  // namespace

std::span<const FunctionRow> network_rows() { return kRows; }

}  // namespace skiff::cel
