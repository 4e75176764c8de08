// Macros: has(), all(), exists(), exists_one(), map(), filter(), their forms with two variables, optMap(), optFlatMap() and
// cel.bind(). Any thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "cel/ast.h"
#include "cel/issues.h"

namespace skiff::cel {

struct MacroCall {
    std::string_view function;
    ExprPtr target;                  // null: a plain call
    std::vector<ExprPtr> args;
    Place place;
    bool bindings = false;           // cel.bind() is known
};

// The expansion; null when the call is no macro (the parts stay in `call`). A macro used wrongly is reported and becomes a literal.
ExprPtr expand_macro(MacroCall& call, Issues& issues);

// Builders of tree nodes, used by parser and macros.
ExprPtr make_expr(Expr::Kind kind, Place place, std::string name = {});
ExprPtr make_literal(Place place, Value value);
ExprPtr make_call(Place place, std::string_view function, ExprPtr a = nullptr, ExprPtr b = nullptr, ExprPtr c = nullptr);

}  // namespace skiff::cel
