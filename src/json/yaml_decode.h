// What the nodes of a YAML document mean, by the rules of go-yaml v2 and sigs.k8s.io/yaml: which scalars are numbers, how members are merged, what a
// key becomes, and in which order what is wrong is told.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "json/value.h"
#include "json/yaml_nodes.h"

namespace skiff::json {

struct YamlDecodeOptions {
    size_t cost_max;   // of values after aliases are followed
    int depth_max;
    std::vector<std::string>* repeated = nullptr;   // gets `line 9: key "a" already set in map`
};

// BadRequest with go-yaml's words (`yaml: ...`), RequestEntityTooLarge for more values than cost_max. nodes: one at least.
Result<Value> decode_yaml(const YamlNodes& nodes, const YamlDecodeOptions& options);

}  // namespace skiff::json
