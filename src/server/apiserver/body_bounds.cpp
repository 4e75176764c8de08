#include "server/apiserver/body_bounds.h"

namespace skiff::apiserver {

Status check_body_values(std::string_view json) {
    if (json.size() < 2 * kBodyValuesMax) return {};
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
            if (++values > kBodyValuesMax) return error(Reason::RequestEntityTooLarge, "Request entity too large: the limit is {} values", kBodyValuesMax);
        }
    }
    return {};
}

}  // namespace skiff::apiserver
