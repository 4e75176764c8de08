// The hooks of custom kinds: what the generic operations call where built-in kinds have code of their own. Pure; any thread.
#pragma once

#include "api/custom_resource.h"

namespace skiff::api {

// custom outlives the hooks: the definition owns both.
KindHooks custom_hooks(const CustomResource& custom, const KindInfo& kind, const TypeSchema* object_meta);
std::vector<Column> custom_columns(const json::Value& version);

// The value at a dotted path (".spec.replicas"); null when it or a part of it is absent.
const json::Value& value_at(const json::Value& object, std::string_view path);

}  // namespace skiff::api
