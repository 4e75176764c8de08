#include "json/value_bounds.h"

namespace skiff::json {

size_t count_values(std::string_view json, size_t max) {
    size_t values = 0;
    bool quoted = false;
    for (size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (quoted) {
            if (c == '\\') ++i;
            else if (c == '"') quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == ',' || c == '[' || c == '{') {
            // One for each but the first of a container, and one for the container.
            if (++values > max) return values;
        }
    }
    return values;
}

bool flow_holds_more_values(std::string_view yaml, size_t max) {
    if (yaml.size() < max) return false;
    size_t depth = 0, values = 0;
    for (const char c : yaml) {
        if (c == '[' || c == '{') ++depth, ++values;
        else if ((c == ']' || c == '}') && depth > 0) --depth;
        else if ((c == ',' || c == ':') && depth > 0) ++values;
        if (values > max) return true;
    }
    return false;
}

}  // namespace skiff::json
