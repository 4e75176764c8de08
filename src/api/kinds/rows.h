// What the kinds' files share: the rows that every root type has, and the usual verbs.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "api/schema.h"

namespace skiff::api::kinds {

inline constexpr FieldRow kKindField{.name = "kind", .type = "string", .doc = "The kind that this object is."};
inline constexpr FieldRow kApiVersionField{.name = "apiVersion", .type = "string", .doc = "The group and version of the kind."};
inline constexpr FieldRow kMetadataField{
    .name = "metadata", .type = "meta.v1.ObjectMeta", .proto = 1, .default_json = "{}", .doc = "Standard metadata of the object."};
inline constexpr FieldRow kListMetadataField{.name = "metadata", .type = "meta.v1.ListMeta", .proto = 1, .default_json = "{}"};

// create delete deletecollection get list patch update watch
std::vector<std::string> all_verbs();

}  // namespace skiff::api::kinds
