// Functions: what an expression may call. Each library is a table of rows; the registry turns them into overloads once.
// Tables and registry are constant; any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "api/quantity.h"
#include "base/regex.h"
#include "cel/type.h"
#include "cel/value.h"

namespace skiff::cel {

// What one evaluation lends to functions: patterns that were compiled for it.
class Run {
public:
    virtual ~Run() = default;
    virtual Result<Regex> regex(std::string_view pattern) = 0;
};

using Arguments = std::span<const Value>;
using Implementation = Value (*)(Arguments args, Run& run);

// {"find", "string_find_string", ".string, string", "string", &find}; a leading dot: the first argument is the target. An implementation of
// null: the evaluator or the planner knows the function.
struct FunctionRow {
    std::string_view function, id, args, result;
    Implementation implementation;
};

// How the cost of a call is counted (cost_runtime.cpp).
enum class Charge : uint8_t {
    One, Check, Selector, Traversal, First, FirstTwice, JoinResult, Find, ContainsIp, ContainsCidr, Validate, InList, Smaller, Sum, Matches, Contains, Sets, SetsTwice, Equality, Free
};

struct Overload {
    std::string_view function, id;
    bool member = false;
    bool generic = false;          // has type parameters
    std::vector<TypePtr> args;
    TypePtr result;
    Implementation implementation = nullptr;
    Charge charge = Charge::One;
    // By argument: the kind that it must have, nothing when its type has to be asked.
    std::vector<std::optional<ValueKind>> kinds;

    // Whether the values are of the declared kinds.
    bool accepts(Arguments values) const;
};

// The overloads of a function in the order of their declaration; empty when there is none. jsonpatch.escapeKey needs `mutations`.
std::span<const Overload* const> find_function(std::string_view name, bool mutations);
Charge charge_of(std::string_view function, std::string_view id);

// The libraries.
std::span<const FunctionRow> operator_rows();      // library_operators.cpp
std::span<const FunctionRow> conversion_rows();    // library_conversions.cpp
std::span<const FunctionRow> time_rows();          // library_times.cpp
std::span<const FunctionRow> string_rows();        // library_strings.cpp
std::span<const FunctionRow> list_rows();          // library_lists.cpp
std::span<const FunctionRow> optional_rows();      // library_optionals.cpp
std::span<const FunctionRow> url_rows();           // library_urls.cpp
std::span<const FunctionRow> network_rows();       // library_networks.cpp
std::span<const FunctionRow> quantity_rows();      // library_quantities.cpp
std::span<const FunctionRow> version_rows();       // library_versions.cpp
std::span<const FunctionRow> name_format_rows();   // library_name_formats.cpp
std::span<const FunctionRow> authorizer_rows();    // library_authorizer.cpp

// Shared by the libraries.
Value no_such_overload();
// -1, 0, 1; an Error when the two cannot be compared.
Value compare(const Value& a, const Value& b);
Value make_quantity(const api::Quantity& quantity);
Value make_version(std::string_view text);         // of Semantic Versioning 2.0; an Error when it is none
Value add(const Value& a, const Value& b);
Value subtract(const Value& a, const Value& b);
// For format() and conversions; an Error when there is no such conversion.
Value to_string(const Value& value);
Value format_text(std::string_view format, const Value& arguments);

}  // namespace skiff::cel
