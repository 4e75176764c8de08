// ServedResources: all resources that the API serves now, read from its discovery documents. For the controllers that work on every kind.
#pragma once

#include <string>
#include <vector>

#include "client/client.h"

namespace skiff::controllers {

struct ServedResource {
    api::Gvr gvr;
    std::string kind;
    bool namespaced = false;
    std::vector<std::string> verbs;
    bool has_verb(std::string_view verb) const;
};

// One version of each resource, the preferred one. Aggregated discovery where the server has it, else group by group. A group that
// cannot be read is left out and named in `failed`.
struct ServedResources {
    std::vector<ServedResource> resources;
    std::vector<std::string> failed;
};
Result<ServedResources> discover(client::Client& client);

}  // namespace skiff::controllers
