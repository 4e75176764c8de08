// JSON merge patch, RFC 7386: a null deletes, an object merges, anything else replaces. Any thread.
#pragma once

#include "json/value.h"

namespace skiff::json {

void merge_patch(Value& target, const Value& patch);

}  // namespace skiff::json
