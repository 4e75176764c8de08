// TablePrinter: the server's Tables (metav1.Table) as kubectl prints them: chosen columns, then the rows below. One list; one thread.
#pragma once

#include <string>
#include <vector>

#include "cli/kubectl/tab_text.h"
#include "json/value.h"

namespace skiff::cli::kubectl {

struct TableLook {
    bool wide = false, no_headers = false, with_namespace = false, show_labels = false, events = false;
    std::vector<std::string> label_columns;
    std::string name_prefix;      // "pod/" in lists of several types
};

class TablePrinter {
public:
    explicit TablePrinter(TableLook look) : look_(std::move(look)) {}
    // event: of a watch, shown with look.events. The header comes with the first table; later tables may leave the column definitions out.
    std::string print(const json::Value& table, const std::string& event = {});

private:
    std::vector<std::string> header() const;
    std::vector<std::string> cells(const json::Value& row, const std::string& event) const;
    TableLook look_;
    json::Value columns_;
    Columns widths_;
    bool header_done_ = false;
};

}  // namespace skiff::cli::kubectl
