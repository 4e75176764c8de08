// Defaults: the static ones of the tables, in every object that is present, then the kind's own. Pure; any thread.
#pragma once

#include "api/kind.h"

namespace skiff::api {

// Table defaults below schema's type: a field that is absent gets its default_value; objects that are absent stay absent, elements of
// lists and maps are visited.
void set_table_defaults(const TypeSchema& schema, json::Value& tree);
// Table defaults, then hooks.set_defaults. object is normalised before and after.
void set_defaults(const KindInfo& kind, json::Value& object);

}  // namespace skiff::api
