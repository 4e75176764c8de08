#include "server/controllers/index_set.h"

#include "base/strings.h"

namespace skiff::controllers {

IndexSet parse_indexes(std::string_view text, int64_t limit) {
    IndexSet indexes;
    for (auto part : split_views(text, ',')) {
        auto dash = part.find('-');
        auto first = parse_int(part.substr(0, dash));
        auto last = dash == std::string_view::npos ? first : parse_int(part.substr(dash + 1));
        if (!first || !last || *first < 0) continue;
        for (int64_t i = *first; i <= *last && i < limit; ++i) indexes.insert(indexes.end(), i);
    }
    return indexes;
}

std::string write_indexes(const IndexSet& indexes) {
    std::string text;
    for (auto it = indexes.begin(); it != indexes.end();) {
        int64_t first = *it, last = first;
        while (++it != indexes.end() && *it == last + 1) ++last;
        if (!text.empty()) text += ',';
        text += std::to_string(first);
        if (last == first + 1) text += "," + std::to_string(last);
        else if (last > first) text += "-" + std::to_string(last);
    }
    return text;
}

}  // namespace skiff::controllers
