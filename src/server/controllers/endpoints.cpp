#include "server/controllers/endpoints.h"

#include <algorithm>

#include "base/strings.h"
#include "json/filter.h"
#include "json/write.h"
#include "reconcile/timestamp.h"
#include "server/controllers/pod_control.h"
#include "server/controllers/resources.h"
#include "server/controllers/trigger_times.h"
#include "server/controllers/write_pace.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

class EndpointsController : public reconcile::Controller {
public:
    explicit EndpointsController(std::shared_ptr<PodFactsCache> facts) : facts_(std::move(facts)) {}

    std::string_view name() const override { return "endpoint"; }
    std::vector<Gvr> inputs() const override { return {kServices, kPods, kEndpoints}; }
    std::vector<reconcile::Output> outputs() const override { return {{kEndpoints, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        services_ = context.informers.informer(kServices);
        pods_ = context.informers.informer(kPods);
        endpoints_ = context.informers.informer(kEndpoints);
        facts_->follow(*pods_);
        selectors_.follow(*services_);
        auto own_key = [this](const ObjectPtr& previous, const ObjectPtr& current) { context_->queue.add((current ? current : previous)->meta().key()); };
        services_->add_handlers({own_key});
        endpoints_->add_handlers({own_key});
        pods_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (current)
                for (const auto& key : selectors_.services_of(current->meta())) context_->queue.add(key);
            if (previous && (!current || previous->meta().labels != current->meta().labels))
                for (const auto& key : selectors_.services_of(previous->meta())) context_->queue.add(key);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto service = services_->get(parts[0], parts[1]);
        auto present = endpoints_->get(parts[0], parts[1]);
        if (!service) {
            times_.forget(key);
            return present ? remove_left_over(present) : Requeue{};
        }
        if (Duration wait = pace_.wait(key, context_->clock.elapsed()); wait > Duration::zero()) return Requeue{wait};
        auto tree = service->tree();
        auto facts = read_service_facts(*tree);
        if (!facts.has_selector || facts.external_name || service->meta().deleting()) return Requeue{};
        std::vector<PodRef> pods;
        for (const auto& pod : pods_->list(parts[0]))
            if (facts.selector.matches(pod->meta().labels)) pods.push_back({pod, facts_->get(pod)});
        const auto endpoints = service_endpoints(facts, pods);
        auto subsets = endpoint_subsets(facts, endpoints);
        if (pods.size() >= WritePace::kManyMembers && present && (*present->tree())["subsets"].items() != subsets.items()) pace_.wrote(key, context_->clock.elapsed());
        return write(*tree, facts, present, std::move(subsets), times_.since_last(key, *service, pods));
    }

private:
    // Endpoints that somebody made without a Service are left alone.
    Result<Requeue> remove_left_over(const ObjectPtr& present) {
        if (present->meta().label("endpoints.kubernetes.io/managed-by") != "endpoint-controller") return Requeue{};
        client::DeleteOptions options;
        options.uid = present->meta().uid;
        Status removed = context_->client.remove(kEndpoints, present->meta().ns, present->meta().name, options);
        if (!removed.ok() && removed.reason() != Reason::NotFound) return removed;
        return Requeue{};
    }

    Result<Requeue> write(const json::Value& service, const ServiceFacts& facts, const ObjectPtr& present, json::Value subsets, const std::string& trigger_time) {
        json::Value labels = json::members_where(service["metadata"]["labels"], service_label_copied);
        if (facts.headless) labels.set("service.kubernetes.io/headless", "");
        labels.set("endpoints.kubernetes.io/managed-by", "endpoint-controller");

        json::Value next = present ? *present->tree() : json::Value::object({{"apiVersion", "v1"}, {"kind", "Endpoints"}});
        if (present && next["subsets"].items() == subsets.items() && next["metadata"]["labels"] == labels) return Requeue{};
        auto& metadata = next.mut("metadata");
        metadata.set("name", facts.name);
        metadata.set("namespace", facts.ns);
        metadata.set("labels", labels);
        TriggerTimes::annotate(next, trigger_time);
        if (subsets.size() == 0) next.erase("subsets");
        else next.set("subsets", std::move(subsets));
        auto written = present ? context_->client.update(kEndpoints, facts.ns, next) : context_->client.create(kEndpoints, facts.ns, next);
        if (!written.ok() && !namespace_terminating(written.status())) return std::move(written).status();
        return Requeue{};
    }

    std::shared_ptr<PodFactsCache> facts_;
    reconcile::Context* context_ = nullptr;
    ServiceSelectors selectors_;
    WritePace pace_;
    TriggerTimes times_;
    std::shared_ptr<Informer> services_, pods_, endpoints_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_endpoints_controller(std::shared_ptr<PodFactsCache> facts) {
    return std::make_unique<EndpointsController>(std::move(facts));
}

json::Value endpoint_subsets(const ServiceFacts& service, const std::vector<PodEndpoint>& endpoints) {
    struct Subset {
        json::Value ports, ready = json::Value::array(), not_ready = json::Value::array();
    };
    std::map<std::string, Subset> by_ports;
    for (const auto& endpoint : endpoints) {
        if (endpoint.terminating && !service.publish_not_ready) continue;
        std::string address = endpoint.address(service.families.front());
        if (address.empty()) continue;
        auto ports = json::Value::array();
        for (const auto& port : endpoint.ports.items()) {
            auto made = json::Value::object({{"port", port["port"]}, {"protocol", port["protocol"]}});
            if (!port["name"].as_string().empty()) made.set("name", port["name"]);
            if (port.has("appProtocol")) made.set("appProtocol", port["appProtocol"]);
            ports.push_back(std::move(made));
        }
        const auto& meta = endpoint.pod.meta();
        auto tree = json::Value::object({{"ip", address}});
        if (!endpoint.hostname.empty()) tree.set("hostname", endpoint.hostname);
        if (!endpoint.pod.facts->node.empty()) tree.set("nodeName", endpoint.pod.facts->node);
        tree.set("targetRef", json::Value::object({{"kind", "Pod"}, {"namespace", meta.ns}, {"name", meta.name}, {"uid", meta.uid}}));
        auto& subset = by_ports[json::write(ports)];
        subset.ports = std::move(ports);
        (endpoint.ready ? subset.ready : subset.not_ready).push_back(std::move(tree));
    }
    auto subsets = json::Value::array();
    for (auto& [key, subset] : by_ports) {
        auto by_ip = [](const json::Value& a, const json::Value& b) { return a["ip"].as_string() < b["ip"].as_string(); };
        std::sort(subset.ready.mut_items().begin(), subset.ready.mut_items().end(), by_ip);
        std::sort(subset.not_ready.mut_items().begin(), subset.not_ready.mut_items().end(), by_ip);
        auto tree = json::Value::object();
        if (subset.ready.size() != 0) tree.set("addresses", std::move(subset.ready));
        if (subset.not_ready.size() != 0) tree.set("notReadyAddresses", std::move(subset.not_ready));
        if (subset.ports.size() != 0) tree.set("ports", std::move(subset.ports));
        subsets.push_back(std::move(tree));
    }
    return subsets;
}

}  // namespace skiff::controllers
