// Counters in the status of workloads: none is negative, none is greater than the whole.
#include "api/kinds/validate_workload.h"

#include "api/kinds/validate.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kStatus("status");

void check_counters(const Value& status, std::initializer_list<const char*> fields, FieldErrors& errors) {
    for (auto field : fields) check_not_negative(status[field], kStatus.child(field), errors);
}

void check_at_most(const Value& status, const char* field, const char* whole, const char* shown, FieldErrors& errors) {
    if (status[field].as_int() > status[whole].as_int()) errors.invalid(kStatus.child(field), status[field].as_int(), std::string("cannot be greater than ") + shown);
}

void check_collisions(const Value& status, const Value& before, FieldErrors& errors) {
    if (before["collisionCount"].is_null()) return;
    if (status["collisionCount"].is_null() || status["collisionCount"].as_int() < before["collisionCount"].as_int())
        errors.invalid(kStatus.child("collisionCount"), status["collisionCount"].as_int(), "cannot be decremented");
}

}  // namespace

void validate_deployment_status_update(const Value& object, const Value& old, FieldErrors& errors) {
    const Value& status = object["status"];
    check_counters(status, {"observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas", "terminatingReplicas", "collisionCount"}, errors);
    for (auto field : {"updatedReplicas", "readyReplicas", "availableReplicas"}) check_at_most(status, field, "replicas", "status.replicas", errors);
    check_at_most(status, "availableReplicas", "readyReplicas", "readyReplicas", errors);
    check_collisions(status, old["status"], errors);
}

void validate_replica_status_update(const Value& object, const Value&, FieldErrors& errors) {
    const Value& status = object["status"];
    check_counters(status, {"replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration", "terminatingReplicas"}, errors);
    for (auto field : {"fullyLabeledReplicas", "readyReplicas", "availableReplicas"}) check_at_most(status, field, "replicas", "status.replicas", errors);
    check_at_most(status, "availableReplicas", "readyReplicas", "readyReplicas", errors);
}

void validate_stateful_set_status_update(const Value& object, const Value& old, FieldErrors& errors) {
    const Value& status = object["status"];
    check_counters(status, {"replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas", "observedGeneration", "collisionCount"}, errors);
    for (auto field : {"readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"}) check_at_most(status, field, "replicas", "status.replicas", errors);
    check_at_most(status, "availableReplicas", "readyReplicas", "status.readyReplicas", errors);
    check_collisions(status, old["status"], errors);
}

void validate_daemon_set_status_update(const Value& object, const Value& old, FieldErrors& errors) {
    check_counters(object["status"], {"currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady", "observedGeneration", "updatedNumberScheduled",
                                      "numberAvailable", "numberUnavailable", "collisionCount"},
                   errors);
    check_collisions(object["status"], old["status"], errors);
}

}  // namespace skiff::api::kinds
