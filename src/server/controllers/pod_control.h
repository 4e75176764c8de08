// PodControl: makes pods from templates and deletes them, with the events that Kubernetes' controllers write for it.
#pragma once

#include <functional>
#include <string>

#include "client/client.h"
#include "reconcile/controller.h"

namespace skiff::controllers {

using api::ObjectPtr;

// A pod of `owner` from template.metadata and template.spec, with generateName "<owner>-" and a controller reference. Pure.
json::Value pod_from_template(const json::Value& pod_template, const api::Object& owner);

class PodControl {
public:
    explicit PodControl(reconcile::Context& context) : context_(context) {}
    // Events: SuccessfulCreate "Created pod: x" or FailedCreate "Error creating: ...".
    Result<ObjectPtr> create(const api::Object& owner, const json::Value& pod);
    // Events: SuccessfulDelete "Deleted pod: x" or FailedDelete. A pod that is gone already is no error.
    Status remove(const api::Object& owner, const ObjectPtr& pod);

private:
    reconcile::Context& context_;
};

// The namespace is going away: nothing can be created there and nobody needs to hear of it.
bool namespace_terminating(const Status& status);

// Calls make(i) for 0 <= i < count, in batches of 1, 2, 4, ...; stops after the batch in which something failed, so that a doomed
// thousand fails once or twice. Returns how many worked and the first failure.
struct SlowStart {
    size_t succeeded = 0;
    Status failure;
};
SlowStart slow_start(size_t count, const std::function<Status(size_t)>& make);

}  // namespace skiff::controllers
