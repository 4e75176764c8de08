// Two ways to point into a document: JSON pointer (RFC 6901) and Kubernetes' JSONPath (kubectl -o jsonpath, CRD printer columns).
// Any thread; a compiled template is immutable.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "json/value.h"

namespace skiff::json {

// "/a/b~1c/0" -> {"a", "b/c", "0"}; "" is the whole document. BadRequest when it does not start with '/'.
Result<std::vector<std::string>> parse_pointer(std::string_view pointer);
std::string pointer_escape(std::string_view token);          // ~ and / as ~0 and ~1
// The value there, or null pointer.
const Value* find_pointer(const Value& document, const std::vector<std::string>& tokens);

// A JSONPath template: text with {expressions}. Inside braces: .field ['field'] [n] [a:b:c] [*] .* ..  [?(@.x=="y")] unions [0,2]
// ['a','b'], quoted text, $ and @, {range PATH}...{end}.
class JsonPath {
public:
    struct Node;   // of the syntax tree

    // "{.items[*].metadata.name}" as kubectl takes it. BadRequest with kubectl's words where they are known.
    static Result<JsonPath> parse(std::string_view text);
    // One bare expression as in CRD columns (".spec.replicas") or kubectl's relaxed form ("spec.x", "{.spec.x}").
    static Result<JsonPath> parse_expression(std::string_view text);

    // Values that the whole template selects, in order (text nodes are strings). allow_missing: an absent key gives nothing, else NotFound
    // "x is not found".
    Result<std::vector<Value>> select(const Value& document, bool allow_missing = true) const;
    // The first of them, null when there is none. steps_max: how many values may be looked at on the way, BadRequest when there are more.
    Result<Value> first(const Value& document, size_t steps_max) const;
    // The output text of kubectl: strings bare, other values as JSON, several values of one expression with a space between.
    Result<std::string> print(const Value& document, bool allow_missing = true) const;

private:
    std::shared_ptr<const std::vector<Node>> nodes_;
};

}  // namespace skiff::json
