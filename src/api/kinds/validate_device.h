// Validation of the kinds of resource.k8s.io (dynamic resource allocation), and the fields whose features are off. CEL selectors are
// compiled by admission. Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

// At spec.devices of a claim, or of a template's claim.
void validate_device_claim(const json::Value& devices, const FieldPath& path, FieldErrors& errors);
void validate_device_class(const json::Value& object, FieldErrors& errors);
// status of a claim (validate_device_status.cpp).
void validate_resource_claim_status(const json::Value& object, const json::Value& old, FieldErrors& errors);
// What drivers said of devices that the claim has no more, and fields whose features are off. old: the status before.
void drop_stale_device_status(json::Value& status, const json::Value& old);
void validate_resource_slice(const json::Value& object, FieldErrors& errors);
void drop_disabled_claim_fields(json::Value& spec);
void drop_disabled_slice_fields(json::Value& object);

// Parts of these. devices: spec.devices of the claim that has the requests.
void check_device_driver(const json::Value& driver, const FieldPath& path, FieldErrors& errors);
void check_device_pool(const std::string& name, const FieldPath& path, FieldErrors& errors);
void check_device_configuration(const json::Value& config, const FieldPath& path, FieldErrors& errors);
void check_request_name(const json::Value& name, const json::Value& devices, const FieldPath& path, FieldErrors& errors);
void check_request_names(const json::Value& names, const json::Value& devices, const FieldPath& path, FieldErrors& errors);

}  // namespace skiff::api::kinds
