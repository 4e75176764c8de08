// Arithmetic, comparison and the operators that the evaluator runs itself (cel-spec, "Operators").
#include <cmath>
#include <limits>

#include "cel/functions.h"
#include "cel/nodes.h"
#include "cel/times.h"

namespace skiff::cel {
namespace {

constexpr char kOverflow[] = "integer overflow";
constexpr char kUnsignedOverflow[] = "unsigned integer overflow";

Value checked_time(__int128 nanos_since_epoch) {
    constexpr int64_t kSecond = 1'000'000'000;
    auto seconds = static_cast<int64_t>(nanos_since_epoch / kSecond);
    auto nanos = static_cast<int32_t>(nanos_since_epoch % kSecond);
    if (nanos < 0) {
        nanos += kSecond;
        --seconds;
    }
    if (seconds < kSecondsMin || seconds > kSecondsMax) return Value::error("timestamp overflow");
    return Value::timestamp(seconds, nanos);
}

__int128 since_epoch(const Value& time) { return static_cast<__int128>(time.as_int()) * 1'000'000'000 + time.nanos(); }

int sign_of(double a, double b) { return a < b ? -1 : a > b ? 1 : 0; }

// Exact comparison of integers with doubles that no double could hold.
int compare_int_double(int64_t a, double b) {
    if (b >= 9223372036854775808.0) return -1;
    if (b < -9223372036854775808.0) return 1;
    return sign_of(static_cast<double>(a), b);
}
int compare_uint_double(uint64_t a, double b) {
    if (b >= 18446744073709551616.0) return -1;
    if (b < 0) return 1;
    return sign_of(static_cast<double>(a), b);
}

Value compare_numbers(const Value& a, const Value& b) {
    using K = ValueKind;
    auto three_way = [](auto x, auto y) { return Value::of_int(x < y ? -1 : x > y ? 1 : 0); };
    if ((a.is(K::Double) && std::isnan(a.as_double())) || (b.is(K::Double) && std::isnan(b.as_double()))) return Value::error("NaN values cannot be ordered");
    if (a.is(K::Int)) {
        if (b.is(K::Int)) return three_way(a.as_int(), b.as_int());
        if (b.is(K::Double)) return Value::of_int(compare_int_double(a.as_int(), b.as_double()));
        if (a.as_int() < 0) return Value::of_int(-1);
        return three_way(static_cast<uint64_t>(a.as_int()), b.as_uint());
    }
    if (a.is(K::Uint)) {
        if (b.is(K::Uint)) return three_way(a.as_uint(), b.as_uint());
        if (b.is(K::Double)) return Value::of_int(compare_uint_double(a.as_uint(), b.as_double()));
        if (b.as_int() < 0) return Value::of_int(1);
        return three_way(a.as_uint(), static_cast<uint64_t>(b.as_int()));
    }
    if (b.is(K::Int)) return Value::of_int(-compare_int_double(b.as_int(), a.as_double()));
    if (b.is(K::Uint)) return Value::of_int(-compare_uint_double(b.as_uint(), a.as_double()));
    return three_way(a.as_double(), b.as_double());
}

bool numeric(const Value& value) { return value.is(ValueKind::Int) || value.is(ValueKind::Uint) || value.is(ValueKind::Double); }

std::string joined(std::string_view a, std::string_view b) {
    std::string out;
    out.reserve(a.size() + b.size());
    out.append(a).append(b);
    return out;
}

Value multiply(Arguments args, Run&) {
    const Value &a = args[0], &b = args[1];
    if (a.kind() != b.kind()) return no_such_overload();
    if (a.is(ValueKind::Double)) return Value::of_double(a.as_double() * b.as_double());
    if (a.is(ValueKind::Int)) {
        int64_t out = 0;
        return __builtin_mul_overflow(a.as_int(), b.as_int(), &out) ? Value::error(kOverflow) : Value::of_int(out);
    }
    uint64_t out = 0;
    return __builtin_mul_overflow(a.as_uint(), b.as_uint(), &out) ? Value::error(kUnsignedOverflow) : Value::of_uint(out);
}

Value divide(Arguments args, Run&) {
    const Value &a = args[0], &b = args[1];
    if (a.kind() != b.kind()) return no_such_overload();
    if (a.is(ValueKind::Double)) return Value::of_double(a.as_double() / b.as_double());
    if (a.is(ValueKind::Uint)) return b.as_uint() == 0 ? Value::error("division by zero") : Value::of_uint(a.as_uint() / b.as_uint());
    if (b.as_int() == 0) return Value::error("division by zero");
    if (a.as_int() == INT64_MIN && b.as_int() == -1) return Value::error(kOverflow);
    return Value::of_int(a.as_int() / b.as_int());
}

Value modulo(Arguments args, Run&) {
    const Value &a = args[0], &b = args[1];
    if (a.kind() != b.kind()) return no_such_overload();
    if (a.is(ValueKind::Uint)) return b.as_uint() == 0 ? Value::error("modulus by zero") : Value::of_uint(a.as_uint() % b.as_uint());
    if (b.as_int() == 0) return Value::error("modulus by zero");
    if (a.as_int() == INT64_MIN && b.as_int() == -1) return Value::error(kOverflow);
    return Value::of_int(a.as_int() % b.as_int());
}

Value negate(Arguments args, Run&) {
    const Value& a = args[0];
    if (a.is(ValueKind::Double)) return Value::of_double(-a.as_double());
    if (a.is(ValueKind::Duration)) return a.as_int() == INT64_MIN ? Value::error("duration overflow") : Value::duration(-a.as_int());
    return a.as_int() == INT64_MIN ? Value::error(kOverflow) : Value::of_int(-a.as_int());
}

template <bool (*Accept)(int64_t)>
Value ordered(Arguments args, Run&) {
    Value order = compare(args[0], args[1]);
    return order.is_error() ? order : Value::of(Accept(order.as_int()));
}
bool less(int64_t order) { return order < 0; }
bool less_equal(int64_t order) { return order <= 0; }
bool greater(int64_t order) { return order > 0; }
bool greater_equal(int64_t order) { return order >= 0; }

Value size(Arguments args, Run&) { return Value::of_int(static_cast<int64_t>(args[0].size())); }

Value map_insert(Arguments args, Run&) {
    if (args.size() == 3) return insert(args[0], args[1], args[2]);
    Value out = args[0];
    args[1].each_entry([&](const Value& key, const Value& value) {
        out = insert(out, key, value);
        return !out.is_error();
    });
    return out;
}

Value add_values(Arguments args, Run&) { return add(args[0], args[1]); }
Value subtract_values(Arguments args, Run&) { return subtract(args[0], args[1]); }

#define COMPARISON(op, name, impl)                                                                                                     \
    {op, name "_bool", "bool, bool", "bool", impl}, {op, name "_int64", "int, int", "bool", impl},                                     \
        {op, name "_int64_double", "int, double", "bool", impl}, {op, name "_int64_uint64", "int, uint", "bool", impl},                \
        {op, name "_uint64", "uint, uint", "bool", impl}, {op, name "_uint64_double", "uint, double", "bool", impl},                   \
        {op, name "_uint64_int64", "uint, int", "bool", impl}, {op, name "_double", "double, double", "bool", impl},                   \
        {op, name "_double_int64", "double, int", "bool", impl}, {op, name "_double_uint64", "double, uint", "bool", impl},            \
        {op, name "_string", "string, string", "bool", impl}, {op, name "_bytes", "bytes, bytes", "bool", impl},                       \
        {op, name "_timestamp", "timestamp, timestamp", "bool", impl}, {op, name "_duration", "duration, duration", "bool", impl}

constexpr FunctionRow kRows[] = {
    {"_?_:_", "conditional", "bool, A, A", "A", nullptr},
    {"_&&_", "logical_and", "bool, bool", "bool", nullptr},
    {"_||_", "logical_or", "bool, bool", "bool", nullptr},
    {"!_", "logical_not", "bool", "bool", [](Arguments args, Run&) { return Value::of(!args[0].as_bool()); }},
    {"@not_strictly_false", "not_strictly_false", "bool", "bool", nullptr},
    {"_==_", "equals", "A, A", "bool", nullptr},
    {"_!=_", "not_equals", "A, A", "bool", nullptr},
    {"_+_", "add_bytes", "bytes, bytes", "bytes", &add_values},
    {"_+_", "add_double", "double, double", "double", &add_values},
    {"_+_", "add_duration_duration", "duration, duration", "duration", &add_values},
    {"_+_", "add_duration_timestamp", "duration, timestamp", "timestamp", &add_values},
    {"_+_", "add_timestamp_duration", "timestamp, duration", "timestamp", &add_values},
    {"_+_", "add_int64", "int, int", "int", &add_values},
    {"_+_", "add_list", "list(A), list(A)", "list(A)", &add_values},
    {"_+_", "add_string", "string, string", "string", &add_values},
    {"_+_", "add_uint64", "uint, uint", "uint", &add_values},
    {"_/_", "divide_double", "double, double", "double", &divide},
    {"_/_", "divide_int64", "int, int", "int", &divide},
    {"_/_", "divide_uint64", "uint, uint", "uint", &divide},
    {"_%_", "modulo_int64", "int, int", "int", &modulo},
    {"_%_", "modulo_uint64", "uint, uint", "uint", &modulo},
    {"_*_", "multiply_double", "double, double", "double", &multiply},
    {"_*_", "multiply_int64", "int, int", "int", &multiply},
    {"_*_", "multiply_uint64", "uint, uint", "uint", &multiply},
    {"-_", "negate_double", "double", "double", &negate},
    {"-_", "negate_int64", "int", "int", &negate},
    {"_-_", "subtract_double", "double, double", "double", &subtract_values},
    {"_-_", "subtract_duration_duration", "duration, duration", "duration", &subtract_values},
    {"_-_", "subtract_int64", "int, int", "int", &subtract_values},
    {"_-_", "subtract_timestamp_duration", "timestamp, duration", "timestamp", &subtract_values},
    {"_-_", "subtract_timestamp_timestamp", "timestamp, timestamp", "duration", &subtract_values},
    {"_-_", "subtract_uint64", "uint, uint", "uint", &subtract_values},
    COMPARISON("_<_", "less", &ordered<&less>),
    COMPARISON("_<=_", "less_equals", &ordered<&less_equal>),
    COMPARISON("_>_", "greater", &ordered<&greater>),
    COMPARISON("_>=_", "greater_equals", &ordered<&greater_equal>),
    {"_[_]", "index_list", "list(A), int", "A", nullptr},
    {"_[_]", "index_map", "map(A, B), A", "B", nullptr},
    {"_[_]", "optional_list_index_int", "optional_type(list(V)), int", "optional_type(V)", nullptr},
    {"_[_]", "optional_map_index_value", "optional_type(map(K, V)), K", "optional_type(V)", nullptr},
    {"_[?_]", "list_optindex_optional_int", "list(V), int", "optional_type(V)", nullptr},
    {"_[?_]", "optional_list_optindex_optional_int", "optional_type(list(V)), int", "optional_type(V)", nullptr},
    {"_[?_]", "map_optindex_optional_value", "map(K, V), K", "optional_type(V)", nullptr},
    {"_[?_]", "optional_map_optindex_optional_value", "optional_type(map(K, V)), K", "optional_type(V)", nullptr},
    {"_?._", "select_optional_field", "dyn, string", "optional_type(V)", nullptr},
    {"@in", "in_list", "A, list(A)", "bool", nullptr},
    {"@in", "in_map", "A, map(A, B)", "bool", nullptr},
    {"size", "size_bytes", "bytes", "int", &size},
    {"size", "bytes_size", ".bytes", "int", &size},
    {"size", "size_list", "list(A)", "int", &size},
    {"size", "list_size", ".list(A)", "int", &size},
    {"size", "size_map", "map(A, B)", "int", &size},
    {"size", "map_size", ".map(A, B)", "int", &size},
    {"size", "size_string", "string", "int", &size},
    {"size", "string_size", ".string", "int", &size},
    {"cel.@mapInsert", "@mapInsert_map_key_value", "map(K, V), K, V", "map(K, V)", &map_insert},
    {"cel.@mapInsert", "@mapInsert_map_map", "map(K, V), map(K, V)", "map(K, V)", &map_insert},
};
#undef COMPARISON

}  // namespace

std::span<const FunctionRow> operator_rows() { return kRows; }

Value compare(const Value& a, const Value& b) {
    if (numeric(a) && numeric(b)) return compare_numbers(a, b);
    if (a.kind() != b.kind()) return no_such_overload();
    switch (a.kind()) {
        case ValueKind::Bool: return Value::of_int(static_cast<int>(a.as_bool()) - static_cast<int>(b.as_bool()));
        case ValueKind::String:
        case ValueKind::Bytes: {
            int order = a.text().compare(b.text());
            return Value::of_int(order < 0 ? -1 : order > 0 ? 1 : 0);
        }
        case ValueKind::Duration: return Value::of_int(a.as_int() < b.as_int() ? -1 : a.as_int() > b.as_int() ? 1 : 0);
        case ValueKind::Timestamp: {
            auto x = since_epoch(a), y = since_epoch(b);
            return Value::of_int(x < y ? -1 : x > y ? 1 : 0);
        }
        default: return no_such_overload();
    }
}

Value add(const Value& a, const Value& b) {
    using K = ValueKind;
    if (a.is(K::Timestamp) && b.is(K::Duration)) return checked_time(since_epoch(a) + b.as_int());
    if (a.is(K::Duration) && b.is(K::Timestamp)) return checked_time(since_epoch(b) + a.as_int());
    if (a.kind() != b.kind()) return no_such_overload();
    switch (a.kind()) {
        case K::Int: {
            int64_t out = 0;
            return __builtin_add_overflow(a.as_int(), b.as_int(), &out) ? Value::error(kOverflow) : Value::of_int(out);
        }
        case K::Uint: {
            uint64_t out = 0;
            return __builtin_add_overflow(a.as_uint(), b.as_uint(), &out) ? Value::error(kUnsignedOverflow) : Value::of_uint(out);
        }
        case K::Duration: {
            int64_t out = 0;
            return __builtin_add_overflow(a.as_int(), b.as_int(), &out) ? Value::error("duration overflow") : Value::duration(out);
        }
        case K::Double: return Value::of_double(a.as_double() + b.as_double());
        case K::String: return Value::string(joined(a.text(), b.text()));
        case K::Bytes: return Value::bytes(joined(a.text(), b.text()));
        case K::List: return concat(a, b);
        default: return no_such_overload();
    }
}

Value subtract(const Value& a, const Value& b) {
    using K = ValueKind;
    if (a.is(K::Timestamp) && b.is(K::Duration)) return checked_time(since_epoch(a) - b.as_int());
    if (a.kind() != b.kind()) return no_such_overload();
    switch (a.kind()) {
        case K::Int: {
            int64_t out = 0;
            return __builtin_sub_overflow(a.as_int(), b.as_int(), &out) ? Value::error(kOverflow) : Value::of_int(out);
        }
        case K::Uint: {
            uint64_t out = 0;
            return __builtin_sub_overflow(a.as_uint(), b.as_uint(), &out) ? Value::error(kUnsignedOverflow) : Value::of_uint(out);
        }
        case K::Duration: {
            int64_t out = 0;
            return __builtin_sub_overflow(a.as_int(), b.as_int(), &out) ? Value::error("duration overflow") : Value::duration(out);
        }
        case K::Double: return Value::of_double(a.as_double() - b.as_double());
        case K::Timestamp: {
            auto nanos = since_epoch(a) - since_epoch(b);
            if (nanos > std::numeric_limits<int64_t>::max() || nanos < std::numeric_limits<int64_t>::min()) return Value::error("timestamp overflow");
            return Value::duration(static_cast<int64_t>(nanos));
        }
        default: return no_such_overload();
    }
}

}  // namespace skiff::cel
