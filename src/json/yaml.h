// YAML 1.1 as Kubernetes' sigs.k8s.io/yaml reads and writes it, with its words for what is wrong: `error converting YAML to JSON: yaml: line 2:
// did not find expected key`. Documents become JSON values; keys that are numbers or booleans become texts. Depth, values and what aliases make are
// bounded, and time is linear in the text. Any thread.
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
    size_t nodes_max = 1'000'000;  // values, before and after aliases are followed
    size_t bytes_max = SIZE_MAX;   // of what is YAML and not JSON
    // Where set, the members that are there twice (the last one wins), as Go's strict decoder says it: `line 9: key "a" already set in map`.
    std::vector<std::string>* repeated = nullptr;
    bool first_document = false;   // what follows it is not looked at, as Kubernetes reads bodies
};

Result<Value> parse_yaml(std::string_view text, const YamlOptions& options = {});               // one document
Result<std::vector<Value>> parse_yaml_all(std::string_view text, const YamlOptions& options = {});  // split at ---; empty ones left out
// Keys sorted, two-space indent, as `kubectl get -o yaml`.
std::string write_yaml(const Value& value);

}  // namespace skiff::json
