// What a Program holds. Made by compile(), then only read.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/regex.h"
#include "cel/ast.h"
#include "cel/patterns.h"
#include "cel/program.h"

namespace skiff::cel {

using RegexTable = std::map<std::string, Regex, std::less<>>;

// What an evaluation makes room for before it starts.
struct Plan {
    size_t frames = 0;                   // loops within loops
    size_t memos = 0;                    // places that remember what they selected last
    std::vector<std::string> inputs;     // variables from outside, by slot
};
// Decides for each node of a checked tree with folded constants what the evaluator does there.
Plan plan(Expr& root);
// The same for one node whose parts have theirs; variables get no slots.
void plan_node(Expr& expr);

struct Program::Compiled {
    std::string expression;
    ExprPtr root;
    Plan plan;
    TypePtr type;
    std::set<std::string, std::less<>> variables;
    RegexTable regexes;                  // of the patterns that are literals
    CostEstimate estimate;
};

// Runs a checked tree. Errors are Values of kind Error; `cost` and `cancelled` say what it took.
struct Evaluation {
    Value value;
    uint64_t cost = 0;
    uint64_t work = 0;                   // what it really took, in steps of about 10 ns
    bool cancelled = false;              // a limit was reached
};
inline constexpr uint64_t kUnitsOfStep = 3;   // of cost, that take as long as a step
struct Limits {
    uint64_t cost, work;
};
Evaluation evaluate(const Expr& root, const Plan& plan, std::span<const Binding> bindings, const RegexTable& regexes, Patterns* patterns, Limits limits);

// Computes what is constant: literal lists and maps, conversions of literals. Failure: BadRequest when a conversion fails.
Status fold_constants(Expr& root);
// Mistakes that types do not show: literals that are no durations, timestamps or patterns, formats that do not fit their arguments.
void validate_literals(const Expr& root, Issues& issues);

CostEstimate estimate_cost(const Expr& root, const Environment& environment);
// How a call is charged at run time, and what it costs; second: null when there is none.
Charge charge_of_call(const Expr& call);
uint64_t call_cost(Charge charge, const Value& first, const Value* second, const Value& result);

}  // namespace skiff::cel
