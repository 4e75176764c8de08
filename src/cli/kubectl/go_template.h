// GoTemplate: the part of Go's text/template that people use with -o go-template: fields, variables, pipelines, if, range, with, else, end, comments,
// trim markers, and the functions index len print printf println eq ne lt le gt ge and or not slice html js urlquery exists base64decode. Bounded; immutable
// after parsing; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "json/value.h"

namespace skiff::cli::kubectl {

class GoTemplate {
public:
    struct Node;
    static Result<GoTemplate> parse(std::string_view text);
    Result<std::string> print(const json::Value& document) const;

private:
    std::shared_ptr<const Node> root_;
};

// A value as Go's fmt prints it with %v: map[a:1 b:[2 3]], <nil>.
std::string go_text(const json::Value& value);

}  // namespace skiff::cli::kubectl
