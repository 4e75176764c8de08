// TypeTable: a structural schema as the field tables that the generic engine reads for managedFields and server-side apply. Owns its types;
// immutable after make(); any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/structural/schema.h"

namespace skiff::api::structural {

struct TypeTable {
    std::vector<std::unique_ptr<TypeSchema>> types;
    std::vector<std::unique_ptr<std::vector<std::string>>> keys;   // of lists inside lists and maps
    const TypeSchema* root = nullptr;
    const TypeSchema* list = nullptr;          // for its name only

    // object_meta: the type of metadata. Null schema: everything is free.
    static TypeTable make(const std::string& name, const std::string& list_name, const Schema* schema, const TypeSchema* object_meta);
};

}  // namespace skiff::api::structural
