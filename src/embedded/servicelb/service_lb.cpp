#include "embedded/servicelb/service_lb.h"

#include <atomic>

#include "base/strings.h"
#include "embedded/servicelb/addresses.h"

namespace skiff::servicelb {

using api::Gvr;
using api::ObjectPtr;
using reconcile::Informer;
using reconcile::Requeue;

namespace {

const Gvr kServices{"", "v1", "services"}, kNodes{"", "v1", "nodes"}, kSlices{"discovery.k8s.io", "v1", "endpointslices"};
constexpr std::string_view kByService = "service";
// One key for all: who gets a port depends on the others.
constexpr const char* kKey = "balancers";

bool wants_balancer(const ObjectPtr& service) {
    if (!service) return false;
    auto tree = service->tree();
    return (*tree)["spec"]["type"].as_string() == "LoadBalancer" || (*tree)["status"]["loadBalancer"]["ingress"].size() > 0;
}

class ServiceLb : public reconcile::Controller {
public:
    explicit ServiceLb(std::set<uint16_t> reserved_tcp) : reserved_tcp_(std::move(reserved_tcp)) {}
    std::string_view name() const override { return "service-lb"; }
    std::string service_account() const override { return "service-controller"; }
    std::string event_source() const override { return "service-controller"; }
    std::vector<Gvr> inputs() const override { return {kServices, kNodes, kSlices}; }
    std::vector<reconcile::Output> outputs() const override { return {{kServices, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        services_ = context.informers.informer(kServices);
        nodes_ = context.informers.informer(kNodes);
        slices_ = context.informers.informer(kSlices);
        slices_->add_index(std::string(kByService), [](const api::Object& slice) -> std::vector<std::string> {
            const auto& name = slice.meta().label("kubernetes.io/service-name");
            if (name.empty()) return {};
            return {slice.meta().ns + "/" + name};
        });
        services_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (wants_balancer(previous) || wants_balancer(current)) {
                used_ = true;
                context_->queue.add(kKey);
            }
        }});
        nodes_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (!used_) return;
            const bool same = previous && current && same_facts(node_facts(*previous->tree()), node_facts(*current->tree()));
            if (!same) context_->queue.add(kKey);
        }});
        slices_->add_handlers({[this](const ObjectPtr&, const ObjectPtr&) {
            if (used_) context_->queue.add(kKey);
        }});
    }

    Result<Requeue> reconcile(const std::string&) override {
        std::vector<api::TreePtr> held;
        std::vector<ObjectPtr> concerned;
        std::vector<const json::Value*> services;
        std::map<std::string, std::set<std::string>> local;
        for (const auto& service : services_->list()) {
            if (!wants_balancer(service)) continue;
            concerned.push_back(service);
            held.push_back(service->tree());
            services.push_back(held.back().get());
            if ((*held.back())["spec"]["externalTrafficPolicy"].as_string() == "Local") local[service->meta().key()] = ready_nodes(service->meta().key());
        }
        std::vector<NodeFacts> nodes;
        for (const auto& node : nodes_->list()) nodes.push_back(node_facts(*node->tree()));
        const auto wanted = balance(services, nodes, local, reserved_tcp_);
        for (size_t i = 0; i < concerned.size(); ++i) TRY(show(concerned[i], *held[i], wanted));
        return Requeue{};
    }

private:
    static bool same_facts(const NodeFacts& a, const NodeFacts& b) { return a.usable == b.usable && a.addresses == b.addresses; }

    std::set<std::string> ready_nodes(const std::string& key) const {
        std::set<std::string> nodes;
        for (const auto& slice : slices_->by_index(kByService, key)) {
            auto tree = slice->tree();
            for (const auto& endpoint : (*tree)["endpoints"].items())
                if (endpoint["conditions"]["ready"].as_bool(true)) nodes.insert(endpoint["nodeName"].as_string());
        }
        return nodes;
    }

    Status show(const ObjectPtr& service, const json::Value& tree, const std::map<std::string, BalancedService>& wanted) {
        auto found = wanted.find(service->meta().key());
        const bool balanced = found != wanted.end();
        // Another one's load balancer keeps its status.
        if (!balanced && tree["spec"]["type"].as_string() == "LoadBalancer") return {};
        const auto about = reconcile::ObjectReference::to(*service);
        if (balanced && !found->second.conflict.empty())
            context_->events.event(about, "Warning", "SyncLoadBalancerFailed", "Error syncing load balancer: " + found->second.conflict);
        auto balancer = balancer_status(balanced ? found->second.addresses : std::vector<std::string>{});
        if (balancer["ingress"] == tree["status"]["loadBalancer"]["ingress"]) return {};
        const bool any = balancer["ingress"].size() > 0;
        if (!any) balancer.set("ingress", json::Value());
        auto metadata = json::Value::object({{"resourceVersion", std::to_string(service->meta().resource_version)}});
        auto patch = json::Value::object({{"metadata", std::move(metadata)}, {"status", json::Value::object({{"loadBalancer", std::move(balancer)}})}});
        client::WriteOptions options;
        options.subresource = "status";
        auto patched = context_->client.patch(kServices, service->meta().ns, service->meta().name, client::PatchType::Merge, patch, options);
        if (!patched.ok() && patched.status().reason() == Reason::NotFound) return {};
        if (!patched.ok()) return std::move(patched).status();
        if (any) context_->events.event(about, "Normal", "EnsuredLoadBalancer", "Ensured load balancer");
        return {};
    }

    const std::set<uint16_t> reserved_tcp_;
    std::atomic<bool> used_{false};          // no such Service so far: nodes and endpoints do not concern us
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> services_, nodes_, slices_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_service_lb(std::set<uint16_t> reserved_tcp) { return std::make_unique<ServiceLb>(std::move(reserved_tcp)); }

}  // namespace skiff::servicelb
