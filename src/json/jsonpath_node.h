// Syntax tree of a JSONPath template. Made by jsonpath_parse.cpp, walked by jsonpath_eval.cpp; immutable afterwards.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json/path.h"

namespace skiff::json {

struct JsonPath::Node {
    enum class Kind {
        Text,        // literal text of the template, or a quoted text inside braces
        Literal,     // number or boolean
        Action,      // {...}: children applied one after the other
        Field,       // text: the key
        Slice,       // from, to, step
        Wildcard,
        Recursive,   // ..
        Union,       // children are Actions, each applied to the same input
        Filter,      // left op right; op "" asks whether left selects anything
        Range,       // first child of an Action
        End,
    };
    Kind kind;
    std::string text = {};
    Value literal = {};
    std::optional<int64_t> from = {}, to = {}, step = {};
    bool single = false;   // [n]: to follows from
    std::vector<Node> children = {}, right = {};
};

}  // namespace skiff::json
