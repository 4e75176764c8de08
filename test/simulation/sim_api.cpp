#include "simulation/sim_api.h"

#include "api/defaulting.h"
#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"
#include "server/controllers/resources.h"
#include "server/controllers/selecting.h"

namespace skiff::simulation {

using namespace controllers;

namespace {

const Gvr kPodMetrics{"metrics.k8s.io", "v1beta1", "pods"};

bool ready(const json::Value& pod) { return condition_true(pod["status"], "Ready"); }

// Conditions are a list by type in strategic patches.
json::Value merged_conditions(const json::Value& old, const json::Value& patch) {
    json::Value merged = old.is_array() ? old : json::Value::array();
    for (const auto& condition : patch.items()) {
        bool found = false;
        for (auto& present : merged.mut_items())
            if (present["type"].as_string() == condition["type"].as_string()) {
                present = condition;
                found = true;
            }
        if (!found) merged.push_back(condition);
    }
    return merged;
}

}  // namespace

SimApi::SimApi(Clock& clock, std::shared_ptr<const api::KindRegistry> kinds) : clock_(clock), kinds_(std::move(kinds)) { store.graceful_pods = true; }

void SimApi::now() { store.now = reconcile::format_time(clock_.now()); }

Result<client::List> SimApi::list(const Gvr& gvr, const client::ListOptions& options) {
    if (gvr == kPodMetrics) return pod_metrics(options);
    return store.list(gvr, options);
}

client::List SimApi::pod_metrics(const client::ListOptions& options) {
    auto pods = store.list(kPods, options);
    std::vector<ObjectPtr> measured;
    for (const auto& pod : pods->items)
        if (ready(*pod->tree()) && !pod->meta().deleting()) measured.push_back(pod);
    client::List list;
    for (const auto& pod : measured) {
        auto usage = json::Value::object({{"cpu", std::to_string(load_milli / static_cast<int64_t>(measured.size())) + "m"}});
        list.items.push_back(api::Object::from_tree(json::Value::object(
            {{"metadata", json::Value::object({{"name", pod->meta().name}, {"namespace", pod->meta().ns}})},
             {"timestamp", reconcile::format_time(clock_.now())},
             {"window", "15s"},
             {"containers", json::Value::array({json::Value::object({{"name", "c"}, {"usage", usage}})})}})));
    }
    return list;
}

Result<ObjectPtr> SimApi::create(const Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options, const std::string& name) {
    now();
    if (options.subresource == "binding") return bind(ns, name, object);
    if (options.subresource == "eviction") return evict(ns, name);
    if (gvr.resource == "subjectaccessreviews") return ObjectPtr(api::Object::from_tree(json::Value::object({{"status", json::Value::object({{"allowed", true}})}})));
    if (!ns.empty()) {
        auto home = store.get(kNamespaces, {}, ns);
        if (!home.ok()) return std::move(home).status();
        if ((*home)->meta().deleting()) {
            return error(Reason::Forbidden, "unable to create new content in namespace {} because it is being terminated", ns)
                .with_cause({"NamespaceTerminating", "namespace " + ns + " is being terminated", "metadata.namespace"});
        }
    }
    json::Value tree = object;
    const auto* kind = gvr == kPods || gvr.resource == "events" ? nullptr : kinds_->find(gvr);
    if (kind) {
        tree.set("kind", kind->gvk.kind);
        tree.set("apiVersion", gvr.api_version());
        tree.mut("metadata").set("uid", "uid-" + gvr.resource + std::to_string(++uids_));
        if (kind->hooks.prepare_create) kind->hooks.prepare_create(tree);
        api::set_defaults(*kind, tree);
        if (gvr == kVolumeClaims) tree.mut("metadata").mut("finalizers").push_back("kubernetes.io/pvc-protection");
        if (gvr == kVolumes) tree.mut("metadata").mut("finalizers").push_back("kubernetes.io/pv-protection");
        if (gvr == kNamespaces) tree.mut("spec").set("finalizers", json::Value::array({"kubernetes"}));
    }
    return store.create(gvr, ns, tree, options, name);
}

Result<ObjectPtr> SimApi::bind(const std::string& ns, const std::string& name, const json::Value& binding) {
    auto pod = TRY(store.get(kPods, ns, name));
    const auto& uid = binding["metadata"]["uid"].as_string();
    if (!uid.empty() && uid != pod->meta().uid) return error(Reason::Conflict, "pod {} is another one", name);
    auto tree = pod->tree();
    if (pod->meta().deleting() || !(*tree)["spec"]["nodeName"].as_string().empty()) return error(Reason::Conflict, "pod {} is bound or deleted", name);
    const auto node = binding["target"]["name"].as_string();
    store.change(kPods, ns, name, [&](json::Value& changed) {
        changed.mut("spec").set("nodeName", node);
        set_condition(changed.mut("status"), {"PodScheduled", "True", {}, {}}, clock_.now());
    });
    return ObjectPtr(api::Object::from_tree(json::Value::object({{"kind", "Status"}})));
}

Result<ObjectPtr> SimApi::evict(const std::string& ns, const std::string& name) {
    auto pod = TRY(store.get(kPods, ns, name));
    auto tree = pod->tree();
    const bool counts = !pod->meta().deleting() && !(*tree)["spec"]["nodeName"].as_string().empty() && ready(*tree);
    for (const auto& budget : store.trees(kDisruptionBudgets, ns)) {
        if (!counts || !read_selector(budget["spec"]["selector"]).matches(pod->meta().labels)) continue;
        const auto& status = budget["status"];
        if (status["observedGeneration"].as_int() < budget["metadata"]["generation"].as_int() || status["disruptionsAllowed"].as_int() <= 0)
            return error(Reason::TooManyRequests, "Cannot evict pod as it would violate the pod's disruption budget.");
        store.change(kDisruptionBudgets, ns, budget["metadata"]["name"].as_string(), [&](json::Value& changed) {
            auto& next = changed.mut("status");
            next.set("disruptionsAllowed", next["disruptionsAllowed"].as_int() - 1);
            next.mut("disruptedPods").set(name, reconcile::format_time(clock_.now()));
        });
    }
    TRY(remove(kPods, ns, name));
    return ObjectPtr(api::Object::from_tree(json::Value::object({{"kind", "Status"}})));
}

Result<ObjectPtr> SimApi::update(const Gvr& gvr, const std::string& ns, const json::Value& object, const client::WriteOptions& options) {
    now();
    if (options.subresource == "scale") {
        const auto& name = object["metadata"]["name"].as_string();
        TRY(store.get(gvr, ns, name));
        store.change(gvr, ns, name, [&](json::Value& tree) { tree.mut("spec").set("replicas", object["spec"]["replicas"]); });
        return store.get(gvr, ns, name);
    }
    return store.update(gvr, ns, object, options);
}

Result<ObjectPtr> SimApi::patch(const Gvr& gvr, const std::string& ns, const std::string& name, client::PatchType type, const json::Value& patch, const client::WriteOptions& options) {
    now();
    if (type == client::PatchType::Strategic && patch["status"].has("conditions")) {
        auto present = TRY(store.get(gvr, ns, name));
        json::Value whole = patch;
        whole.mut("status").set("conditions", merged_conditions((*present->tree())["status"]["conditions"], patch["status"]["conditions"]));
        return store.patch(gvr, ns, name, client::PatchType::Merge, whole, options);
    }
    return store.patch(gvr, ns, name, type, patch, options);
}

Status SimApi::remove(const Gvr& gvr, const std::string& ns, const std::string& name, const client::DeleteOptions& options) {
    now();
    client::DeleteOptions effective = options;
    if (gvr == kPods) {
        auto pod = TRY(store.get(gvr, ns, name));
        auto tree = pod->tree();
        const auto& phase = (*tree)["status"]["phase"].as_string();
        if ((*tree)["spec"]["nodeName"].as_string().empty() || phase == "Succeeded" || phase == "Failed") effective.grace_period_s = 0;
    }
    return store.remove(gvr, ns, name, effective);
}

}  // namespace skiff::simulation
