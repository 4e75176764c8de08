#include "server/scheduler/writes.h"

#include "api/timestamp.h"
#include "base/log.h"

namespace skiff::scheduler {

namespace {

const api::Gvr kPods{"", "v1", "pods"};

json::Value conditions_patch(json::Value condition) {
    auto patch = json::Value::object();
    patch.mut("status").set("conditions", json::Value::array({std::move(condition)}));
    return patch;
}

}  // namespace

Writes::Writes(std::shared_ptr<client::Client> client, Clock& clock, std::shared_ptr<reconcile::Informer> pods,
               std::shared_ptr<reconcile::EventWriter> events, const std::vector<std::string>& names)
    : client_(std::move(client)), clock_(clock), pods_(std::move(pods)) {
    for (const auto& name : names) events_[name] = reconcile::EventRecorder::create(events, client_, clock, name);
}

void Writes::event(const PodInfo& about, const std::string& by, std::string_view type, std::string_view reason, std::string message) {
    auto recorder = events_.find(by);
    if (recorder != events_.end()) recorder->second->event(reconcile::ObjectReference::to(*about.object), type, reason, std::move(message));
}

Status Writes::bind(const PodInfo& pod, const std::string& node) {
    auto binding = json::Value::object({{"apiVersion", "v1"}, {"kind", "Binding"}});
    binding.set("metadata", json::Value::object({{"name", pod.name}, {"namespace", pod.ns}, {"uid", pod.uid}}));
    binding.set("target", json::Value::object({{"apiVersion", "v1"}, {"kind", "Node"}, {"name", node}}));
    auto bound = client_->create(kPods, pod.ns, binding, {.subresource = "binding"}, pod.name);
    return bound.ok() ? Status() : std::move(bound).status();
}

void Writes::bound(const PodInfo& pod, const std::string& node) {
    event(pod, pod.scheduler_name, "Normal", "Scheduled", fmt::format("Successfully assigned {}/{} to {}", pod.ns, pod.name, node));
}

void Writes::evict(const Preemption& preemption, const PodInfo& pod) {
    for (const auto& victim : preemption.victims) {
        auto patch = conditions_patch(json::Value::object({{"type", "DisruptionTarget"}, {"status", "True"}, {"reason", "PreemptionByScheduler"},
                                                           {"message", pod.scheduler_name + ": preempting to accommodate a higher priority pod"},
                                                           {"lastTransitionTime", api::format_time(clock_.now())}}));
        (void)client_->patch(kPods, victim->ns, victim->name, client::PatchType::Strategic, patch, {.subresource = "status"});
        auto removed = client_->remove(kPods, victim->ns, victim->name, {.uid = victim->uid});
        if (!removed.ok() && removed.reason() != Reason::NotFound)
            log::warn("scheduler", "preemption failed", {{"victim", victim->key}, {"error", removed.message()}});
        event(*victim, pod.scheduler_name, "Normal", "Preempted", fmt::format("Preempted by pod {} on node {}", pod.uid, preemption.node));
    }
}

void Writes::refused(const PodInfo& pod, const std::string& reason, const std::string& message, const std::string& nominated) {
    event(pod, pod.scheduler_name, "Warning", "FailedScheduling", message);
    auto current = pods_->get(pod.ns, pod.name);
    if (!current || current->meta().uid != pod.uid) return;
    auto tree = current->tree();
    for (const auto& c : (*tree)["status"]["conditions"].items())
        if (c["type"].as_string() == "PodScheduled" && c["message"].as_string() == message && (*tree)["status"]["nominatedNodeName"].as_string() == nominated) return;
    auto condition = json::Value::object({{"type", "PodScheduled"}, {"status", "False"}, {"reason", reason}, {"message", message},
                                          {"lastTransitionTime", api::format_time(clock_.now())}});
    if (const auto generation = (*tree)["metadata"]["generation"].as_int()) condition.set("observedGeneration", generation);
    auto patch = conditions_patch(std::move(condition));
    if (nominated != (*tree)["status"]["nominatedNodeName"].as_string())
        patch.mut("status").set("nominatedNodeName", nominated.empty() ? json::Value() : json::Value(nominated));
    auto written = client_->patch(kPods, pod.ns, pod.name, client::PatchType::Strategic, patch, {.subresource = "status"});
    if (!written.ok() && written.status().reason() != Reason::NotFound)
        log::warn("scheduler", "cannot write PodScheduled", {{"pod", pod.key}, {"error", written.status().message()}});
}

void Writes::clear_nomination(const PodInfo& pod) {
    auto patch = json::Value::object();
    patch.mut("status").set("nominatedNodeName", nullptr);
    (void)client_->patch(kPods, pod.ns, pod.name, client::PatchType::Merge, patch, {.subresource = "status"});
}

}  // namespace skiff::scheduler
