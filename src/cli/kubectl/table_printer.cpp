#include "cli/kubectl/table_printer.h"

#include <algorithm>
#include <cctype>

#include "base/strings.h"
#include "cli/kubectl/go_template.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
    return text;
}

// A cell is one line.
std::string one_line(std::string text) {
    if (const auto end = text.find_first_of("\f\n\r"); end != std::string::npos) text = text.substr(0, end) + "...";
    return replace_all(std::move(text), "\t", " ");
}

}  // namespace

std::vector<std::string> TablePrinter::header() const {
    std::vector<std::string> cells;
    if (look_.events) cells.push_back("EVENT");
    if (look_.with_namespace) cells.push_back("NAMESPACE");
    for (const auto& column : columns_.items())
        if (look_.wide || column["priority"].as_int() == 0) cells.push_back(upper(column["name"].as_string()));
    for (const auto& label : look_.label_columns) cells.push_back(upper(label.substr(label.rfind('/') == std::string::npos ? 0 : label.rfind('/') + 1)));
    if (look_.show_labels) cells.push_back("LABELS");
    return cells;
}

std::vector<std::string> TablePrinter::cells(const json::Value& row, const std::string& event) const {
    std::vector<std::string> cells;
    const auto& metadata = row["object"]["metadata"];
    if (look_.events) cells.push_back(event);
    if (look_.with_namespace) cells.push_back(metadata["namespace"].as_string());
    bool first = true;
    for (size_t i = 0; i < columns_.size(); ++i) {
        if (!look_.wide && columns_[i]["priority"].as_int() != 0) continue;
        const auto& cell = row["cells"][i];
        auto text = cell.is_null() ? std::string() : one_line(go_text(cell));
        cells.push_back(first ? look_.name_prefix + text : text);
        first = false;
    }
    for (const auto& label : look_.label_columns) cells.push_back(metadata["labels"][label].as_string("<none>"));
    if (look_.show_labels) {
        std::vector<std::string> labels;
        for (const auto& label : metadata["labels"].members()) labels.push_back(label.key + "=" + label.value.as_string());
        std::sort(labels.begin(), labels.end());
        cells.push_back(labels.empty() ? "<none>" : join(labels, ","));
    }
    return cells;
}

std::string TablePrinter::print(const json::Value& table, const std::string& event) {
    if (!table["columnDefinitions"].empty()) columns_ = table["columnDefinitions"];
    std::vector<std::vector<std::string>> rows;
    const bool with_header = !header_done_ && !look_.no_headers && table["rows"].size() > 0;
    if (with_header) rows.push_back(header());
    if (table["rows"].size() > 0) header_done_ = true;
    for (const auto& row : table["rows"].items()) rows.push_back(cells(row, event));
    auto text = widths_.lines(rows);
    if (!with_header || !is_terminal(1)) return text;
    const auto end = text.find('\n');
    return paint(std::string_view(text).substr(0, end), Colour::Bold) + text.substr(end);
}

}  // namespace skiff::cli::kubectl
