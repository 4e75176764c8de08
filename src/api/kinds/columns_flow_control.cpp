#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

Value or_none(const Value& value) { return value.is_null() ? Value("<none>") : value; }

const Value& queuing(const Value& object) { return object["spec"]["limited"]["limitResponse"]["queuing"]; }

}  // namespace

std::vector<Column> flow_schema_columns() {
    return {
        name_column(),
        column("PriorityLevel", "string", [](const Value& o, WallTime) { return o["spec"]["priorityLevelConfiguration"]["name"]; },
               "`name` is the name of the priority level configuration being referenced Required."),
        column("MatchingPrecedence", "string", [](const Value& o, WallTime) -> Value { return o["spec"]["matchingPrecedence"].as_int(); },
               "`matchingPrecedence` is used to choose among the FlowSchemas that match a given request. The chosen FlowSchema"
               " is among those with the numerically lowest (which we take to be logically highest) MatchingPrecedence.  Each "
               "MatchingPrecedence value must be ranged in [1,10000]. Note that if the precedence is not specified, it will be"
               " set to 1000 as default."),
        column("DistinguisherMethod", "string", [](const Value& o, WallTime) { return or_none(o["spec"]["distinguisherMethod"]["type"]); },
               "`distinguisherMethod` defines how to compute the flow distinguisher for requests that match this schema. `nil`"
               " specifies that the distinguisher is disabled and thus will always be the empty string."),
        age_column(),
        column("MissingPL", "string", [](const Value& o, WallTime) -> Value { return text_or(find_condition(o, "Dangling")["status"], "?"); },
               "references a broken or non-existent PriorityLevelConfiguration"),
    };
}

std::vector<Column> priority_level_configuration_columns() {
    return {
        name_column(),
        column("Type", "string", [](const Value& o, WallTime) { return o["spec"]["type"]; }),
        column("NominalConcurrencyShares", "string",
               [](const Value& o, WallTime) { return or_none(o["spec"]["limited"]["nominalConcurrencyShares"]); }),
        column("Queues", "string", [](const Value& o, WallTime) { return or_none(queuing(o)["queues"]); }),
        column("HandSize", "string", [](const Value& o, WallTime) { return or_none(queuing(o)["handSize"]); }),
        column("QueueLengthLimit", "string", [](const Value& o, WallTime) { return or_none(queuing(o)["queueLengthLimit"]); }),
        age_column(),
    };
}

}  // namespace skiff::api::kinds
