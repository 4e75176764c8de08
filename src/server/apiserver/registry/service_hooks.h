// ServiceClaim: the addresses and ports that one write of a Service takes. What was taken is given back when the write fails
// (destruction without keep()); what the old Service held and the new one does not is freed by keep(). Does nothing for other kinds.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "server/apiserver/core.h"
#include "server/apiserver/registry/service_network.h"

namespace skiff::apiserver {

class ServiceClaim {
public:
    ServiceClaim() = default;
    ServiceClaim(const ServiceClaim&) = delete;
    ServiceClaim& operator=(const ServiceClaim&) = delete;
    ~ServiceClaim();

    Status on_create(Core& core, const api::KindInfo& kind, json::Value& object, bool dry_run);
    Status on_update(Core& core, const api::KindInfo& kind, json::Value& object, const json::Value& old, bool dry_run);
    void on_delete(Core& core, const api::KindInfo& kind, const json::Value& object);
    void keep();

private:
    friend class ServiceNetwork;
    ServiceNetwork* network_ = nullptr;
    const Reader* reader_ = nullptr;
    Run run_ = Run::Real;
    std::vector<std::string> taken_ips_, freed_ips_;
    std::vector<int> taken_ports_, freed_ports_;
    Status allocate(json::Value& object, const json::Value* old);
    Status allocate_ips(json::Value& object, const json::Value* old);
    Status allocate_ports(json::Value& object, const json::Value* old);
    Status take_new_ports(json::Value& object);
    Status take_further_ports(json::Value& object, const std::set<int64_t>& held);
    Result<int> take_port(const json::Value& object, size_t index, int64_t wanted);   // 0: any
    void give_back();
};

// Before validation of an update: addresses, ports and families that the new Service leaves out are the old one's, and what its new type
// cannot have goes. Does nothing for other kinds.
void carry_service_fields(const api::KindInfo& kind, json::Value& object, const json::Value& old);

// After validation: what nobody is shown of a service of its type.
void hide_service_fields(const api::KindInfo& kind, json::Value& object);

}  // namespace skiff::apiserver
