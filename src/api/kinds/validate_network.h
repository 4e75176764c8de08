// Validation of Ingresses and NetworkPolicies. Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

// validate_ingress.cpp
void validate_ingress(const json::Value& object, FieldErrors& errors);
void validate_ingress_class(const json::Value& object, FieldErrors& errors);
void validate_ingress_class_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
// validate_network_policy.cpp
void validate_network_policy(const json::Value& object, FieldErrors& errors);

}  // namespace skiff::api::kinds
