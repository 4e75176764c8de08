// Validation of status subresources of kinds whose status has rules of its own; those of workloads are in validate_workload.h. Also the
// status fields whose features are off. Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

// metav1.Condition: types are unique, status is one of three, times and reasons are there.
void check_conditions(const json::Value& conditions, const FieldPath& path, FieldErrors& errors);

// Each is a KindHooks::validate_status_update.
void validate_policy_status(const json::Value& object, const json::Value& old, FieldErrors& errors);             // ValidatingAdmissionPolicy
void validate_disruption_budget_status(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_api_service_status(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_flow_control_status(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_ingress_status(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_certificate_request_status(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_certificate_request_approval(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_autoscaler_status(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_claim_status(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_quota_status(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_node_status(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_pod_status(const json::Value& object, const json::Value& old, FieldErrors& errors);

// Of any object, after managedFields were made.
void drop_disabled_status_fields(json::Value& object);
// What stays of the old object, or follows from it, when somebody writes a status without it.
void carry_status_fields(json::Value& object, const json::Value& old);

}  // namespace skiff::api::kinds
