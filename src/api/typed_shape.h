// How a value is walked: as map, list or leaf; shared by the operations on typed values. Any thread.
#pragma once

#include "api/schema.h"

namespace skiff::api {

enum class Shape { Scalar, Map, List };

// For untyped parts (Any) the value decides.
Shape shape_of(const ValueSchema& schema, const json::Value* value);
bool is_atomic(const ValueSchema& schema);

// The schema of a member of a struct or map; of untyped values: something atomic. declared: a field of a struct, not a map's key.
const ValueSchema& member_schema(const ValueSchema& schema, std::string_view key, bool& declared);
const ValueSchema& element_schema(const ValueSchema& schema);

// The value, or null where there is none.
const json::Value& or_null(const json::Value* value);

}  // namespace skiff::api
