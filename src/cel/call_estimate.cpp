#include "cel/call_estimate.h"

#include "cel/functions.h"

namespace skiff::cel {
namespace {

constexpr double kTraversal = 0.1;
constexpr double kPattern = 0.25;
constexpr uint64_t kFormatPattern = 128;    // MaxNameFormatRegexSize
constexpr uint64_t kFormatName = 64;        // MaxFormatSize

CallEstimate one() { return {Range::fixed(1), std::nullopt}; }

CallEstimate over_list(const SizedNode& target, const ElementSizes& elements) {
    auto element = elements.element_of(target);
    if (!element) return {target.size_or_unknown().scaled(kTraversal), std::nullopt};
    Range each = Range::fixed(1);
    if (element->type->kind == Type::Kind::String || element->type->kind == Type::Kind::Bytes) each = each + element->size_or_unknown().scaled(kTraversal);
    return {target.size_or_unknown() * each, std::nullopt};
}

// How large a text becomes by replacing: from the shortest and the longest of what is replaced and what replaces.
CallEstimate replace(const SizedNode& target, std::span<const SizedNode> args) {
    Range size = target.size_or_unknown(), from = args[0].size_or_unknown(), to = args[1].size_or_unknown(), count, kept;
    if (from.min == 0) {
        count.max = add_capped(size.max, 1);
        kept.max = size.max;
    } else if (to.max <= from.min) {
        kept.max = size.max;
    } else {
        count.max = scale_capped(size.max, 1.0 / static_cast<double>(from.min));
    }
    if (from.max == 0) {
        count.min = add_capped(size.min, 1);
        kept.min = size.min;
    } else if (from.max <= to.min) {
        kept.min = size.min;
    } else {
        count.min = static_cast<uint64_t>(std::ceil(static_cast<double>(size.min) / static_cast<double>(from.max)));
    }
    return {size.scaled(2 * kTraversal), count * to + kept};
}

CallEstimate join(const SizedNode& target, std::span<const SizedNode> args, const ElementSizes& elements) {
    Range size, count = target.size_or_unknown();
    if (auto element = elements.element_of(target)) size = count * element->size_or_unknown();
    if (!args.empty()) size = size + args[0].size_or_unknown() * Range{count.min ? count.min - 1 : 0, count.max ? count.max - 1 : 0};
    return {size.scaled(kTraversal), size};
}

CallEstimate find(const SizedNode& target, const SizedNode& pattern) {
    Range size = target.size_or_unknown();
    return {(size + Range::fixed(1)).scaled(kTraversal) * pattern.size_or_unknown().scaled(kPattern), Range{0, size.max}};
}

CallEstimate split(const SizedNode& target, std::span<const SizedNode> args) {
    Range size = target.size_or_unknown();
    uint64_t most = size.max;
    if (args.size() > 1 && args[1].expr && args[1].expr->kind == Expr::Kind::Literal && args[1].expr->literal.is(ValueKind::Int))
        most = static_cast<uint64_t>(args[1].expr->literal.as_int());
    return {size.scaled(2 * kTraversal), Range{0, most}};
}

// Networks and addresses have 4 or 16 bytes.
CallEstimate within_network(const SizedNode& arg, bool whole_network) {
    Range bytes{4, 16};
    Range cost = (bytes + bytes).scaled(kTraversal);
    if (whole_network) cost = cost + bytes.scaled(kTraversal) + Range::fixed(1);
    if (arg.type->kind == Type::Kind::String) cost = cost + arg.size_or_unknown().scaled(kTraversal);
    return {cost, std::nullopt};
}

CallEstimate selector(const SizedNode& arg) {
    Range size = arg.size_or_unknown();
    return {Range::fixed(10) + size.scaled(kTraversal) + size.scaled(0.5).scaled(50), std::nullopt};
}

std::optional<CallEstimate> equality(std::span<const SizedNode> args) {
    const Type& type = *args[0].type;
    if (!(type == *args[1].type)) return std::nullopt;
    if (type.name == "net.IP" || type.name == "net.CIDR" || type.name == "kubernetes.Quantity" || type.name == "kubernetes.Semver" ||
        type.name.compare(0, 25, "kubernetes.authorization.") == 0)
        return one();
    if (type.name == "kubernetes.NamedFormat") return CallEstimate{Range{1, kFormatName}.scaled(kTraversal), std::nullopt};
    if (type.name == "kubernetes.URL") {
        uint64_t most = args[1].size ? args[1].size->max : 1;
        return CallEstimate{Range{1, most}.scaled(kTraversal), std::nullopt};
    }
    return std::nullopt;
}

bool nominal(std::string_view function) {
    constexpr std::string_view kNominal[] = {"serviceAccount", "path", "group", "resource", "subresource", "namespace", "name", "allowed", "reason", "error", "errored", "masked",
        "prefixLength", "family", "isUnspecified", "isLoopback", "isLinkLocalMulticast", "isLinkLocalUnicast", "isGlobalUnicast", "format.named", "sign", "asInteger",
        "isInteger", "asApproximateFloat", "isGreaterThan", "isLessThan", "compareTo", "add", "sub", "major", "minor", "patch", "getScheme", "getHostname", "getHost",
        "getPort", "getEscapedPath", "getQuery"};
    return std::find(std::begin(kNominal), std::end(kNominal), function) != std::end(kNominal);
}

}  // namespace

std::optional<CallEstimate> estimate_known_call(const Overload& overload, const SizedNode* target, std::span<const SizedNode> args, const ElementSizes& elements) {
    std::string_view f = overload.function;
    auto same_size = [](const SizedNode& node, double factor) { return CallEstimate{node.size_or_unknown().scaled(factor), node.size_or_unknown()}; };
    auto traversed = [](const SizedNode& node, double factor) { return CallEstimate{node.size_or_unknown().scaled(factor), std::nullopt}; };
    if (overload.charge == Charge::Sets || overload.charge == Charge::SetsTwice) {
        Range sizes = args[0].size_or_unknown() * args[1].size_or_unknown();
        return CallEstimate{sizes.scaled(overload.charge == Charge::Sets ? 1 : 2) + Range::fixed(1), std::nullopt};
    }
    if (nominal(f) || overload.id == "cidr_ip") return one();
    if (f == "check") return CallEstimate{Range::fixed(350000), std::nullopt};
    if (f == "_==_") return equality(args);
    if (target) {
        switch (overload.charge) {
            case Charge::Selector: return selector(args[0]);
            case Charge::Traversal: return over_list(*target, elements);
            case Charge::JoinResult: return join(*target, args, elements);
            case Charge::Find: return find(*target, args[0]);
            case Charge::ContainsIp: return within_network(args[0], false);
            case Charge::ContainsCidr: return within_network(args[0], true);
            case Charge::Validate: return CallEstimate{args[0].size_or_unknown().scaled(kTraversal).scaled(kFormatPattern * kPattern), std::nullopt};
            default: break;
        }
        if (f == "lowerAscii" || f == "upperAscii" || f == "substring" || f == "trim") return same_size(*target, kTraversal);
        if (f == "replace") return replace(*target, args);
        if (f == "split") return split(*target, args);
        return std::nullopt;
    }
    if (args.empty()) return std::nullopt;
    if (f == "url" || f == "jsonpatch.escapeKey") return same_size(args[0], kTraversal);
    if (f == "ip.isCanonical") return traversed(args[0], 2 * kTraversal);
    if (f == "cidr" || f == "isIP" || f == "isCIDR" || f == "ip" || f == "quantity" || f == "isQuantity" || f == "semver" || f == "isSemver") return traversed(args[0], kTraversal);
    return std::nullopt;
}

}  // namespace skiff::cel
