// quantity(), isQuantity() and arithmetic of quantities.
#include "api/quantity.h"
#include "cel/functions.h"

namespace skiff::cel {
namespace {

struct Amount : Opaque {
    api::Quantity quantity;
    std::string_view type_name() const override { return "kubernetes.Quantity"; }
    bool equals(const Opaque& other) const override { return quantity == static_cast<const Amount&>(other).quantity; }
    std::string text() const override { return quantity.text(); }
};

const api::Quantity& of(const Value& value) { return static_cast<const Amount*>(value.opaque())->quantity; }

Value make(const api::Quantity& quantity) { return make_quantity(quantity); }

Value quantity(Arguments args, Run&) {
    auto parsed = api::Quantity::parse(args[0].text());
    return parsed.ok() ? make(*parsed) : Value::error(parsed.status().message());
}

bool whole(const api::Quantity& quantity) { return api::Quantity::of(quantity.value()) == quantity; }

api::Quantity operand(const Value& value) { return value.is(ValueKind::Int) ? api::Quantity::of(value.as_int()) : of(value); }

Value plus(Arguments args, Run&) { return make(of(args[0]) + operand(args[1])); }
Value minus(Arguments args, Run&) { return make(of(args[0]) - operand(args[1])); }

constexpr const char* kType = "kubernetes.Quantity";
constexpr const char* kPair = ".kubernetes.Quantity, kubernetes.Quantity";
constexpr const char* kWithInt = ".kubernetes.Quantity, int";
constexpr const char* kSelf = ".kubernetes.Quantity";

constexpr FunctionRow kRows[] = {
    {"quantity", "string_to_quantity", "string", kType, &quantity},
    {"isQuantity", "is_quantity_string", "string", "bool", [](Arguments args, Run&) { return Value::of(api::Quantity::parse(args[0].text()).ok()); }},
    {"sign", "quantity_sign", kType, "int", [](Arguments args, Run&) { return Value::of_int(of(args[0]).sign()); }},
    {"isGreaterThan", "quantity_is_greater_than", kPair, "bool", [](Arguments args, Run&) { return Value::of(of(args[0]) > of(args[1])); }},
    {"isLessThan", "quantity_is_less_than", kPair, "bool", [](Arguments args, Run&) { return Value::of(of(args[0]) < of(args[1])); }},
    {"compareTo", "quantity_compare_to", kPair, "int",
     [](Arguments args, Run&) { return Value::of_int(of(args[0]) < of(args[1]) ? -1 : of(args[0]) > of(args[1]) ? 1 : 0); }},
    {"asApproximateFloat", "quantity_get_float", kSelf, "double", [](Arguments args, Run&) { return Value::of_double(of(args[0]).approximate()); }},
    {"asInteger", "quantity_get_int", kSelf, "int",
     [](Arguments args, Run&) { return whole(of(args[0])) ? Value::of_int(of(args[0]).value()) : Value::error("cannot convert value to integer"); }},
    {"isInteger", "quantity_is_integer", kSelf, "bool", [](Arguments args, Run&) { return Value::of(whole(of(args[0]))); }},
    {"add", "quantity_add", kPair, kType, &plus},
    {"add", "quantity_add_int", kWithInt, kType, &plus},
    {"sub", "quantity_sub", kPair, kType, &minus},
    {"sub", "quantity_sub_int", kWithInt, kType, &minus},
};

}  // namespace

Value make_quantity(const api::Quantity& quantity) {
    auto out = std::make_shared<Amount>();
    out->quantity = quantity;
    return Value::opaque(std::move(out));
}

std::span<const FunctionRow> quantity_rows() { return kRows; }

}  // namespace skiff::cel
