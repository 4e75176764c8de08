// Reads the members of a JSON object from its text without building a tree: what is not wanted is only stepped over. Any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace skiff::api {

// Calls visit(key, text of the value) for each member in order. False when text is no JSON object as far as its brackets, strings and
// commas tell; members before the fault have been visited then. Keys with escapes come as they stand.
bool scan_members(std::string_view text, const std::function<void(std::string_view key, std::string_view value)>& visit);
// The same for the elements of an array.
bool scan_items(std::string_view text, const std::function<void(std::string_view value)>& visit);
// The place after the value that starts at `at`; npos when it does not end.
size_t skip_value(std::string_view text, size_t at);
// The string that a JSON string literal means; "" when it is none.
std::string scan_string(std::string_view literal);
// Whether the text holds the words at all: a fast look before a tree is built, for handlers that see every event.
bool mentions(std::string_view text, std::string_view words);

}  // namespace skiff::api
