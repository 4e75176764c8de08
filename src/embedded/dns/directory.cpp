#include "embedded/dns/directory.h"

#include "base/strings.h"

namespace skiff::dns {

namespace {

using reconcile::Gvr;

constexpr std::string_view kByService = "dns-service", kByAddress = "dns-address";

std::vector<std::string> texts(const json::Value& list) {
    std::vector<std::string> out;
    for (const auto& item : list.items()) out.push_back(item.as_string());
    return out;
}

std::vector<ServicePort> read_ports(const json::Value& list) {
    std::vector<ServicePort> ports;
    for (const auto& p : list.items())
        ports.push_back({p["name"].as_string(), lower(p["protocol"].as_string("TCP")), static_cast<uint16_t>(p["port"].as_int())});
    return ports;
}

std::vector<std::string> service_addresses(const json::Value& service) {
    auto ips = texts(service["spec"]["clusterIPs"]);
    if (ips.empty() && !service["spec"]["clusterIP"].as_string().empty()) ips.push_back(service["spec"]["clusterIP"].as_string());
    std::erase(ips, "None");
    return ips;
}

class InformedDirectory : public Directory {
public:
    explicit InformedDirectory(reconcile::InformerFactory& informers)
        : services_(informers.informer(Gvr{"", "v1", "services"})),
          slices_(informers.informer(Gvr{"discovery.k8s.io", "v1", "endpointslices"})),
          namespaces_(informers.informer(Gvr{"", "v1", "namespaces"})) {
        services_->add_index(std::string(kByAddress), [](const api::Object& service) { return service_addresses(*service.tree()); });
        slices_->add_index(std::string(kByService), [](const api::Object& slice) -> std::vector<std::string> {
            const auto& name = slice.meta().label("kubernetes.io/service-name");
            if (name.empty()) return {};
            return {slice.meta().ns + "/" + name};
        });
        slices_->add_index(std::string(kByAddress), [](const api::Object& slice) {
            std::vector<std::string> ips;
            auto tree = slice.tree();
            for (const auto& endpoint : (*tree)["endpoints"].items())
                if (!endpoint["hostname"].as_string().empty())
                    for (auto& ip : texts(endpoint["addresses"])) ips.push_back(std::move(ip));
            return ips;
        });
    }

    std::optional<ServiceNames> service(std::string_view ns, std::string_view name) const override {
        auto object = services_->get(ns, name);
        if (!object) return std::nullopt;
        auto tree = object->tree();
        ServiceNames names{std::string(name), std::string(ns), {}, {}, {}, {}};
        const auto& spec = (*tree)["spec"];
        if (spec["type"].as_string() == "ExternalName") {
            names.external_name = spec["externalName"].as_string();
            while (names.external_name.ends_with('.')) names.external_name.pop_back();
            return names;
        }
        names.cluster_ips = service_addresses(*tree);
        names.ports = read_ports(spec["ports"]);
        if (names.cluster_ips.empty()) add_endpoints(names);
        return names;
    }

    bool has_namespace(std::string_view ns) const override { return namespaces_->get("", ns) != nullptr; }

    std::string name_of(const std::string& ip) const override {
        if (ip.empty()) return "";
        for (const auto& service : services_->by_index(kByAddress, ip)) return service->meta().name + "." + service->meta().ns + ".svc";
        for (const auto& slice : slices_->by_index(kByAddress, ip)) {
            auto tree = slice->tree();
            for (const auto& endpoint : (*tree)["endpoints"].items())
                for (const auto& address : endpoint["addresses"].items())
                    if (address.as_string() == ip)
                        return endpoint["hostname"].as_string() + "." + slice->meta().label("kubernetes.io/service-name") + "." + slice->meta().ns + ".svc";
        }
        return "";
    }

private:
    void add_endpoints(ServiceNames& names) const {
        for (const auto& slice : slices_->by_index(kByService, names.ns + "/" + names.name)) {
            auto tree = slice->tree();
            if ((*tree)["addressType"].as_string() == "FQDN") continue;
            auto ports = read_ports((*tree)["ports"]);
            for (const auto& endpoint : (*tree)["endpoints"].items()) {
                if (!endpoint["conditions"]["ready"].as_bool(true)) continue;
                for (auto& ip : texts(endpoint["addresses"])) names.endpoints.push_back({ip, endpoint["hostname"].as_string(), ports});
            }
        }
    }

    std::shared_ptr<reconcile::Informer> services_, slices_, namespaces_;
};

}  // namespace

std::unique_ptr<Directory> informed_directory(reconcile::InformerFactory& informers) { return std::make_unique<InformedDirectory>(informers); }

}  // namespace skiff::dns
