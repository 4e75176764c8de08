// OpenAPI documents in the protobuf form of gnostic, which clients may ask for instead of JSON (OpenAPIv2.proto, OpenAPIv3.proto): pieces of
// the JSON documents become messages by tables of their members. Pure; any thread.
#pragma once

#include <string>

#include "api/openapi_schemas.h"
#include "json/value.h"

namespace skiff::api {

std::string gnostic_schema(const json::Value& schema, OpenApiVersion version);        // Schema; of version 3 SchemaOrReference
std::string gnostic_path_item(const json::Value& item, OpenApiVersion version);       // PathItem
std::string gnostic_info(const json::Value& info, OpenApiVersion version);            // Info
std::string gnostic_security(const json::Value& scheme);                              // SecuritySchemeOrReference of version 3
// One entry of the messages that stand for maps: name = 1, value = 2.
std::string gnostic_named(std::string_view name, std::string_view value);

}  // namespace skiff::api
