// What a Program holds. Made by compile(), then only read.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/regex.h"
#include "cel/ast.h"
#include "cel/program.h"

namespace skiff::cel {

using RegexTable = std::map<std::string, Regex, std::less<>>;

struct Program::Compiled {
    std::string expression;
    ExprPtr root;
    TypePtr type;
    std::set<std::string, std::less<>> variables;
    RegexTable regexes;                  // of the patterns that are literals
    CostEstimate estimate;
};

// Runs a checked tree. Errors are Values of kind Error; `cost` and `cancelled` say what it took.
struct Evaluation {
    Value value;
    uint64_t cost = 0;
    uint64_t work = 0;                   // what it really took, in steps of about 20 ns
    bool cancelled = false;              // a limit was reached
};
struct Limits {
    uint64_t cost, work;
};
Evaluation evaluate(const Expr& root, std::span<const Binding> bindings, const RegexTable& regexes, Limits limits);

// Computes what is constant: literal lists and maps, conversions of literals. Failure: BadRequest when a conversion fails.
Status fold_constants(Expr& root);
// Mistakes that types do not show: literals that are no durations, timestamps or patterns, formats that do not fit their arguments.
void validate_literals(const Expr& root, Issues& issues);

CostEstimate estimate_cost(const Expr& root, const Environment& environment);
// What one call costs at run time.
uint64_t call_cost(const Expr& call, std::span<const Value> args, const Value& result);

}  // namespace skiff::cel
