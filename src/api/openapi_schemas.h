// Definitions of OpenAPI documents: one for each type of the field tables. Pure; any thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "api/kind.h"

namespace skiff::api {

enum class OpenApiVersion { V2, V3 };

// What definitions say of whole types: the group-version-kinds that a type is the root of, and the types that have one owner as a whole.
struct TypeFacts {
    std::map<const TypeSchema*, std::vector<Gvk>> kinds;
    std::set<const TypeSchema*> atomic;
};
TypeFacts type_facts(const KindRegistry& kinds);

// The list type of a kind ("apps.v1.DeploymentList"), or null.
const TypeSchema* list_schema(const KindRegistry& kinds, const KindInfo& kind);
// The type of a subresource's body, or null when it has none in the tables.
const TypeSchema* subresource_schema(const KindRegistry& kinds, const KindInfo& kind, const Subresource& subresource);

// Types reachable from the roots, by name.
std::map<std::string_view, const TypeSchema*> reachable(const std::vector<const TypeSchema*>& roots);

json::Value definition_of(const TypeSchema& type, OpenApiVersion version, const TypeFacts& facts);
// The forms of a JSONSchemaProps' members that have no type of their own; wanted where JSONSchemaProps is.
std::vector<std::string> json_definitions();
// Quantity, Time, IntOrString and the other scalars that have a definition of their own: name and schema.
std::vector<std::pair<std::string, json::Value>> scalar_definitions(OpenApiVersion version);
std::string definition_ref(std::string_view definition, OpenApiVersion version);

}  // namespace skiff::api
