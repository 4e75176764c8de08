// OpenAPI version 2 in the protobuf form of gnostic, which kubectl before 1.27 asks for: pieces of the JSON document become messages of
// OpenAPIv2.proto. Pure; any thread.
#pragma once

#include <string>

#include "json/value.h"

namespace skiff::api {

std::string gnostic_schema(const json::Value& schema);        // Schema
std::string gnostic_path_item(const json::Value& item);       // PathItem
std::string gnostic_info(const json::Value& info);            // Info

}  // namespace skiff::api
