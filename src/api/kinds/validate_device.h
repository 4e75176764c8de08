// Validation of the kinds of resource.k8s.io (dynamic resource allocation), and the fields whose features are off. CEL selectors are not
// compiled here. Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

// At spec.devices of a claim, or of a template's claim.
void validate_device_claim(const json::Value& devices, const FieldPath& path, FieldErrors& errors);
void validate_device_class(const json::Value& object, FieldErrors& errors);
void validate_resource_slice(const json::Value& object, FieldErrors& errors);
void drop_disabled_claim_fields(json::Value& spec);
void drop_disabled_slice_fields(json::Value& object);

}  // namespace skiff::api::kinds
