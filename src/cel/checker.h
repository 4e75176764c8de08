// The type checker: gives every node its type and its overloads, resolves names, and reports what cannot be right. Any thread.
#pragma once

#include <set>
#include <string>

#include "cel/ast.h"
#include "cel/environment.h"
#include "cel/issues.h"

namespace skiff::cel {

struct CheckOutcome {
    TypePtr type;                        // of the whole expression
    std::set<std::string, std::less<>> variables;   // of the environment that it refers to
};

CheckOutcome check(Expr& root, const Environment& environment, Issues& issues);

}  // namespace skiff::cel
