// Definitions of custom resources in OpenAPI documents, made from their definition object when asked for. Pure; any thread.
#pragma once

#include <functional>
#include <string>

#include "api/custom_resource.h"
#include "api/openapi_schemas.h"

namespace skiff::api {

// Calls add(name, schema) for the kind and its list: "com.example.v1.Thing", "com.example.v1.ThingList".
void add_custom_definitions(const KindInfo& kind, OpenApiVersion version, const std::function<void(const std::string& name, json::Value schema)>& add);

// "example.com" -> "com.example".
std::string reversed_group(std::string_view group);

}  // namespace skiff::api
