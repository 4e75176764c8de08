// Keys of YAML maps: which are the same one, what they are called in JSON, and how Go shows them. Pure.
#pragma once

#include <string>
#include <vector>

#include "json/value.h"
#include "json/yaml_nodes.h"

namespace skiff::json {

// Equal for keys that are one in Go's map[interface{}]interface{}: 1, "1" and 1.0 are three.
std::string yaml_key_identity(const Value& key);
// The member's name in JSON. Scalars only; null has none.
std::string yaml_key_text(const Value& key);
// %#v of a scalar.
std::string go_syntax(const Value& scalar);
// %#v of what the node becomes, cut after a few KiB. Aliases are followed to a bounded depth.
std::string go_syntax(const YamlNodes& nodes, YamlNodeId id);

}  // namespace skiff::json
