// Text with tabs and newlines to aligned columns, by the rules of Go's text/tabwriter: a column is a run of lines with a cell there that ends in a
// tab; it is as wide as its widest cell plus padding, at least min_width. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skiff::cli::kubectl {

struct TabStyle {
    size_t min_width = 6, padding = 3;   // lists; descriptions have 0 and 2
};
std::string align(std::string_view text, const TabStyle& style = {});
// Characters, not bytes.
size_t text_width(std::string_view text);

// Rows of a list, one header; remembers the widths, so that rows that a watch brings stand below the first ones.
class Columns {
public:
    std::string lines(const std::vector<std::vector<std::string>>& rows);

private:
    std::vector<size_t> widths_;
};

}  // namespace skiff::cli::kubectl
