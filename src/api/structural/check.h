// Whether the schema of a CustomResourceDefinition is structural and sound, with apiextensions.k8s.io's messages. Works on the JSONSchemaProps
// tree as it was written. Pure; any thread. Rules in CEL are checked elsewhere (server/apiserver/crd).
#pragma once

#include <optional>

#include "api/validation.h"

namespace skiff::api::structural {

enum class StatusSubresource { No, Yes };

// props: openAPIV3Schema; path: spec.versions[0].schema.
void check_schema(const json::Value& props, StatusSubresource status, const FieldPath& path, FieldErrors& errors);

// Whether the shape of the schema and its defaults are right: only then its rules are compiled.
bool is_sound(const json::Value& props);

// A rule's fieldPath (.a.b or ['a'].b, along properties and maps of the schema) as errors show it: a.b, m[key]. Nothing: it leads nowhere.
std::optional<FieldPath> field_path_of(const json::Value& props, std::string_view path);

// String formats in the schema that Kubernetes does not know, in order.
std::vector<std::string> unknown_formats(const json::Value& props);

}  // namespace skiff::api::structural
