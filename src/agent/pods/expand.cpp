#include "agent/pods/expand.h"

namespace skiff::agent::pods {

namespace {

std::string expand_all(std::string_view text, const Variables& variables, bool& unknown) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '$' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        if (text[i + 1] == '$') {
            out += '$';
            ++i;
            continue;
        }
        const size_t end = text[i + 1] == '(' ? text.find(')', i + 2) : std::string_view::npos;
        if (end == std::string_view::npos) {
            out += text[i];
            continue;
        }
        if (auto found = variables.find(text.substr(i + 2, end - i - 2)); found != variables.end()) {
            out += found->second;
        } else {
            unknown = true;
            out += text.substr(i, end - i + 1);
        }
        i = end;
    }
    return out;
}

}  // namespace

std::string expand(std::string_view text, const Variables& variables) {
    bool unknown = false;
    return expand_all(text, variables, unknown);
}

std::optional<std::string> expand_strict(std::string_view text, const Variables& variables) {
    bool unknown = false;
    std::string out = expand_all(text, variables, unknown);
    if (unknown) return std::nullopt;
    return out;
}

}  // namespace skiff::agent::pods
