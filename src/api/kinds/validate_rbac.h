// Validation of roles and bindings. Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

void validate_role(const json::Value& object, FieldErrors& errors);
void validate_cluster_role(const json::Value& object, FieldErrors& errors);
void validate_role_binding(const json::Value& object, FieldErrors& errors);
void validate_cluster_role_binding(const json::Value& object, FieldErrors& errors);
void validate_role_ref_update(const json::Value& object, const json::Value& old, FieldErrors& errors);

}  // namespace skiff::api::kinds
