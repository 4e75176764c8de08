#include "server/controllers/resource_claim.h"

#include <algorithm>

#include <fmt/format.h>

#include "api/json_scan.h"
#include "base/strings.h"
#include "server/controllers/garbage_verdict.h"
#include "server/controllers/owning.h"
#include "server/controllers/pod_control.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using json::Value;
using reconcile::Informer;
using reconcile::Requeue;

namespace {

const Gvr kClaims{"resource.k8s.io", "v1", "resourceclaims"}, kTemplates{"resource.k8s.io", "v1", "resourceclaimtemplates"};
constexpr std::string_view kPodClaim = "resource.kubernetes.io/pod-claim-name", kProtection = "resource.kubernetes.io/delete-protection";
constexpr std::string_view kPodKey = "pod/", kClaimKey = "claim/";
const client::WriteOptions kStatus{"status", {}, false, false};

// Without parsing: pods with claims are few.
bool mentions_claims(const api::Object& pod) { return !pod.bytes() || api::mentions(*pod.bytes(), "\"resourceClaims\""); }

bool is_done(const Value& pod) {
    const auto& phase = pod["status"]["phase"].as_string();
    return phase == "Succeeded" || phase == "Failed" || (!pod["metadata"]["deletionTimestamp"].is_null() && pod["spec"]["nodeName"].as_string().empty());
}

// What the pod's status says was made for one of its claims; null: nothing yet.
const Value* status_of(const Value& pod, const Value& pod_claim) {
    for (const auto& status : pod["status"]["resourceClaimStatuses"].items())
        if (status["name"] == pod_claim["name"]) return &status;
    return nullptr;
}

// "" when there is none.
std::string claim_name(const Value& pod, const Value& pod_claim) {
    if (pod_claim["resourceClaimName"].is_string()) return pod_claim["resourceClaimName"].as_string();
    const auto* status = status_of(pod, pod_claim);
    return status ? (*status)["resourceClaimName"].as_string() : "";
}

bool reserved_for(const Value& claim, const std::string& uid) {
    const auto& users = claim["status"]["reservedFor"].items();
    return std::any_of(users.begin(), users.end(), [&](const Value& user) { return user["uid"].as_string() == uid; });
}

// Leaves room for a hyphen and five random characters.
std::string generate_name(const std::string& pod, const std::string& claim) {
    constexpr size_t kBaseMax = 57;
    std::string name = pod + "-" + claim + "-";
    if (name.size() <= kBaseMax) return name;
    return pod.substr(0, pod.size() * kBaseMax / name.size()) + "-" + claim.substr(0, claim.size() * kBaseMax / name.size());
}

class ResourceClaimController : public reconcile::Controller {
public:
    std::string_view name() const override { return "resource-claim"; }
    std::string event_source() const override { return "resource_claim"; }
    std::vector<Gvr> inputs() const override { return {kPods, kClaims, kTemplates}; }
    std::vector<reconcile::Output> outputs() const override { return {{kClaims, ""}, {kClaims, "status"}, {kPods, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        pods_ = context.informers.informer(kPods);
        claims_ = context.informers.informer(kClaims);
        templates_ = context.informers.informer(kTemplates);
        pods_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            const auto& pod = current ? current : previous;
            if (mentions_claims(*pod)) pod_changed(*pod, current == nullptr);
        }});
        claims_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { claim_changed(previous, current); }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        if (parts.size() != 3) return Requeue{};
        if (parts[0] == "pod") TRY(sync_pod(parts[1], parts[2]));
        else TRY(sync_claim(parts[1], parts[2]));
        return Requeue{};
    }

private:
    void pod_changed(const api::Object& pod, bool gone) {
        const auto tree = pod.tree();
        const auto& meta = pod.meta();
        if (gone || is_done(*tree)) {
            for (const auto& pod_claim : (*tree)["spec"]["resourceClaims"].items())
                if (auto claim = claim_name(*tree, pod_claim); !claim.empty()) context_->queue.add(std::string(kClaimKey) + meta.ns + "/" + claim);
        } else if (!meta.deleting() && (*tree)["spec"]["resourceClaims"].size()) context_->queue.add(std::string(kPodKey) + meta.key());
    }

    void claim_changed(const ObjectPtr& previous, const ObjectPtr& current) {
        const auto& meta = (current ? current : previous)->meta();
        if (current) context_->queue.add(std::string(kClaimKey) + meta.key());
        if (const auto* owner = meta.controller(); owner && owner->kind == "Pod") {
            context_->queue.add(std::string(kPodKey) + meta.ns + "/" + owner->name);
        } else if (current && (*current->tree())["status"]["allocation"].is_object()) {
            // A pod that was put on its node by somebody else than the scheduler may wait for this.
            for (const auto& pod : pods_->list(meta.ns))
                if (mentions_claims(*pod)) context_->queue.add(std::string(kPodKey) + pod->meta().key());
        }
    }

    Status sync_pod(std::string_view ns, std::string_view name) {
        const auto pod = pods_->get(ns, name);
        if (!pod || pod->meta().deleting()) return {};
        const auto tree = pod->tree();
        if (is_done(*tree)) return {};
        auto made = Value::array();
        for (const auto& pod_claim : (*tree)["spec"]["resourceClaims"].items()) {
            auto claim = ensure(*pod, *tree, pod_claim);
            if (!claim.ok()) {
                if (namespace_terminating(claim.status())) return {};
                const auto message = fmt::format("PodResourceClaim {}: {}", pod_claim["name"].as_string(), claim.status().message());
                context_->events.event(reconcile::ObjectReference::to(*pod), "Warning", "FailedResourceClaimCreation", message);
                return Status(claim.status().reason(), fmt::format("pod {}, {}", pod->meta().key(), message));
            }
            if (!claim->empty()) made.push_back(Value::object({{"name", pod_claim["name"]}, {"resourceClaimName", *claim}}));
        }
        if (made.size()) {
            auto patch = Value::object({{"metadata", Value::object({{"uid", pod->meta().uid}})}});
            patch.mut("status").set("resourceClaimStatuses", std::move(made));
            TRY(context_->client.patch(kPods, pod->meta().ns, pod->meta().name, client::PatchType::Strategic, patch, kStatus));
        }
        if ((*tree)["spec"]["nodeName"].as_string().empty()) return {};
        for (const auto& pod_claim : (*tree)["spec"]["resourceClaims"].items()) TRY(reserve(*pod, *tree, pod_claim));
        return {};
    }

    // The name of the claim that the pod's status does not know yet; "" when there is nothing to tell.
    Result<std::string> ensure(const api::Object& pod, const Value& tree, const Value& pod_claim) {
        if (!pod_claim["resourceClaimTemplateName"].is_string()) return std::string();
        const auto& meta = pod.meta();
        const auto* told = status_of(tree, pod_claim);
        if (told && (*told)["resourceClaimName"].is_null()) return std::string();
        if (auto known = told ? claims_->get(meta.ns, (*told)["resourceClaimName"].as_string()) : nullptr)
            if (const auto* owner = known->meta().controller(); owner && owner->uid == meta.uid) return std::string();
        for (const auto& claim : claims_->by_index(Informer::kByOwner, meta.uid))
            if (claim->meta().annotation(kPodClaim) == pod_claim["name"].as_string()) return claim->meta().name;
        const auto& wanted = pod_claim["resourceClaimTemplateName"].as_string();
        auto from = templates_->get(meta.ns, wanted);
        if (!from) return error(Reason::NotFound, "resource claim template \"{}\": resourceclaimtemplate.resource.k8s.io \"{}\" not found", wanted, wanted);
        const auto template_tree = from->tree();
        const auto& spec = (*template_tree)["spec"];
        auto metadata = Value::object({{"generateName", generate_name(meta.name, pod_claim["name"].as_string())},
                                       {"namespace", meta.ns},
                                       {"ownerReferences", Value::array({controller_reference(pod)})}});
        if (spec["metadata"]["labels"].size()) metadata.set("labels", spec["metadata"]["labels"]);
        if (spec["metadata"]["annotations"].size()) metadata.set("annotations", spec["metadata"]["annotations"]);
        metadata.mut("annotations").set(kPodClaim, pod_claim["name"]);
        auto claim = Value::object({{"apiVersion", "resource.k8s.io/v1"}, {"kind", "ResourceClaim"}, {"metadata", std::move(metadata)}, {"spec", spec["spec"]}});
        auto created = context_->client.create(kClaims, meta.ns, claim);
        if (!created.ok()) return std::move(created).status();
        return (*created)->meta().name;
    }

    // For a pod that came to its node without the scheduler.
    Status reserve(const api::Object& pod, const Value& tree, const Value& pod_claim) {
        const auto& meta = pod.meta();
        auto claim = claims_->get(meta.ns, claim_name(tree, pod_claim));
        if (!claim) return {};
        const auto* owner = claim->meta().controller();
        if (pod_claim["resourceClaimTemplateName"].is_string() && (!owner || owner->uid != meta.uid)) return {};
        Value changed = *claim->tree();
        if (!changed["status"]["allocation"].is_object() || claim->meta().deleting() || reserved_for(changed, meta.uid)) return {};
        changed.mut("status").mut("reservedFor").push_back(Value::object({{"resource", "pods"}, {"name", meta.name}, {"uid", meta.uid}}));
        TRY(context_->client.update(kClaims, meta.ns, changed, kStatus));
        return {};
    }

    // The pod will still run, or may.
    Result<bool> needed(const std::string& ns, const Value& user) {
        auto pod = pods_->get(ns, user["name"].as_string());
        if (!pod) {
            // The cache may not show a pod that was made a moment ago.
            auto fresh = context_->client.get(kPods, ns, user["name"].as_string());
            if (!fresh.ok() && fresh.status().reason() != Reason::NotFound) return std::move(fresh).status();
            return fresh.ok() && (*fresh)->meta().uid == user["uid"].as_string();
        }
        return pod->meta().uid == user["uid"].as_string() && !is_done(*pod->tree());
    }

    Status sync_claim(std::string_view ns, std::string_view name) {
        auto claim = claims_->get(ns, name);
        if (!claim) return {};
        const auto& meta = claim->meta();
        Value tree = *claim->tree();
        auto users = Value::array();
        const size_t before = tree["status"]["reservedFor"].size();
        for (const auto& user : tree["status"]["reservedFor"].items()) {
            if (!user["apiGroup"].as_string().empty() || user["resource"].as_string() != "pods") return {};
            if (TRY(needed(meta.ns, user))) users.push_back(user);
        }
        const bool unused = users.size() == 0;
        if (users.size() < before || (unused && meta.deleting())) TRY(release(meta, std::move(tree), std::move(users)));
        return unused ? remove_generated(meta) : Status();
    }

    // Writes who uses it; without anybody it gives its devices back.
    Status release(const api::Meta& meta, Value tree, Value users) {
        const bool frees = users.size() == 0 && has_finalizer(meta, kProtection);
        auto& status = tree.mut("status");
        const bool changes = users.size() < status["reservedFor"].size() || (frees && status["allocation"].is_object());
        if (users.size()) status.set("reservedFor", std::move(users));
        else status.erase("reservedFor");
        if (frees) status.erase("allocation");
        if (changes) tree = *TRY(context_->client.update(kClaims, meta.ns, tree, kStatus))->tree();
        if (!frees) return {};
        auto& finalizers = tree.mut("metadata").mut("finalizers").mut_items();
        std::erase_if(finalizers, [](const Value& finalizer) { return finalizer.as_string() == kProtection; });
        if (finalizers.empty()) tree.mut("metadata").erase("finalizers");
        TRY(context_->client.update(kClaims, meta.ns, tree));
        return {};
    }

    // One that was made for a pod which is done. When the pod is gone, the garbage collector does it.
    Status remove_generated(const api::Meta& meta) {
        const auto* owner = meta.controller();
        if (!owner || owner->kind != "Pod" || owner->api_version != "v1") return {};
        auto pod = pods_->get(meta.ns, owner->name);
        if (!pod || (pod->meta().uid == owner->uid && !is_done(*pod->tree()))) return {};
        auto removed = context_->client.remove(kClaims, meta.ns, meta.name, {-1, {}, meta.uid, {}});
        return removed.reason() == Reason::NotFound ? Status() : removed;
    }

    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> pods_, claims_, templates_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_resource_claim_controller() { return std::make_unique<ResourceClaimController>(); }

}  // namespace skiff::controllers
