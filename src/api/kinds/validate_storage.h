// Validation of volumes, claims and classes. Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

void validate_persistent_volume(const json::Value& object, FieldErrors& errors);
void validate_persistent_volume_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_persistent_volume_claim(const json::Value& object, FieldErrors& errors);
void validate_persistent_volume_claim_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_storage_class(const json::Value& object, FieldErrors& errors);
void validate_storage_class_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_csi_driver(const json::Value& object, FieldErrors& errors);
void validate_csi_storage_capacity(const json::Value& object, FieldErrors& errors);
void validate_csi_storage_capacity_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_csi_node(const json::Value& object, FieldErrors& errors);
void validate_csi_node_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_volume_attachment(const json::Value& object, FieldErrors& errors);
void validate_volume_attachment_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_volume_attributes_class(const json::Value& object, FieldErrors& errors);
void validate_volume_attributes_class_update(const json::Value& object, const json::Value& old, FieldErrors& errors);

}  // namespace skiff::api::kinds
