// YAML 1.1/1.2 as Kubernetes' sigs.k8s.io/yaml reads and writes it: documents become JSON values (untagged scalars by the core
// schema; yes/no/on/off stay booleans as in YAML 1.1), keys must be strings. Aliases are bounded (no billion laughs). Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "json/value.h"

namespace skiff::json {

struct YamlOptions {
    int depth_max = 100;
    size_t nodes_max = 1'000'000;  // after alias expansion
    std::vector<std::string>* duplicates = nullptr;
    size_t bytes_max = SIZE_MAX;   // of what is YAML and not JSON: the parser takes 25 to 70 ns for a byte
    // The same as Go's strict decoder says it: `line 9: key "a" already set in map`.
    std::vector<std::string>* repeated = nullptr;
    bool first_document = false;   // what follows it is not looked at, as Kubernetes reads bodies
};

Result<Value> parse_yaml(std::string_view text, const YamlOptions& options = {});               // one document
Result<std::vector<Value>> parse_yaml_all(std::string_view text, const YamlOptions& options = {});  // split at ---; empty ones left out
// Keys sorted, two-space indent, as `kubectl get -o yaml`.
std::string write_yaml(const Value& value);

}  // namespace skiff::json
