#include "server/apiserver/body_bounds.h"

#include "json/value_bounds.h"

namespace skiff::apiserver {

Status check_body_values(std::string_view json) {
    if (!json::holds_more_values(json, kBodyValuesMax)) return {};
    return error(Reason::RequestEntityTooLarge, "Request entity too large: the limit is {} values", kBodyValuesMax);
}

}  // namespace skiff::apiserver
