// AddressPool: which pod has which address of the node's podCIDR. A lease is one small file named after the address, so leases survive a
// crash at any moment and are seen by a plain ls. The first address is the bridge's, network and broadcast are never given.
// One thread at a time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/sys/ip.h"
#include "base/status.h"

namespace skiff::agent::network {

class AddressPool {
public:
    static Result<AddressPool> open(const std::string& folder, const sys::Cidr& cidr);
    // The pod's address; a new lease when it has none. ServiceUnavailable when the range is used up.
    Result<sys::IpAddress> lease(const std::string& pod_uid);
    const sys::IpAddress* find(const std::string& pod_uid) const;
    Status release(const std::string& pod_uid);
    std::vector<std::string> pods() const;

private:
    AddressPool(std::string folder, const sys::Cidr& cidr) : folder_(std::move(folder)), cidr_(cidr) {}
    std::string folder_;
    sys::Cidr cidr_;
    std::map<std::string, sys::IpAddress> by_pod_;
    std::map<std::string, std::string> by_address_;   // text -> pod
    uint64_t next_ = 2;                               // addresses rotate, so that a freed one rests
};

}  // namespace skiff::agent::network
