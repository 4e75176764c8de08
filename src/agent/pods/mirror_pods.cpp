#include "agent/pods/mirror_pods.h"

#include "agent/pods/pod_spec.h"
#include "base/log.h"

namespace skiff::agent::pods {

namespace {
const api::Gvr kPods{"", "v1", "pods"};
}

bool MirrorPods::create(const api::Object& pod) {
    auto node = client_->get({"", "v1", "nodes"}, "", node_name_);
    if (!node.ok()) return false;
    json::Value mirror = *pod.tree();
    mirror.erase("status");
    json::Value& meta = mirror.mut("metadata");
    const std::string hash = meta["annotations"][kHashAnnotation].as_string();
    meta.mut("annotations").set(kMirrorAnnotation, hash);
    meta.erase("uid");
    meta.set("ownerReferences", json::Value::array({json::Value::object({{"apiVersion", "v1"}, {"kind", "Node"}, {"name", node_name_}, {"uid", (*node)->meta().uid}, {"controller", true}})}));
    auto created = client_->create(kPods, pod.meta().ns, mirror);
    if (created.ok() || created.status().reason() == Reason::AlreadyExists) return true;
    log::warn("pods", "mirror pod not created", {{"pod", pod.meta().key()}, {"error", created.status().message()}});
    return false;
}

bool MirrorPods::reconcile(const std::map<std::string, api::ObjectPtr>& wanted, const std::map<std::string, api::ObjectPtr>& present) {
    bool done = true;
    for (const auto& [key, mirror] : present) {
        auto source = wanted.find(key);
        const bool right = source != wanted.end() && !mirror->meta().deleting() &&
                           source->second->meta().annotation(kHashAnnotation) == mirror->meta().annotation(kMirrorAnnotation);
        if (right) continue;
        const Status removed = client_->remove(kPods, mirror->meta().ns, mirror->meta().name, {.grace_period_s = 0, .uid = mirror->meta().uid});
        done = (removed.ok() || removed.reason() == Reason::NotFound || removed.reason() == Reason::Conflict) && done;
    }
    for (const auto& [key, pod] : wanted)
        if (!present.count(key)) done = create(*pod) && done;
    return done;
}

}  // namespace skiff::agent::pods
