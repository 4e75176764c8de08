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

}  // namespace skiff::json
