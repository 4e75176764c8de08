// ServedResources: all resources that the API serves now, read from its discovery documents. For the controllers that work on every kind.
#pragma once

#include <string>
#include <vector>

#include "api/kind.h"
#include "client/client.h"

namespace skiff::controllers {

struct ServedResource {
    api::Gvr gvr;
    std::string kind;
    bool namespaced = false;
    std::vector<std::string> verbs;
    bool has_verb(std::string_view verb) const;
};

// One version of each resource, the preferred one. With a registry: its kinds and those of CRDs. Without: aggregated discovery where the
// server has it, else group by group; a group that cannot be read is left out and named in `failed`.
struct ServedResources {
    std::vector<ServedResource> resources;
    std::vector<std::string> failed;
};
Result<ServedResources> discover(client::Client& client, const api::KindRegistry* kinds);

}  // namespace skiff::controllers
