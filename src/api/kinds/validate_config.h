// Validation of configuration, quotas, cluster objects and events. Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

// validate_config.cpp
void validate_config_map(const json::Value& object, FieldErrors& errors);
void validate_config_map_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_secret(const json::Value& object, FieldErrors& errors);
void validate_secret_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
// validate_quota.cpp
void validate_limit_range(const json::Value& object, FieldErrors& errors);
void validate_resource_quota(const json::Value& object, FieldErrors& errors);
void validate_resource_quota_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
// validate_cluster.cpp
void validate_node(const json::Value& object, FieldErrors& errors);
// What it has and gives to pods.
void validate_node_resources(const json::Value& node, FieldErrors& errors);
void validate_node_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_lease(const json::Value& object, FieldErrors& errors);
void validate_priority_class(const json::Value& object, FieldErrors& errors);
void validate_priority_class_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_certificate_request(const json::Value& object, FieldErrors& errors);
void validate_api_service(const json::Value& object, FieldErrors& errors);
void validate_runtime_class(const json::Value& object, FieldErrors& errors);
void validate_runtime_class_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
// validate_event.cpp
void validate_event(const json::Value& object, FieldErrors& errors);
void validate_events_event(const json::Value& object, FieldErrors& errors);
void validate_events_event_update(const json::Value& object, const json::Value& old, FieldErrors& errors);

}  // namespace skiff::api::kinds
