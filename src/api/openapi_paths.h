// Paths of OpenAPI documents: every verb of a kind and its subresources with the parameters that clients look for. Pure; any thread.
#pragma once

#include <functional>
#include <string>

#include "api/openapi_schemas.h"

namespace skiff::api {

// "/apis/apps/v1" or "/api/v1".
std::string root_path(const Gvk& gvk);

// Calls add(path, item) for each path of the kind.
void add_paths(const KindRegistry& kinds, const KindInfo& kind, OpenApiVersion version,
               const std::function<void(const std::string& path, json::Value item)>& add);

}  // namespace skiff::api
