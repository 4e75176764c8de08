#include "cli/kubectl/tab_text.h"

#include <algorithm>

#include "base/strings.h"

namespace skiff::cli::kubectl {

size_t text_width(std::string_view text) {
    return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

namespace {

using Line = std::vector<std::string_view>;

// Widths of the columns are known up to widths.size(); lines [from, to) share them.
void lay_out(std::string& out, const std::vector<Line>& lines, size_t from, size_t to, std::vector<size_t>& widths, const TabStyle& style) {
    const size_t column = widths.size();
    const auto put = [&](size_t first, size_t last) {
        for (size_t i = first; i < last; ++i) {
            for (size_t c = 0; c < lines[i].size(); ++c) {
                out += lines[i][c];
                if (c + 1 < lines[i].size() && c < widths.size()) out.append(widths[c] - std::min(widths[c], text_width(lines[i][c])), ' ');
            }
            out += '\n';
        }
    };
    size_t start = from;
    for (size_t i = from; i < to; ++i) {
        if (column + 1 >= lines[i].size()) continue;
        put(start, i);
        size_t end = i, width = 0;
        bool discardable = true;
        for (; end < to && column + 1 < lines[end].size(); ++end) {
            const auto cell = text_width(lines[end][column]);
            width = std::max(width, cell);
            if (cell) discardable = false;
        }
        (void)discardable;
        widths.push_back(std::max(width + style.padding, style.min_width));
        lay_out(out, lines, i, end, widths, style);
        widths.pop_back();
        start = end;
        i = end - 1;
    }
    put(start, to);
}

}  // namespace

std::string align(std::string_view text, const TabStyle& style) {
    std::vector<Line> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        Line cells;
        size_t at = 0;
        for (size_t tab; (tab = line.find('\t', at)) != std::string_view::npos; at = tab + 1) cells.push_back(line.substr(at, tab - at));
        cells.push_back(line.substr(at));
        lines.push_back(std::move(cells));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    std::string out;
    std::vector<size_t> widths;
    lay_out(out, lines, 0, lines.size(), widths, style);
    return out;
}

std::string Columns::lines(const std::vector<std::vector<std::string>>& rows) {
    const TabStyle style;
    for (const auto& row : rows) {
        widths_.resize(std::max(widths_.size(), row.size()), style.min_width);
        for (size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], text_width(row[i]) + style.padding);
    }
    std::string text;
    for (const auto& row : rows) {
        for (size_t i = 0; i < row.size(); ++i) {
            text += row[i];
            if (i + 1 < row.size()) text.append(widths_[i] - text_width(row[i]), ' ');
        }
        text += '\n';
    }
    return text;
}

}  // namespace skiff::cli::kubectl
