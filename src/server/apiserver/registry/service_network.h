// ServiceNetwork: which cluster addresses and node ports Services hold. Rebuilt from the stored Services at start, so it cannot leak
// across restarts. Single-stack IPv4. Any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "json/value.h"
#include "server/apiserver/reader.h"

namespace skiff::apiserver {

// What only tries looks at less: whether a port is in its range at all is not asked.
enum class Run { Real, Dry };

class ServiceNetwork {
public:
    // cidr: "10.43.0.0/16".
    static Result<std::shared_ptr<ServiceNetwork>> create(const std::string& cidr, int port_min, int port_max);
    // Takes over what the stored Services hold.
    void load(const Reader& reader);

    // Empty: any free one, from the upper part of the range so that the lower stays for addresses that people choose.
    // Further ranges are those of ServiceCIDRs that are ready. Invalid: in no range or taken, in Kubernetes' words.
    Result<std::string> take_ip(const std::string& wanted, const Reader& reader, Run run = Run::Real);
    Result<int> take_port(int wanted, Run run = Run::Real);
    void free_ip(const std::string& ip);
    void free_port(int port);
    // Of a dry run: the same answers without taking.
    bool ip_taken(const std::string& ip) const;

    const std::string& cidr() const { return cidr_; }
    // The first address, of the Service kubernetes.
    std::string first_ip() const;

private:
    ServiceNetwork() = default;
    struct Range {
        uint32_t base = 0, size = 0;                      // addresses, network and broadcast included
        bool holds(uint32_t ip) const { return ip > base && ip < base + size - 1; }
    };
    static std::optional<Range> parse_range(const std::string& cidr);
    static std::vector<Range> more_ranges(const Reader& reader);
    std::optional<uint32_t> free_one(const Range& range) const;
    std::string cidr_;
    Range own_;
    int port_min_ = 0, port_max_ = 0;
    mutable std::mutex mutex_;
    std::set<uint32_t> ips_;
    std::set<int> ports_;
};

}  // namespace skiff::apiserver
