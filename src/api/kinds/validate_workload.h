// Validation of the workloads: one pair of functions a kind, for its hooks. Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

void validate_replication_controller(const json::Value& object, FieldErrors& errors);
void validate_replica_set(const json::Value& object, FieldErrors& errors);
void validate_replica_set_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_deployment(const json::Value& object, FieldErrors& errors);
void validate_deployment_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_daemon_set(const json::Value& object, FieldErrors& errors);
void validate_daemon_set_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_stateful_set(const json::Value& object, FieldErrors& errors);
void validate_stateful_set_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_controller_revision(const json::Value& object, FieldErrors& errors);
void validate_controller_revision_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
// validate_workload_status.cpp
void validate_deployment_status_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_replica_status_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_stateful_set_status_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_daemon_set_status_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
// validate_job_policy.cpp: failure, success and management of a Job's pods; its status.
void validate_job_policies(const json::Value& spec, const FieldPath& path, FieldErrors& errors);
// What its status says of its end.
void check_job_end(const json::Value& job, const json::Value& old, FieldErrors& errors);
void validate_job_status_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
// validate_job.cpp
void validate_job(const json::Value& object, FieldErrors& errors);
void validate_job_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_cron_job(const json::Value& object, FieldErrors& errors);

}  // namespace skiff::api::kinds
