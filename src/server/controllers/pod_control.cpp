#include "server/controllers/pod_control.h"

#include <algorithm>

#include "base/strings.h"
#include "server/controllers/owning.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

json::Value pod_from_template(const json::Value& pod_template, const api::Object& owner) {
    const auto& from = pod_template["metadata"];
    auto metadata = json::Value::object();
    // A prefix that leaves no valid name is cut by the API server; names of owners are short enough.
    metadata.set("generateName", owner.meta().name + "-");
    for (auto key : {"labels", "annotations", "finalizers"})
        if (from[key].size() != 0) metadata.set(key, from[key]);
    metadata.set("ownerReferences", json::Value::array({controller_reference(owner)}));
    return json::Value::object({{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", metadata}, {"spec", pod_template["spec"]}});
}

Result<ObjectPtr> PodControl::create(const api::Object& owner, const json::Value& pod) {
    auto created = context_.client.create(kPods, owner.meta().ns, pod);
    auto about = reconcile::ObjectReference::to(owner);
    if (created.ok()) {
        context_.events.event(about, "Normal", "SuccessfulCreate", "Created pod: " + (*created)->meta().name);
    } else if (!namespace_terminating(created.status())) {
        context_.events.event(about, "Warning", "FailedCreate", "Error creating: " + created.status().message());
    }
    return created;
}

Status PodControl::remove(const api::Object& owner, const ObjectPtr& pod) {
    client::DeleteOptions options;
    options.uid = pod->meta().uid;
    Status removed = context_.client.remove(kPods, pod->meta().ns, pod->meta().name, options);
    auto about = reconcile::ObjectReference::to(owner);
    if (removed.ok()) {
        context_.events.event(about, "Normal", "SuccessfulDelete", "Deleted pod: " + pod->meta().name);
        return {};
    }
    if (removed.reason() == Reason::NotFound) return {};
    if (removed.reason() == Reason::Conflict) return removed;      // another of its name, or changed just now: the next look tells
    context_.events.event(about, "Warning", "FailedDelete", "Error deleting: " + removed.message());
    return removed;
}

bool namespace_terminating(const Status& status) {
    if (status.ok()) return false;
    for (const auto& cause : status.causes())
        if (cause.type == "NamespaceTerminating") return true;
    return status.reason() == Reason::Forbidden && contains(status.message(), "because it is being terminated");
}

SlowStart slow_start(size_t count, const std::function<Status(size_t)>& make) {
    SlowStart result;
    size_t next = 0;
    for (size_t batch = 1; next < count; batch *= 2) {
        size_t end = std::min(count, next + batch);
        for (; next < end; ++next) {
            Status status = make(next);
            if (status.ok()) ++result.succeeded;
            else if (result.failure.ok()) result.failure = std::move(status);
        }
        if (!result.failure.ok()) break;
    }
    return result;
}

}  // namespace skiff::controllers
