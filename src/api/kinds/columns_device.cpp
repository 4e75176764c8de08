#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

Value claim_state(const Value& claim, WallTime) {
    bool deleted = !claim["metadata"]["deletionTimestamp"].empty();
    std::vector<std::string> states;
    if (deleted) states.emplace_back("deleted");
    if (claim["status"]["allocation"].is_object()) {
        states.emplace_back("allocated");
        if (claim["status"]["reservedFor"].size() > 0) states.emplace_back("reserved");
    } else if (!deleted) {
        states.emplace_back("pending");
    }
    return join(states, ",");
}

}  // namespace

std::vector<Column> device_class_columns() { return {name_column(), age_column()}; }

std::vector<Column> resource_claim_columns() { return {name_column(), column("State", "string", claim_state), age_column()}; }

std::vector<Column> resource_claim_template_columns() { return {name_column(), age_column()}; }

std::vector<Column> resource_slice_columns() {
    return {
        name_column(),
        column("Node", "string", [](const Value& o, WallTime) -> Value { return text_or(o["spec"]["nodeName"], ""); }),
        column("Driver", "string", [](const Value& o, WallTime) { return o["spec"]["driver"]; }),
        column("Pool", "string", [](const Value& o, WallTime) { return o["spec"]["pool"]["name"]; }),
        age_column(),
    };
}

}  // namespace skiff::api::kinds
