// Source text to syntax tree, macros expanded. Any thread.
#pragma once

#include <string_view>

#include "cel/ast.h"
#include "cel/issues.h"

namespace skiff::cel {

// Null when there were mistakes (then issues has them). bindings: cel.bind() is known.
ExprPtr parse(std::string_view source, Issues& issues, bool bindings = false);

}  // namespace skiff::cel
