#include "base/strings.h"
#include "json/path.h"

namespace skiff::json {

Result<std::vector<std::string>> parse_pointer(std::string_view pointer) {
    std::vector<std::string> tokens;
    if (pointer.empty()) return tokens;
    if (pointer[0] != '/') return error(Reason::BadRequest, "JSON pointer \"{}\" must start with \"/\"", pointer);
    for (size_t start = 1;;) {
        size_t end = std::min(pointer.find('/', start), pointer.size());
        std::string token(pointer.substr(start, end - start));
        // ~1 first: "~01" is "~1", not "/".
        tokens.push_back(replace_all(replace_all(std::move(token), "~1", "/"), "~0", "~"));
        if (end == pointer.size()) return tokens;
        start = end + 1;
    }
}

std::string pointer_escape(std::string_view token) { return replace_all(replace_all(std::string(token), "~", "~0"), "/", "~1"); }

const Value* find_pointer(const Value& document, const std::vector<std::string>& tokens) {
    const Value* at = &document;
    for (const auto& token : tokens) {
        if (at->is_array()) {
            auto index = parse_int(token);
            if (!index || *index < 0 || static_cast<size_t>(*index) >= at->size()) return nullptr;
            at = &at->items()[static_cast<size_t>(*index)];
        } else {
            at = at->find(token);
            if (!at) return nullptr;
        }
    }
    return at;
}

}  // namespace skiff::json
