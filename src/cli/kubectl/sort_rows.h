// --sort-by: orders objects by a JSONPath, as kubectl compares: numbers, quantities, times and text; what has no value comes first. Pure.
#pragma once

#include <string>

#include "base/status.h"
#include "json/value.h"

namespace skiff::cli::kubectl {

// list: an array; each member's object is the member itself or, for rows of a Table, its "object".
Status sort_by(json::Value& list, const std::string& path, bool rows);

}  // namespace skiff::cli::kubectl
