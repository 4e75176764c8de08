// Paths of OpenAPI documents: every verb of a kind and its subresources with the parameters that clients look for. Pure; any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "api/openapi_schemas.h"

namespace skiff::api {

// "/apis/apps/v1" or "/api/v1".
std::string root_path(const Gvk& gvk);

// What discovery answers at the root of a group version: its path is root_path() and a slash.
json::Value resource_list_path(const KindRegistry& kinds, const Gvk& gvk, OpenApiVersion version);

// Documents of one path that belongs to no group version: api, apis, apis/apps, version. Null when there is none of this name; roots gets
// the type of the answer.
struct PlainDocument {
    std::string path;
    json::Value item;
    const TypeSchema* root = nullptr;
};
std::optional<PlainDocument> plain_document(const KindRegistry& kinds, std::string_view name, OpenApiVersion version = OpenApiVersion::V3);
std::vector<std::string> plain_documents(const KindRegistry& kinds);

// Calls add(path, item) for each path of the kind.
void add_paths(const KindRegistry& kinds, const KindInfo& kind, OpenApiVersion version,
               const std::function<void(const std::string& path, json::Value item)>& add);

}  // namespace skiff::api
