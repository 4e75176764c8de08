// Validation of CustomResourceDefinitions (apiextensions.k8s.io/v1). Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

void validate_definition(const json::Value& object, FieldErrors& errors);
void validate_definition_status(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_definition_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
std::vector<std::string> definition_warnings(const json::Value& object);

}  // namespace skiff::api::kinds
