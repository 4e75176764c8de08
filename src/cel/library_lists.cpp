// Lists (Kubernetes' isSorted, sum, min, max, indexOf, lastIndexOf) and sets (cel-go's set extension).

#include "base/text_map.h"
#include "cel/functions.h"
#include "cel/nodes.h"

namespace skiff::cel {
namespace {

// -1, 0, 1; as equal count those that cannot be compared.
int64_t order_of(const Value& a, const Value& b) {
    if (a.is(ValueKind::Int) && b.is(ValueKind::Int)) return a.as_int() < b.as_int() ? -1 : a.as_int() > b.as_int() ? 1 : 0;
    const Value order = compare(a, b);
    return order.is_error() ? 0 : order.as_int();
}

bool same(const Value& a, const Value& b) {
    if (a.is(ValueKind::Int) && b.is(ValueKind::Int)) return a.as_int() == b.as_int();
    return a.equals(b).is_true();
}

Value is_sorted(Arguments args, Run&) {
    const ItemReader items(args[0]);
    Value before = items.size() ? items.at(0) : Value();
    for (size_t i = 1; i < items.size(); ++i) {
        Value item = items.at(i);
        if (order_of(before, item) > 0) return Value::of(false);
        before = std::move(item);
    }
    return Value::of(true);
}

template <Value (*Zero)()>
Value sum(Arguments args, Run&) {
    const ItemReader items(args[0]);
    Value out = Zero();
    for (size_t i = 0; i < items.size() && !out.is_error(); ++i) out = add(out, items.at(i));
    return out;
}
Value zero_int() { return Value::of_int(0); }
Value zero_uint() { return Value::of_uint(0); }
Value zero_double() { return Value::of_double(0); }
Value zero_duration() { return Value::duration(0); }

Value extreme(const Value& list, int wanted, std::string_view name) {
    const ItemReader items(list);
    if (items.size() == 0) return Value::error(std::string(name) + " called on empty list");
    Value best = items.at(0);
    for (size_t i = 1; i < items.size(); ++i) {
        Value item = items.at(i);
        if (order_of(item, best) == wanted) best = std::move(item);
    }
    return best;
}
Value smallest(Arguments args, Run&) { return extreme(args[0], -1, "min"); }
Value largest(Arguments args, Run&) { return extreme(args[0], 1, "max"); }

Value index_of(Arguments args, Run&) {
    const ItemReader items(args[0]);
    for (size_t i = 0; i < items.size(); ++i)
        if (same(items.at(i), args[1])) return Value::of_int(static_cast<int64_t>(i));
    return Value::of_int(-1);
}

Value last_index_of(Arguments args, Run&) {
    const ItemReader items(args[0]);
    for (size_t i = items.size(); i-- > 0;)
        if (same(items.at(i), args[1])) return Value::of_int(static_cast<int64_t>(i));
    return Value::of_int(-1);
}

bool has(const Value& list, const Value& item) {
    const ItemReader items(list);
    for (size_t i = 0; i < items.size(); ++i)
        if (same(items.at(i), item)) return true;
    return false;
}

// Items of a list, looked up where they are many and plain.
class Members {
public:
    Members(const Value& list, size_t asked) : list_(list) {
        constexpr size_t kMany = 8;
        if (asked <= kMany) return;
        for (size_t i = 0; i < list.size(); ++i) {
            const Value item = list.at(i);
            if (!plain(item)) {
                known_.clear();
                return;
            }
            known_.insert(key_text(item));
        }
    }
    bool has(const Value& item) const { return known_.empty() || !plain(item) ? cel::has(list_, item) : known_.count(key_text(item)) != 0; }

private:
    static bool plain(const Value& item) { return item.is(ValueKind::String) || item.is(ValueKind::Int) || item.is(ValueKind::Uint) || item.is(ValueKind::Bool); }
    const Value& list_;
    TextSet known_;
};

bool contains_all(const Value& list, const Value& part) {
    const Members members(list, part.size());
    for (size_t i = 0; i < part.size(); ++i)
        if (!members.has(part.at(i))) return false;
    return true;
}

Value sets_contains(Arguments args, Run&) { return Value::of(contains_all(args[0], args[1])); }
Value sets_equivalent(Arguments args, Run&) { return Value::of(contains_all(args[0], args[1]) && contains_all(args[1], args[0])); }
Value sets_intersects(Arguments args, Run&) {
    const Members members(args[1], args[0].size());
    for (size_t i = 0; i < args[0].size(); ++i)
        if (members.has(args[0].at(i))) return Value::of(true);
    return Value::of(false);
}

#define ORDERED(type)                                                                            \
    {"isSorted", "list_" type "_is_sorted_bool", ".list(" type ")", "bool", &is_sorted},         \
        {"max", "list_" type "_max_" type, ".list(" type ")", type, &largest},                   \
        {"min", "list_" type "_min_" type, ".list(" type ")", type, &smallest}

constexpr FunctionRow kRows[] = {
    ORDERED("int"), ORDERED("uint"), ORDERED("double"), ORDERED("bool"), ORDERED("duration"), ORDERED("timestamp"), ORDERED("string"), ORDERED("bytes"),
    {"sum", "list_int_sum_int", ".list(int)", "int", &sum<&zero_int>},
    {"sum", "list_uint_sum_uint", ".list(uint)", "uint", &sum<&zero_uint>},
    {"sum", "list_double_sum_double", ".list(double)", "double", &sum<&zero_double>},
    {"sum", "list_duration_sum_duration", ".list(duration)", "duration", &sum<&zero_duration>},
    {"indexOf", "list_a_index_of_int", ".list(A), A", "int", &index_of},
    {"lastIndexOf", "list_a_last_index_of_int", ".list(A), A", "int", &last_index_of},
    {"sets.contains", "list_sets_contains_list", "list(T), list(T)", "bool", &sets_contains},
    {"sets.equivalent", "list_sets_equivalent_list", "list(T), list(T)", "bool", &sets_equivalent},
    {"sets.intersects", "list_sets_intersects_list", "list(T), list(T)", "bool", &sets_intersects},
};
#undef ORDERED

}  // namespace

std::span<const FunctionRow> list_rows() { return kRows; }

}  // namespace skiff::cel
