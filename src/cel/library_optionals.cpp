// Optional values: optional.of(), .value(), .or() and their kin (cel-go's optional types).
#include "cel/functions.h"

namespace skiff::cel {
namespace {

bool zero(const Value& value) {
    switch (value.kind()) {
        case ValueKind::Null: return true;
        case ValueKind::Bool: return !value.as_bool();
        case ValueKind::Int:
        case ValueKind::Duration: return value.as_int() == 0;
        case ValueKind::Uint: return value.as_uint() == 0;
        case ValueKind::Double: return value.as_double() == 0;
        case ValueKind::String:
        case ValueKind::Bytes: return value.text().empty();
        case ValueKind::List:
        case ValueKind::Map: return value.size() == 0;
        default: return false;
    }
}

Value non_zero(Arguments args, Run&) { return zero(args[0]) ? Value::none() : Value::some(args[0]); }

Value held_value(Arguments args, Run&) { return args[0].held() ? *args[0].held() : Value::error("optional.none() dereference"); }

Value unwrap(Arguments args, Run&) {
    std::vector<Value> out;
    for (size_t i = 0; i < args[0].size(); ++i) {
        Value item = args[0].at(i);
        if (!item.is(ValueKind::Optional)) return Value::error("value " + item.display() + " is not optional");
        if (item.held()) out.push_back(*item.held());
    }
    return Value::list(std::move(out));
}

constexpr FunctionRow kRows[] = {
    {"optional.of", "optional_of", "V", "optional_type(V)", [](Arguments args, Run&) { return Value::some(args[0]); }},
    {"optional.ofNonZeroValue", "optional_ofNonZeroValue", "V", "optional_type(V)", &non_zero},
    {"optional.none", "optional_none", "", "optional_type(V)", [](Arguments, Run&) { return Value::none(); }},
    {"value", "optional_value", ".optional_type(V)", "V", &held_value},
    {"hasValue", "optional_hasValue", ".optional_type(V)", "bool", [](Arguments args, Run&) { return Value::of(args[0].held() != nullptr); }},
    {"or", "optional_or_optional", ".optional_type(V), optional_type(V)", "optional_type(V)", nullptr},
    {"orValue", "optional_orValue_value", ".optional_type(V), V", "V", nullptr},
    {"last", "list_last", ".list(V)", "optional_type(V)",
     [](Arguments args, Run&) { return args[0].size() ? Value::some(args[0].at(args[0].size() - 1)) : Value::none(); }},
    {"first", "list_first", ".list(V)", "optional_type(V)", [](Arguments args, Run&) { return args[0].size() ? Value::some(args[0].at(0)) : Value::none(); }},
    {"optional.unwrap", "optional_unwrap", "list(optional_type(V))", "list(V)", &unwrap},
    {"unwrapOpt", "optional_unwrapOpt", ".list(optional_type(V))", "list(V)", &unwrap},
};

}  // namespace

std::span<const FunctionRow> optional_rows() { return kRows; }

}  // namespace skiff::cel
