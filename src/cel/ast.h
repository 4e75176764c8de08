// The syntax tree of an expression, and what the checker adds to it. A tree has one owner; once checked it is only read, by any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/regex.h"
#include "base/text_map.h"
#include "cel/issues.h"
#include "cel/type.h"
#include "cel/value.h"

namespace skiff::cel {

struct Overload;
struct Expr;
using ConstantSet = TextSet;
using ExprPtr = std::unique_ptr<Expr>;

// Nesting of operators, calls and brackets (cel-go, parser, MaxRecursionDepth), and the longest source in code points.
inline constexpr int kNestingMax = 250;
inline constexpr size_t kSourceMax = 100'000;
inline constexpr const char* kAccumulator = "@result";

// What the macros become: a loop over a list or map that folds into one accumulator.
struct Fold {
    ExprPtr range, init, condition, step, result;
    std::string var, var2, accumulator;           // var2: "" with one variable
};

// What the evaluator does at a node, told by number: names would be compared at every step of a loop. plan() decides it.
enum class Op : uint8_t {
    Call, Constant, First, Second, Accumulator, Input, TypeName, Select, Test, Index, OptionalIndex, OptionalSelect, Conditional,
    And, Or, OrValue, NotStrictlyFalse, Not, Size, In, InSet, Equals, NotEquals, Less, LessEqual, Greater, GreaterEqual, Add, Subtract, Multiply, Divide, Modulo,
    Append, Dyn, Known, Matches, List, Map, Struct, Fold, All, Exists
};
enum class Charge : uint8_t;

struct Expr {
    enum class Kind : uint8_t { Literal, Ident, Select, Call, List, Map, Struct, Fold };
    Kind kind = Kind::Literal;
    bool test_only = false;                       // Select: has()
    bool member = false;                          // Call: args[0] is the target
    uint16_t depth = 1;
    Place place = 0;
    std::string name;                             // Ident, Select's field, Call's function, Struct's type
    Value literal;
    std::vector<ExprPtr> args;                    // Select: the operand; Map: key, value, key, value...; Struct: the values
    std::vector<std::string> fields;              // Struct
    std::vector<bool> optional;                   // List, Map, Struct: entries with '?'
    std::vector<Place> entry_places;              // Map, Struct
    std::unique_ptr<Fold> fold;

    // Of the checker.
    TypePtr type;
    std::vector<const Overload*> overloads;
    bool is_type_name = false;                    // Ident or Select that names a type
    bool constant = false;                        // the value stands in literal, computed when compiling
    std::shared_ptr<const ConstantSet> set;       // `in` a list of constants: their key_text()

    // Of plan().
    Op op = Op::Call;
    Charge charge{};                              // how a call is charged
    bool counted = false;                         // Call: what it reads and makes is counted
    bool of_ints = false;                         // Call: two integers are among what it takes, for one unit
    bool costs_root = false;                      // attributes: the variable below costs a unit
    std::shared_ptr<const Regex> pattern;         // Matches: the literal
    uint32_t slot = 0;                            // of a loop's variables, an input or a memo; Fold: its frame
};

ExprPtr copy_expr(const Expr& expr);

}  // namespace skiff::cel
