// Small text functions that the standard library lacks. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skiff {

std::vector<std::string> split(std::string_view text, char separator);           // "" gives {}
std::vector<std::string_view> split_views(std::string_view text, char separator); // views into text; "" gives {}
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);
bool contains(std::string_view text, std::string_view part);
std::string replace_all(std::string text, std::string_view from, std::string_view to);
// Whole text as a decimal number; nothing on any other character or overflow.
std::optional<int64_t> parse_int(std::string_view text);
// The candidate with the smallest edit distance, when it is near enough to be a typing error; "" otherwise.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace skiff
