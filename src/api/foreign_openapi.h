// What other servers' OpenAPI adds to ours (aggregated API services). Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/gvk.h"
#include "json/value.h"

namespace skiff::api {

// Of one group version of another server.
struct ForeignOpenApi {
    std::vector<std::pair<std::string, std::string>> documents;    // v3: apis/GROUP/VERSION and its URL at that server
    std::vector<std::pair<std::string, std::string>> paths;        // v2: path and item as JSON
    std::vector<std::pair<std::string, std::string>> definitions;  // v2: what the paths refer to
};

// The entries of an index of /openapi/v3 that belong to the group version.
void read_foreign_index(const json::Value& index, const GroupVersion& version, ForeignOpenApi& out);
// The paths of an /openapi/v2 document that belong to the group version, and the definitions that they need.
void read_foreign_v2(const json::Value& document, const GroupVersion& version, ForeignOpenApi& out);

}  // namespace skiff::api
