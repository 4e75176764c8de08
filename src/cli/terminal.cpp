#include "cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace skiff::cli {

bool is_terminal(int fd) {
    const char* no_colour = std::getenv("NO_COLOR");
    return ::isatty(fd) && !(no_colour && *no_colour);
}

std::string paint(std::string_view text, Colour colour, int fd) {
    if (colour == Colour::Plain || !is_terminal(fd)) return std::string(text);
    static constexpr const char* kCodes[] = {"", "31", "32", "33", "1", "2"};
    return std::string("\033[") + kCodes[static_cast<int>(colour)] + "m" + std::string(text) + "\033[0m";
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (const auto& row : rows) {
        for (size_t i = 0; i < row.size(); ++i) {
            text += row[i];
            if (i + 1 < row.size()) text.append(widths[i] - row[i].size() + 3, ' ');
        }
        text += '\n';
    }
    return text;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }
void print_error(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace skiff::cli
