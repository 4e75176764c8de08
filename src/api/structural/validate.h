// Validation of a value against a schema: OpenAPI keywords with kube-openapi's messages, then the uniqueness of list sets and maps, then
// metadata of embedded resources. Pure; any thread.
#pragma once

#include "api/structural/schema.h"
#include "api/validation.h"

namespace skiff::api::structural {

// root: "" for a whole object. old: the value before, for ratcheting: an error of a part that has not changed is left out; null on create.
void validate(const json::Value& value, const json::Value* old, const Schema& schema, const FieldPath& root, FieldErrors& errors);
// x-kubernetes-list-type set and map.
void validate_lists(const json::Value& value, const Schema& schema, const FieldPath& root, FieldErrors& errors);
// metadata, kind and apiVersion of embedded resources.
void validate_embedded(const json::Value& value, const Schema& schema, const FieldPath& root, FieldErrors& errors, bool whole = false);

}  // namespace skiff::api::structural
