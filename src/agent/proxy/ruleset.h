// Ruleset: the svc-* part of the nftables table. It knows what the kernel holds and turns a changed Service into the smallest transaction.
//
// A packet's cost does not depend on the number of Services: one lookup of (address, protocol, port) in a verdict map goes to a chain that
// fits the number of endpoints; there one lookup of (address, protocol, port, random index) yields the endpoint. Chains are shared by all
// Services with as many endpoints, so a Service is nothing but map elements. Node ports use the address 0.0.0.0.
// One thread at a time. Building is pure; the caller commits.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/proxy/service_rules.h"
#include "agent/sys/conntrack.h"
#include "agent/sys/ip.h"
#include "agent/sys/nft.h"

namespace skiff::agent::proxy {

class Ruleset {
public:
    Ruleset(std::string table, const sys::Cidr& cluster) : table_(std::move(table)), cluster_(cluster) {}
    // The whole part anew, from what is wanted: at start and for repair.
    sys::NftBatch rebuild();
    // Adds to the batch what turns a Service (its key) into what is wanted now; an empty list removes it.
    void change(sys::NftBatch& batch, const std::string& service, std::vector<Frontend> frontends);
    const std::map<std::string, std::vector<Frontend>>& services() const { return services_; }
    // Affinity elements that point to endpoints which are gone must go too; the caller lists and removes them by this test.
    bool affinity_is_stale(std::string_view key, std::string_view data) const;
    // A UDP connection to a frontend of one of these Services whose answers come from no endpoint of it: it must be forgotten, or its
    // client's packets go on to where nobody is.
    bool flow_is_stale(const std::set<std::string>& services, const sys::Flow& flow) const;
    // How many elements the kernel's map of addresses must have.
    size_t address_count() const;
    const std::string& table() const { return table_; }
    static constexpr std::string_view kAffinity = "svc-affinity", kAddresses = "svc-frontends";

private:
    // Makes the kernel's part of one Service equal to what it wants, as far as nobody else has the addresses.
    void replace(sys::NftBatch& batch, const std::string& service, std::vector<Frontend> frontends);
    void add_frontend(sys::NftBatch& batch, const Frontend& front);
    void remove_frontend(sys::NftBatch& batch, const Frontend& front);
    void need_chain(sys::NftBatch& batch, const Frontend& front);
    void add_structure(sys::NftBatch& batch);
    std::string table_;
    sys::Cidr cluster_;
    std::map<std::string, std::vector<Frontend>> services_;   // in force
    // Two Services may claim one address (externalIPs): the first has it until it lets go, the others wait here with all they want.
    std::map<std::string, std::string> owners_;               // key of a frontend -> Service
    std::map<std::string, std::vector<Frontend>> waiting_;
    std::set<std::string> chains_;                       // made on demand, kept
};

}  // namespace skiff::agent::proxy
