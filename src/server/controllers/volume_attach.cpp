#include "server/controllers/volume_attach.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/json_scan.h"
#include "base/strings.h"
#include "reconcile/timestamp.h"
#include "server/controllers/attachment_plan.h"
#include "server/controllers/conditions.h"
#include "server/controllers/node_health.h"
#include "server/controllers/pod_facts.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

const Gvr kAttachments{"storage.k8s.io", "v1", "volumeattachments"};
const Gvr kDrivers{"storage.k8s.io", "v1", "csidrivers"};
// A node that is not ready for so long will not unmount any more (Kubernetes: the same).
constexpr Duration kForceAfter = std::chrono::minutes(6);
constexpr std::string_view kByClaim = "claims", kByVolume = "volume", kByNode = "node";

// Keys of the claims of a pod that stands on a node and has not ended.
std::vector<std::string> claims_in_use(const api::Object& pod) {
    std::vector<std::string> keys;
    // Most pods have none: that shows without parsing them.
    const std::string& text = *pod.bytes();
    if (!api::mentions(text, "\"persistentVolumeClaim\"") && !api::mentions(text, "\"ephemeral\"")) return keys;
    const auto tree = pod.tree();
    const auto phase = parse_phase((*tree)["status"]["phase"].as_string());
    if ((*tree)["spec"]["nodeName"].as_string().empty() || phase == PodPhase::Succeeded || phase == PodPhase::Failed) return keys;
    const auto& meta = pod.meta();
    for (const auto& volume : (*tree)["spec"]["volumes"].items()) {
        if (const auto& claim = volume["persistentVolumeClaim"]["claimName"].as_string(); !claim.empty()) keys.push_back(meta.ns + "/" + claim);
        if (!volume["ephemeral"].is_null()) keys.push_back(meta.ns + "/" + meta.name + "-" + volume["name"].as_string());
    }
    return keys;
}

bool out_of_service(const json::Value& node) {
    const auto& taints = node["spec"]["taints"].items();
    return std::any_of(taints.begin(), taints.end(), [](const json::Value& taint) { return taint["key"].as_string() == kOutOfServiceTaint; });
}

class VolumeAttach : public reconcile::Controller {
public:
    std::string_view name() const override { return "attachdetach"; }
    std::vector<Gvr> inputs() const override { return {kPods, kVolumeClaims, kVolumes, kNodes, kAttachments, kDrivers}; }
    std::vector<reconcile::Output> outputs() const override { return {{kAttachments, ""}, {kNodes, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        pods_ = context.informers.informer(kPods);
        claims_ = context.informers.informer(kVolumeClaims);
        volumes_ = context.informers.informer(kVolumes);
        nodes_ = context.informers.informer(kNodes);
        attachments_ = context.informers.informer(kAttachments);
        drivers_ = context.informers.informer(kDrivers);
        pods_->add_index(std::string(kByClaim), claims_in_use);
        attachments_->add_index(std::string(kByVolume), [](const api::Object& a) { return std::vector{(*a.tree())["spec"]["source"]["persistentVolumeName"].as_string()}; });
        attachments_->add_index(std::string(kByNode), [](const api::Object& a) { return std::vector{(*a.tree())["spec"]["nodeName"].as_string()}; });
        pods_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { pod_changed(previous, current); }});
        volumes_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            const auto& object = current ? current : previous;
            if (!(*object->tree())["spec"]["csi"].is_null()) context_->queue.add(object->meta().name);
        }});
        claims_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (current && (!previous || (*previous->tree())["spec"]["volumeName"] != (*current->tree())["spec"]["volumeName"])) add_volume(*current);
        }});
        attachments_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { attachment_changed(previous, current); }});
        nodes_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { node_changed(previous, current); }});
        drivers_->add_handlers({[this](const ObjectPtr&, const ObjectPtr&) {
            for (const auto& volume : volumes_->list())
                if (!(*volume->tree())["spec"]["csi"].is_null()) context_->queue.add(volume->meta().name);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto volume = volumes_->get({}, key);
        if (!volume) return Requeue{};
        const auto tree = volume->tree();
        if ((*tree)["spec"]["csi"].is_null()) return Requeue{};
        Requeue requeue;
        std::vector<NodeAttachment> present;
        for (const auto& attachment : attachments_->by_index(kByVolume, key)) present.push_back(read(*attachment, *tree, requeue));
        const auto plan = plan_attachments(*tree, wanted_nodes(*tree), present);
        for (const auto& node : plan.detach) TRY(detach(*tree, node));
        for (const auto& node : plan.attach) {
            auto made = context_->client.create(kAttachments, {}, attachment_for(*tree, node));
            if (!made.ok() && made.status().reason() != Reason::AlreadyExists) return std::move(made).status();
        }
        for (const auto& node : plan.refused)
            tell(*tree, node, "FailedAttachVolume", fmt::format("Multi-Attach error for volume \"{}\" Volume is already exclusively attached to one node and can't be attached to another", key));
        for (const auto& attachment : attachments_->by_index(kByVolume, key))
            if (std::find(plan.detach.begin(), plan.detach.end(), (*attachment->tree())["spec"]["nodeName"].as_string()) == plan.detach.end()) TRY(report(*tree, *attachment));
        return requeue;
    }

private:
    void add_volume(const api::Object& claim) {
        const auto tree = claim.tree();
        if (const auto& name = (*tree)["spec"]["volumeName"].as_string(); !name.empty()) context_->queue.add(name);
    }

    void pod_changed(const ObjectPtr& previous, const ObjectPtr& current) {
        auto before = previous ? claims_in_use(*previous) : std::vector<std::string>(), after = current ? claims_in_use(*current) : std::vector<std::string>();
        if (before == after) return;
        before.insert(before.end(), after.begin(), after.end());
        for (const auto& key : before) {
            auto parts = split_views(key, '/');
            if (auto claim = claims_->get(parts[0], parts[1])) add_volume(*claim);
        }
    }

    void attachment_changed(const ObjectPtr& previous, const ObjectPtr& current) {
        const auto tree = (current ? current : previous)->tree();
        context_->queue.add((*tree)["spec"]["source"]["persistentVolumeName"].as_string());
        if (!current || !previous) return;
        const auto before = previous->tree();
        const auto& why = (*tree)["status"]["attachError"]["message"].as_string();
        const auto& name = (*tree)["spec"]["source"]["persistentVolumeName"].as_string();
        if (why.empty() || why == (*before)["status"]["attachError"]["message"].as_string()) return;
        if (auto volume = volumes_->get({}, name))
            tell(*volume->tree(), (*tree)["spec"]["nodeName"].as_string(), "FailedAttachVolume", fmt::format("AttachVolume.Attach failed for volume \"{}\" : {}", name, why));
    }

    void node_changed(const ObjectPtr& previous, const ObjectPtr& current) {
        if (!previous) return;
        if (current) {
            const auto before = previous->tree(), after = current->tree();
            const bool same = (*before)["status"]["volumesInUse"] == (*after)["status"]["volumesInUse"] && node_ready(*before) == node_ready(*after) &&
                              (*before)["spec"]["taints"] == (*after)["spec"]["taints"] && (*before)["status"]["volumesAttached"] == (*after)["status"]["volumesAttached"];
            if (same) return;
        }
        for (const auto& attachment : attachments_->by_index(kByNode, previous->meta().name))
            context_->queue.add((*attachment->tree())["spec"]["source"]["persistentVolumeName"].as_string());
    }

    std::vector<ObjectPtr> users(const json::Value& volume) const {
        const auto& claim = volume["spec"]["claimRef"];
        const std::string key = claim["namespace"].as_string() + "/" + claim["name"].as_string();
        auto found = claims_->get(claim["namespace"].as_string(), claim["name"].as_string());
        if (!found || (*found->tree())["spec"]["volumeName"].as_string() != volume["metadata"]["name"].as_string()) return {};
        return pods_->by_index(kByClaim, key);
    }

    std::set<std::string> wanted_nodes(const json::Value& volume) const {
        std::set<std::string> wanted;
        auto driver = drivers_->get({}, volume["spec"]["csi"]["driver"].as_string());
        if (driver && !(*driver->tree())["spec"]["attachRequired"].as_bool(true)) return wanted;
        for (const auto& pod : users(volume)) wanted.insert((*pod->tree())["spec"]["nodeName"].as_string());
        return wanted;
    }

    NodeAttachment read(const api::Object& attachment, const json::Value& volume, Requeue& requeue) {
        NodeAttachment result{(*attachment.tree())["spec"]["nodeName"].as_string(), attachment.meta().deleting()};
        auto node = nodes_->get({}, result.node);
        if (!node) return result;
        const auto tree = node->tree();
        const auto& used = (*tree)["status"]["volumesInUse"].items();
        result.in_use = std::any_of(used.begin(), used.end(), [name = attached_name(volume)](const json::Value& v) { return v.as_string() == name; });
        result.may_force = out_of_service(*tree);
        if (const auto* ready = find_condition((*tree)["status"], "Ready"); ready && (*ready)["status"].as_string() != "True" && result.in_use && !result.may_force) {
            const auto since = reconcile::parse_time((*ready)["lastTransitionTime"].as_string()).value_or(context_->clock.now());
            const Duration left = since + kForceAfter - context_->clock.now();
            result.may_force = left <= Duration::zero();
            if (!result.may_force && (requeue.after == Duration::zero() || left < requeue.after)) requeue.after = left;
        }
        return result;
    }

    // The node hears that it has lost the volume before it does.
    Status detach(const json::Value& volume, const std::string& node) {
        TRY(note_on_node(node, attached_name(volume), false));
        Status removed = context_->client.remove(kAttachments, {}, attachment_name(volume, node));
        return removed.reason() == Reason::NotFound ? Status() : removed;
    }

    // What the driver says of an attachment, on the node and to the pods that wait.
    Status report(const json::Value& volume, const api::Object& attachment) {
        const auto tree = attachment.tree();
        if (attachment.meta().deleting() || !(*tree)["status"]["attached"].as_bool()) return {};
        const auto& node = (*tree)["spec"]["nodeName"].as_string();
        if (TRY(note_on_node(node, attached_name(volume), true)))
            tell(volume, node, "SuccessfulAttachVolume", fmt::format("AttachVolume.Attach succeeded for volume \"{}\" ", volume["metadata"]["name"].as_string()));
        return {};
    }

    // True when something was written.
    Result<bool> note_on_node(const std::string& name, const std::string& volume, bool present) {
        auto node = nodes_->get({}, name);
        if (!node) return false;
        const auto tree = node->tree();
        const auto& attached = (*tree)["status"]["volumesAttached"];
        const auto& items = attached.items();
        const bool listed = std::any_of(items.begin(), items.end(), [&](const json::Value& v) { return v["name"].as_string() == volume; });
        if (listed == present) return false;
        auto next = with_attached(attached, volume, present);
        auto patch = json::Value::object({{"metadata", json::Value::object({{"resourceVersion", std::to_string(node->meta().resource_version)}})},
                                          {"status", json::Value::object({{"volumesAttached", next.size() != 0 ? std::move(next) : json::Value()}})}});
        auto written = context_->client.patch(kNodes, {}, name, client::PatchType::Merge, patch, status_of_node());
        if (!written.ok() && written.status().reason() != Reason::NotFound) return std::move(written).status();
        return true;
    }

    static client::WriteOptions status_of_node() {
        client::WriteOptions options;
        options.subresource = "status";
        return options;
    }

    // To the pods of a node that use the volume.
    void tell(const json::Value& volume, const std::string& node, const char* reason, const std::string& message) {
        for (const auto& pod : users(volume))
            if ((*pod->tree())["spec"]["nodeName"].as_string() == node)
                context_->events.event(reconcile::ObjectReference::to(*pod), std::string_view(reason).starts_with("Failed") ? "Warning" : "Normal", reason, message);
    }

    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> pods_, claims_, volumes_, nodes_, attachments_, drivers_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_volume_attach_controller() { return std::make_unique<VolumeAttach>(); }

}  // namespace skiff::controllers
