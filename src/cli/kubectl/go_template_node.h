// Syntax tree of a GoTemplate. Made by go_template_parse.cpp, walked by go_template.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/kubectl/go_template.h"

namespace skiff::cli::kubectl {

struct GoOperand {
    enum class Kind { Literal, Dot, Root, Variable, Function, Nested };
    Kind kind = Kind::Dot;
    json::Value literal = {};
    std::string name = {};                                       // variable or function
    std::vector<std::string> fields = {};                        // .a.b after it
    std::vector<std::vector<GoOperand>> nested = {};              // (pipeline)
};
using GoCommand = std::vector<GoOperand>;                        // function and arguments
using GoPipeline = std::vector<GoCommand>;

struct GoTemplate::Node {
    enum class Kind { List, Text, Action, If, Range, With };
    Kind kind = Kind::List;
    std::string text = {};
    std::vector<std::string> variables = {};                     // $x := , $i, $x :=
    bool declares = false;
    GoPipeline pipeline = {};
    std::vector<Node> children = {}, otherwise = {};
};

}  // namespace skiff::cli::kubectl
