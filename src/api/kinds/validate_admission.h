// Validation of webhook configurations and admission policies. Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

void validate_webhooks(const json::Value& object, FieldErrors& errors);
void validate_admission_policy(const json::Value& object, FieldErrors& errors);
void validate_admission_policy_binding(const json::Value& object, FieldErrors& errors);
void validate_mutating_policy(const json::Value& object, FieldErrors& errors);
void validate_mutating_policy_binding(const json::Value& object, FieldErrors& errors);

}  // namespace skiff::api::kinds
