// What calls cost at run time, as a Kubernetes API server counts (k8s.io/apiserver/pkg/cel/library/cost.go and cel-go's cost tracker).
#include <algorithm>

#include "cel/compiled.h"
#include "cel/functions.h"
#include "cel/name_formats.h"
#include "cel/nodes.h"

namespace skiff::cel {
namespace {

constexpr double kTraversal = 0.1;      // of one character
constexpr double kPattern = 0.25;       // of one character of a pattern
constexpr uint64_t kListSelectorBase = 10;
constexpr double kRequirement = 50;     // of one requirement of a selector

uint64_t size_of(const Value& value) {
    switch (value.kind()) {
        case ValueKind::String:
        case ValueKind::Bytes:
        case ValueKind::List:
        case ValueKind::Map: return value.size();
        case ValueKind::Opaque: return value.opaque()->size().value_or(1);
        case ValueKind::Optional: return value.held() ? size_of(*value.held()) : 1;
        default: return 1;
    }
}

// Rounded up, without a call.
uint64_t scaled(uint64_t size, double factor) {
    const double exact = static_cast<double>(size) * factor;
    const auto whole = static_cast<uint64_t>(static_cast<int64_t>(exact));
    return whole + (static_cast<double>(whole) < exact ? 1 : 0);
}

// A list whose items cost one each, whatever they are.
bool has_numbers(const Value& list) {
    using Form = Declaration::Form;
    const Declaration* declaration = list.declaration();
    const Declaration* element = declaration ? declaration->element.get() : nullptr;
    return element && (element->form == Form::Int || element->form == Form::Double || element->form == Form::Bool);
}

uint64_t traversal(const Value& value) {
    switch (value.kind()) {
        case ValueKind::String:
        case ValueKind::Bytes: return static_cast<uint64_t>(static_cast<double>(value.text().size()) * kTraversal);
        case ValueKind::List: {
            if (has_numbers(value)) return value.size();
            const ItemReader items(value);
            uint64_t cost = 0;
            for (size_t i = 0; i < items.size(); ++i) cost += traversal(items.at(i));
            return cost;
        }
        case ValueKind::Map: {
            uint64_t cost = 0;
            value.each_entry([&](const Value& key, const Value& member) {
                cost += traversal(key) + traversal(member);
                return true;
            });
            return cost;
        }
        default: return 1;
    }
}

uint64_t matching(uint64_t text, uint64_t pattern) { return scaled(1 + text, kTraversal) * scaled(pattern, kPattern); }

uint64_t contains_cidr(const Value& range, const Value& in) {
    uint64_t cidr = size_of(range);
    uint64_t cost = scaled(2 * cidr, kTraversal) + scaled(cidr, kTraversal) + 1;
    return in.is(ValueKind::String) ? cost + scaled(size_of(in), kTraversal) : cost;
}

struct ChargeName {
    std::string_view name;
    Charge charge;
};

constexpr ChargeName kByFunction[] = {
    {"check", Charge::Check}, {"fieldSelector", Charge::Selector}, {"labelSelector", Charge::Selector}, {"isSorted", Charge::Traversal}, {"sum", Charge::Traversal},
    {"max", Charge::Traversal}, {"min", Charge::Traversal}, {"indexOf", Charge::Traversal}, {"lastIndexOf", Charge::Traversal}, {"url", Charge::First},
    {"lowerAscii", Charge::First}, {"upperAscii", Charge::First}, {"substring", Charge::First}, {"trim", Charge::First}, {"jsonpatch.escapeKey", Charge::First},
    {"replace", Charge::FirstTwice}, {"split", Charge::FirstTwice}, {"join", Charge::JoinResult}, {"find", Charge::Find}, {"findAll", Charge::Find},
    {"cidr", Charge::First}, {"isIP", Charge::First}, {"isCIDR", Charge::First}, {"ip", Charge::First}, {"ip.isCanonical", Charge::FirstTwice},
    {"containsIP", Charge::ContainsIp}, {"containsCIDR", Charge::ContainsCidr}, {"quantity", Charge::First}, {"isQuantity", Charge::First},
    {"semver", Charge::First}, {"isSemver", Charge::First}, {"validate", Charge::Validate},
};

constexpr ChargeName kByOverload[] = {
    {"cidr_ip", Charge::One}, {"list_sets_contains_list", Charge::Sets}, {"list_sets_intersects_list", Charge::Sets}, {"list_sets_equivalent_list", Charge::SetsTwice},
    {"starts_with_string", Charge::First}, {"ends_with_string", Charge::First}, {"string_to_bytes", Charge::First}, {"bytes_to_string", Charge::First},
    {"strings_quote", Charge::First}, {"string_format", Charge::First}, {"in_list", Charge::InList}, {"less_string", Charge::Smaller}, {"greater_string", Charge::Smaller},
    {"less_equals_string", Charge::Smaller}, {"greater_equals_string", Charge::Smaller}, {"less_bytes", Charge::Smaller}, {"greater_bytes", Charge::Smaller},
    {"less_equals_bytes", Charge::Smaller}, {"greater_equals_bytes", Charge::Smaller}, {"equals", Charge::Equality}, {"not_equals", Charge::Smaller},
    {"add_string", Charge::Sum}, {"add_bytes", Charge::Sum}, {"matches_string", Charge::Matches}, {"contains_string", Charge::Contains},
};

// Those that Kubernetes counts by the name of the function count even when the overload is not known before the call.
bool by_function(std::string_view function) {
    return std::any_of(std::begin(kByFunction), std::end(kByFunction), [&](const ChargeName& row) { return row.name == function; });
}

}  // namespace

Charge charge_of(std::string_view function, std::string_view id) {
    for (const auto& row : kByOverload)
        if (row.name == id) return row.charge;
    for (const auto& row : kByFunction)
        if (row.name == function) return row.charge;
    return Charge::One;
}

Charge charge_of_call(const Expr& call) {
    if (call.overloads.empty() || call.args.empty() || (call.overloads.size() > 1 && !by_function(call.name))) return Charge::One;
    return call.overloads[0]->charge;
}

uint64_t call_cost(Charge charge, const Value& first, const Value* second, const Value& result) {
    auto one = [&] { return size_of(first); };
    auto two = [&] { return second ? size_of(*second) : 1; };
    switch (charge) {
        case Charge::One: return 1;
        case Charge::Free: return 0;
        case Charge::Check: return 350000;
        case Charge::Selector: return kListSelectorBase + scaled(two(), kTraversal) + scaled(scaled(two(), 0.5), kRequirement);
        case Charge::Traversal: return traversal(first);
        case Charge::First: return scaled(one(), kTraversal);
        case Charge::FirstTwice: return scaled(one() * 2, kTraversal);
        case Charge::JoinResult: return scaled(size_of(result) * 2, kTraversal);
        case Charge::Find: return matching(one(), two());
        case Charge::ContainsIp: return scaled(2 * one(), kTraversal) + (second && second->is(ValueKind::String) ? scaled(two(), kTraversal) : 0);
        case Charge::ContainsCidr: return second ? contains_cidr(first, *second) : 1;
        case Charge::Validate: {
            const auto* format = dynamic_cast<const NameFormatValue*>(first.opaque());
            return matching(two(), format ? format->format->pattern_size : 1);
        }
        case Charge::InList: return two();
        case Charge::Equality:
            if (first.is(ValueKind::Opaque)) return 1;
            [[fallthrough]];
        case Charge::Smaller: return scaled(std::min(one(), two()), kTraversal);
        case Charge::Sum: return scaled(one() + two(), kTraversal);
        case Charge::Matches: return matching(one(), two());
        case Charge::Contains: return scaled(one(), kTraversal) * scaled(two(), kTraversal);
        case Charge::Sets: return 1 + one() * two();
        case Charge::SetsTwice: return 1 + 2 * one() * two();
    }
    return 1;
}

}  // namespace skiff::cel
