#include "server/controllers/endpoint_mirror.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "json/filter.h"
#include "json/write.h"
#include "server/controllers/owning.h"
#include "server/controllers/pod_control.h"
#include "server/controllers/resources.h"
#include "server/controllers/service_endpoints.h"
#include "server/controllers/trigger_times.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

constexpr const char* kServiceName = "kubernetes.io/service-name";
constexpr const char* kManagedBy = "endpointslice.kubernetes.io/managed-by";
constexpr const char* kManager = "endpointslicemirroring-controller.k8s.io";
constexpr const char* kSkip = "endpointslice.kubernetes.io/skip-mirror";
constexpr std::string_view kByEndpoints = "mirrored";
constexpr size_t kAddressesMax = 1000;

bool ours(const api::Meta& slice) { return slice.label(kManagedBy) == kManager && slice.find_label(kServiceName); }

// What slices differ by that are not one. By values: the API server may write the same ports in another form.
std::string group_key(const json::Value& slice) {
    std::string key = slice["addressType"].as_string();
    for (const auto& port : slice["ports"].items())
        key += fmt::format("|{} {} {} {}", port["name"].as_string(), port["port"].as_int(), port["protocol"].as_string("TCP"), port["appProtocol"].as_string());
    return key;
}

json::Value mirror_metadata(const json::Value& endpoints, const json::Value& owner_reference) {
    const auto& from = endpoints["metadata"];
    json::Value labels = json::members_where(from["labels"], service_label_copied);
    labels.set(kServiceName, from["name"]);
    labels.set(kManagedBy, kManager);
    auto metadata = json::Value::object({{"generateName", from["name"].as_string() + "-"},
                                         {"namespace", from["namespace"]},
                                         {"labels", labels},
                                         {"ownerReferences", json::Value::array({owner_reference})}});
    auto copied = [](const std::string& key) { return key != "kubectl.kubernetes.io/last-applied-configuration" && key != kTriggerTime; };
    json::Value annotations = json::members_where(from["annotations"], copied);
    if (annotations.size() != 0) metadata.set("annotations", annotations);
    return metadata;
}

json::Value mirrored_endpoint(const json::Value& address, bool ready) {
    auto endpoint = json::Value::object({{"addresses", json::Value::array({address["ip"]})}, {"conditions", json::Value::object({{"ready", ready}})}});
    for (auto field : {"hostname", "targetRef", "nodeName"})
        if (address.has(field)) endpoint.set(field, address[field]);
    return endpoint;
}

class EndpointMirrorController : public reconcile::Controller {
public:
    std::string_view name() const override { return "endpointslicemirroring"; }
    std::vector<Gvr> inputs() const override { return {kEndpoints, kServices, kEndpointSlices}; }
    std::vector<reconcile::Output> outputs() const override { return {{kEndpointSlices, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        endpoints_ = context.informers.informer(kEndpoints);
        services_ = context.informers.informer(kServices);
        slices_ = context.informers.informer(kEndpointSlices);
        slices_->add_index(std::string(kByEndpoints), [](const api::Object& slice) {
            const auto& meta = slice.meta();
            return ours(meta) ? std::vector<std::string>{meta.ns + "/" + meta.label(kServiceName)} : std::vector<std::string>{};
        });
        auto own_key = [this](const ObjectPtr& previous, const ObjectPtr& current) { context_->queue.add((current ? current : previous)->meta().key()); };
        endpoints_->add_handlers({own_key});
        services_->add_handlers({own_key});
        slices_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            const auto& meta = (current ? current : previous)->meta();
            if (ours(meta)) context_->queue.add(meta.ns + "/" + meta.label(kServiceName));
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto endpoints = endpoints_->get(parts[0], parts[1]);
        auto service = services_->get(parts[0], parts[1]);
        std::vector<json::Value> wanted;
        if (endpoints && service && mirrored(*endpoints, *service)) wanted = mirrored_slices(*endpoints->tree(), controller_reference(*endpoints));
        TRY(bring_about(std::string(parts[0]), std::move(wanted), slices_->by_index(kByEndpoints, key)));
        return Requeue{};
    }

private:
    static bool mirrored(const api::Object& endpoints, const api::Object& service) {
        if (endpoints.meta().label(kSkip) == "true" || endpoints.meta().deleting() || endpoints.meta().label("endpoints.kubernetes.io/managed-by") == "endpoint-controller") return false;
        if (!endpoints.meta().annotation("control-plane.alpha.kubernetes.io/leader").empty()) return false;
        return (*service.tree())["spec"]["selector"].size() == 0;
    }

    Status bring_about(const std::string& ns, std::vector<json::Value> wanted, const std::vector<ObjectPtr>& existing) {
        std::map<std::string, json::Value> by_group;
        for (auto& slice : wanted) by_group[group_key(slice)] = std::move(slice);
        for (const auto& slice : existing) {
            auto tree = slice->tree();
            auto it = by_group.find(group_key(*tree));
            if (it == by_group.end()) {
                Status removed = context_->client.remove(kEndpointSlices, ns, slice->meta().name);
                if (!removed.ok() && removed.reason() != Reason::NotFound) return removed;
                continue;
            }
            json::Value next = *tree;
            next.set("endpoints", it->second["endpoints"]);
            next.mut("metadata").set("labels", it->second["metadata"]["labels"]);
            if (it->second["metadata"].has("annotations")) next.mut("metadata").set("annotations", it->second["metadata"]["annotations"]);
            if (!(next == *tree)) TRY(context_->client.update(kEndpointSlices, ns, next));
            by_group.erase(it);
        }
        for (const auto& [group, slice] : by_group) {
            auto made = context_->client.create(kEndpointSlices, ns, slice);
            if (!made.ok() && !namespace_terminating(made.status())) return std::move(made).status();
        }
        return {};
    }

    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> endpoints_, services_, slices_;
};

}  // namespace

std::vector<json::Value> mirrored_slices(const json::Value& endpoints, const json::Value& owner_reference) {
    std::map<std::string, json::Value> slices;
    for (const auto& subset : endpoints["subsets"].items()) {
        auto ports = json::Value::array();
        for (const auto& port : subset["ports"].items()) {
            auto made = json::Value::object({{"name", port["name"].as_string()}, {"port", port["port"]}, {"protocol", port["protocol"].as_string("TCP")}});
            if (port.has("appProtocol")) made.set("appProtocol", port["appProtocol"]);
            ports.push_back(std::move(made));
        }
        size_t taken = 0;
        for (auto [list, ready] : {std::pair{"addresses", true}, {"notReadyAddresses", false}})
            for (const auto& address : subset[list].items()) {
                if (++taken > kAddressesMax) break;
                const char* family = is_ipv6(address["ip"].as_string()) ? "IPv6" : "IPv4";
                auto& slice = slices[family + json::write(ports)];
                if (slice.is_null())
                    slice = json::Value::object({{"apiVersion", "discovery.k8s.io/v1"},
                                                 {"kind", "EndpointSlice"},
                                                 {"metadata", mirror_metadata(endpoints, owner_reference)},
                                                 {"addressType", family},
                                                 {"endpoints", json::Value::array()},
                                                 {"ports", ports}});
                slice.mut("endpoints").push_back(mirrored_endpoint(address, ready));
            }
    }
    std::vector<json::Value> made;
    for (auto& [key, slice] : slices) made.push_back(std::move(slice));
    return made;
}

std::unique_ptr<reconcile::Controller> make_endpoint_mirror_controller() { return std::make_unique<EndpointMirrorController>(); }

}  // namespace skiff::controllers
