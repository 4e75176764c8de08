#include "server/controllers/endpoint_slice.h"

#include <map>
#include <mutex>
#include <utility>

#include "base/strings.h"
#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"
#include "server/controllers/endpoint_slices.h"
#include "server/controllers/owning.h"
#include "server/controllers/pod_control.h"
#include "server/controllers/resources.h"
#include "server/controllers/trigger_times.h"
#include "server/controllers/write_pace.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

constexpr const char* kServiceName = "kubernetes.io/service-name";
constexpr const char* kManagedBy = "endpointslice.kubernetes.io/managed-by";
constexpr const char* kManager = "endpointslice-controller.k8s.io";
constexpr std::string_view kByService = "service";

bool ours(const api::Meta& slice) { return slice.label(kManagedBy) == kManager && slice.find_label(kServiceName); }

class EndpointSliceController : public reconcile::Controller {
public:
    explicit EndpointSliceController(std::shared_ptr<PodFactsCache> facts) : facts_(std::move(facts)) {}

    std::string_view name() const override { return "endpointslice"; }
    std::vector<Gvr> inputs() const override { return {kServices, kPods, kNodes, kEndpointSlices}; }
    std::vector<reconcile::Output> outputs() const override { return {{kEndpointSlices, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        services_ = context.informers.informer(kServices);
        pods_ = context.informers.informer(kPods);
        nodes_ = context.informers.informer(kNodes);
        slices_ = context.informers.informer(kEndpointSlices);
        slices_->add_index(std::string(kByService), [](const api::Object& slice) {
            const auto& meta = slice.meta();
            return ours(meta) ? std::vector<std::string>{meta.ns + "/" + meta.label(kServiceName)} : std::vector<std::string>{};
        });
        facts_->follow(*pods_);
        selectors_.follow(*services_);
        nodes_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { node_changed(previous, current); }});
        services_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            context_->queue.add((current ? current : previous)->meta().key());
        }});
        pods_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) { pod_changed(previous, current); }});
        slices_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            const auto& meta = (current ? current : previous)->meta();
            if (ours(meta)) context_->queue.add(meta.ns + "/" + meta.label(kServiceName));
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        std::string ns(parts[0]);
        auto existing = slices_->by_index(kByService, key);
        auto service = services_->get(parts[0], parts[1]);
        if (!service) {
            note_mode(key, false);
            times_.forget(key);
            for (const auto& slice : existing) TRY(remove(ns, slice->meta().name));
            return Requeue{};
        }
        if (Duration wait = pace_.wait(key, context_->clock.elapsed()); wait > Duration::zero()) return Requeue{wait};
        auto tree = service->tree();
        auto facts = read_service_facts(*tree);
        const bool by_shares = hint_mode(*tree) == HintMode::Auto;
        note_mode(key, by_shares);
        if (!facts.has_selector || facts.external_name || service->meta().deleting()) return Requeue{};
        std::vector<PodRef> pods;
        for (const auto& pod : pods_->list(parts[0]))
            if (facts.selector.matches(pod->meta().labels)) pods.push_back({pod, facts_->get(pod)});
        auto endpoints = service_endpoints(facts, pods);

        SliceInputs inputs{*tree, facts, controller_reference(*service), endpoints, {}, [this](const std::string& node) { return zone_of(node); },
                           times_.since_last(key, *service, pods), {}};
        for (const auto& slice : existing)
            if (!slice->meta().deleting()) inputs.existing.push_back(*slice->tree());
        if (by_shares) inputs.shares = zone_shares(nodes_->list());
        const auto plan = plan_slices(inputs);
        if (!plan.empty() && pods.size() >= WritePace::kManyMembers) pace_.wrote(key, context_->clock.elapsed());
        TRY(carry_out(ns, plan));
        if (by_shares) tell_hints(service, plan);
        return Requeue{};
    }

private:
    // Services whose hints follow the CPU of zones, with what was last said of them.
    void note_mode(const std::string& key, bool by_shares) {
        std::lock_guard lock(mutex_);
        if (by_shares) said_.try_emplace(key);
        else said_.erase(key);
    }

    void tell_hints(const ObjectPtr& service, const SlicePlan& plan) {
        {
            std::lock_guard lock(mutex_);
            auto& said = said_[service->meta().key()];
            const std::string now = plan.no_hints.empty() ? "enabled" : plan.no_hints;
            if (std::exchange(said, now) == now) return;
        }
        const auto about = reconcile::ObjectReference::to(*service);
        if (!plan.no_hints.empty()) context_->events.event(about, "Warning", "TopologyAwareHintsDisabled", plan.no_hints);
        else if (plan.hinted) context_->events.event(about, "Normal", "TopologyAwareHintsEnabled", "Topology Aware Hints has been enabled, addressType: " + read_service_facts(*service->tree()).families.front());
    }

    void node_changed(const ObjectPtr& previous, const ObjectPtr& current) {
        const std::string before = previous ? zone_label(*previous) : "", after = current ? zone_label(*current) : "";
        // Its endpoints stand in another zone now.
        if (previous && current && before != after)
            for (const auto& service : services_->list()) context_->queue.add(service->meta().key());
        std::lock_guard lock(mutex_);
        if (said_.empty()) return;
        auto weight = [](const ObjectPtr& node) {
            const auto tree = node->tree();
            return condition_true((*tree)["status"], "Ready") ? (*tree)["status"]["allocatable"]["cpu"].as_string() : std::string();
        };
        if (previous && current && before == after && weight(previous) == weight(current)) return;
        for (const auto& [key, text] : said_) context_->queue.add(key);
    }

    static std::string zone_label(const api::Object& node) { return node.meta().label("topology.kubernetes.io/zone"); }

    void pod_changed(const ObjectPtr& previous, const ObjectPtr& current) {
        if (current)
            for (const auto& key : selectors_.services_of(current->meta())) context_->queue.add(key);
        if (previous && (!current || previous->meta().labels != current->meta().labels))
            for (const auto& key : selectors_.services_of(previous->meta())) context_->queue.add(key);
    }

    std::string zone_of(const std::string& name) {
        auto node = nodes_->get({}, name);
        return node ? zone_label(*node) : "";
    }

    Status remove(const std::string& ns, const std::string& name) {
        Status removed = context_->client.remove(kEndpointSlices, ns, name);
        return removed.reason() == Reason::NotFound ? Status() : removed;
    }

    Status carry_out(const std::string& ns, const SlicePlan& plan) {
        // What is no endpoint any more leaves first.
        for (const auto& slice : plan.update) {
            auto written = context_->client.update(kEndpointSlices, ns, slice);
            if (!written.ok()) return std::move(written).status();
        }
        for (const auto& slice : plan.create) {
            auto made = context_->client.create(kEndpointSlices, ns, slice);
            if (!made.ok() && namespace_terminating(made.status())) return {};
            if (!made.ok()) return std::move(made).status();
        }
        for (const auto& name : plan.remove) TRY(remove(ns, name));
        return {};
    }

    std::shared_ptr<PodFactsCache> facts_;
    reconcile::Context* context_ = nullptr;
    ServiceSelectors selectors_;
    WritePace pace_;
    TriggerTimes times_;
    std::shared_ptr<Informer> services_, pods_, nodes_, slices_;
    std::mutex mutex_;
    std::map<std::string, std::string> said_;      // guarded by mutex_
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_endpoint_slice_controller(std::shared_ptr<PodFactsCache> facts) {
    return std::make_unique<EndpointSliceController>(std::move(facts));
}

}  // namespace skiff::controllers
