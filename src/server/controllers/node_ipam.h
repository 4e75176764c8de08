// Node IPAM: gives each node its part of the cluster's pod addresses (spec.podCIDR), the lowest free one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "reconcile/controller.h"

namespace skiff::controllers {

// The blocks of one range: an IPv4 or IPv6 CIDR cut into blocks of `bits`. Pure.
class CidrBlocks {
public:
    static Result<CidrBlocks> create(const std::string& cidr, int bits);
    std::optional<uint64_t> index_of(const std::string& block) const;      // nothing when it is not a block of the range
    std::string block(uint64_t index) const;
    uint64_t count() const { return count_; }
    std::optional<uint64_t> lowest_free(const std::set<uint64_t>& used) const;
    bool ipv6() const { return ipv6_; }

private:
    bool ipv6_ = false;
    unsigned char base_[16] = {};
    int prefix_ = 0, bits_ = 0;
    uint64_t count_ = 0;
};

// cluster_cidr: "10.42.0.0/16" or "10.42.0.0/16,fd00:42::/56"; IPv6 blocks are /64.
std::unique_ptr<reconcile::Controller> make_node_ipam_controller(const std::string& cluster_cidr, int node_cidr_bits);

}  // namespace skiff::controllers
