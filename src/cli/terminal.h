// What a person sees: colours on a terminal, plain text in a pipe, aligned columns. NO_COLOR is honoured. One thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skiff::cli {

enum class Colour { Plain, Red, Green, Yellow, Bold, Dim };
bool is_terminal(int fd);
// text in colour when fd is a terminal.
std::string paint(std::string_view text, Colour colour, int fd = 1);
// Rows with the header in upper case as kubectl prints them: columns as wide as their widest cell plus three spaces.
std::string table(const std::vector<std::vector<std::string>>& rows);
void print(std::string_view text);          // to stdout
void print_error(std::string_view text);    // to stderr

}  // namespace skiff::cli
