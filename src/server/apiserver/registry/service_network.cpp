#include "server/apiserver/registry/service_network.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/random.h"
#include "base/strings.h"

namespace skiff::apiserver {
namespace {

// Zeros before a number mean nothing, as in Kubernetes: 010.0.0.1 is 10.0.0.1.
std::optional<uint32_t> parse_ip(const std::string& text) {
    in_addr address{};
    std::string plain;
    for (size_t i = 0; i < text.size(); ++i) {
        const bool first = plain.empty() || plain.back() == '.';
        if (!first || text[i] != '0' || i + 1 == text.size() || text[i + 1] == '.') plain.push_back(text[i]);
    }
    if (inet_pton(AF_INET, plain.c_str(), &address) != 1) return {};
    return ntohl(address.s_addr);
}

std::string format_ip(uint32_t ip) { return fmt::format("{}.{}.{}.{}", ip >> 24, (ip >> 16) & 255, (ip >> 8) & 255, ip & 255); }

// The lower part of the range that is left to chosen addresses (Kubernetes' KEP-3070): between 16 and 256 of them.
uint32_t static_band(uint32_t size) { return std::min<uint32_t>(std::max<uint32_t>(16, size / 16), std::min<uint32_t>(256, size / 2)); }

const api::Gvr kServices{"", "v1", "services"};

}  // namespace

std::optional<ServiceNetwork::Range> ServiceNetwork::parse_range(const std::string& cidr) {
    const size_t slash = cidr.find('/');
    const auto base = parse_ip(cidr.substr(0, slash));
    const auto bits = slash == std::string::npos ? std::nullopt : parse_int(std::string_view(cidr).substr(slash + 1));
    if (!base || !bits || *bits < 8 || *bits > 30) return {};
    const uint32_t size = 1u << (32 - *bits);
    return Range{*base & ~(size - 1), size};
}

Result<std::shared_ptr<ServiceNetwork>> ServiceNetwork::create(const std::string& cidr, int port_min, int port_max) {
    const auto range = parse_range(cidr);
    if (!range) return error(Reason::BadRequest, "service CIDR \"{}\" is not an IPv4 range of /8 to /30", cidr);
    if (port_min < 1 || port_max > 65535 || port_min > port_max) return error(Reason::BadRequest, "service node port range {}-{} is not valid", port_min, port_max);
    std::shared_ptr<ServiceNetwork> network(new ServiceNetwork);
    network->own_ = *range;
    network->cidr_ = format_ip(range->base) + cidr.substr(cidr.find('/'));
    network->port_min_ = port_min;
    network->port_max_ = port_max;
    return network;
}

std::vector<ServiceNetwork::Range> ServiceNetwork::more_ranges(const Reader& reader) {
    std::vector<Range> ranges;
    for (const api::ObjectPtr& object : reader.list({"networking.k8s.io", "v1", "servicecidrs"})) {
        if (object->meta().deleting()) continue;
        const api::TreePtr tree = object->tree();
        bool ready = false;
        for (const json::Value& condition : (*tree)["status"]["conditions"].items())
            ready |= condition["type"].as_string() == "Ready" && condition["status"].as_string() == "True";
        if (!ready) continue;
        for (const json::Value& cidr : (*tree)["spec"]["cidrs"].items())
            if (const auto range = parse_range(cidr.as_string())) ranges.push_back(*range);
    }
    return ranges;
}

void ServiceNetwork::load(const Reader& reader) {
    std::lock_guard lock(mutex_);
    for (const api::ObjectPtr& service : reader.list(kServices)) {
        api::TreePtr tree = service->tree();
        for (const json::Value& ip : (*tree)["spec"]["clusterIPs"].items())
            if (auto n = parse_ip(ip.as_string())) ips_.insert(*n);
        for (const json::Value& port : (*tree)["spec"]["ports"].items())
            if (int64_t n = port["nodePort"].as_int(); n > 0) ports_.insert(static_cast<int>(n));
        if (int64_t n = (*tree)["spec"]["healthCheckNodePort"].as_int(); n > 0) ports_.insert(static_cast<int>(n));
    }
}

std::optional<uint32_t> ServiceNetwork::free_one(const Range& range) const {
    auto search = [&](uint32_t from, uint32_t to) -> std::optional<uint32_t> {   // offsets [from, to)
        if (to <= from) return {};
        uint32_t start = from + static_cast<uint32_t>(random_u64() % (to - from));
        for (uint32_t i = 0; i < to - from; ++i) {
            uint32_t offset = from + (start - from + i) % (to - from);
            if (ips_.count(range.base + offset) == 0) return range.base + offset;
        }
        return {};
    };
    const uint32_t band = static_band(range.size);
    const auto ip = search(band, range.size - 1);
    return ip ? ip : search(1, band);
}

Result<std::string> ServiceNetwork::take_ip(const std::string& wanted, const Reader& reader, Run run) {
    std::lock_guard lock(mutex_);
    if (!wanted.empty()) {
        auto ip = parse_ip(wanted);
        bool inside = ip && own_.holds(*ip);
        if (ip && !inside)
            for (const Range& range : more_ranges(reader)) inside |= range.holds(*ip);
        if (!inside && run == Run::Dry)
            return error(Reason::Invalid, "failed to allocate IP {0}: the provided IP ({0}) is not in the valid range. The range of valid IPs is {1}", wanted, cidr_);
        if (!inside)
            return error(Reason::Invalid, "failed to allocate IP {}: the provided network does not match the current range", wanted);
        if (!ips_.insert(*ip).second) return error(Reason::Invalid, "failed to allocate IP {}: provided IP is already allocated", wanted);
        return wanted;
    }
    auto ip = free_one(own_);
    if (!ip)
        for (const Range& range : more_ranges(reader))
            if ((ip = free_one(range))) break;
    if (!ip) return error(Reason::InternalError, "Internal error occurred: failed to allocate a serviceIP: range is full");
    ips_.insert(*ip);
    return format_ip(*ip);
}

Result<int> ServiceNetwork::take_port(int wanted, Run run) {
    std::lock_guard lock(mutex_);
    if (wanted != 0) {
        if (run == Run::Real && (wanted < port_min_ || wanted > port_max_))
            return error(Reason::Invalid, "provided port is not in the valid range. The range of valid ports is {}-{}", port_min_, port_max_);
        if (!ports_.insert(wanted).second) return error(Reason::Invalid, "provided port is already allocated");
        return wanted;
    }
    int count = port_max_ - port_min_ + 1;
    int start = static_cast<int>(random_u64() % static_cast<uint64_t>(count));
    for (int i = 0; i < count; ++i) {
        int port = port_min_ + (start + i) % count;
        if (ports_.insert(port).second) return port;
    }
    return error(Reason::InternalError, "Internal error occurred: failed to allocate a nodePort: range is full");
}

void ServiceNetwork::free_ip(const std::string& ip) {
    std::lock_guard lock(mutex_);
    if (auto n = parse_ip(ip)) ips_.erase(*n);
}

void ServiceNetwork::free_port(int port) {
    std::lock_guard lock(mutex_);
    ports_.erase(port);
}

bool ServiceNetwork::ip_taken(const std::string& ip) const {
    std::lock_guard lock(mutex_);
    auto n = parse_ip(ip);
    return n && ips_.count(*n) > 0;
}

std::string ServiceNetwork::first_ip() const { return format_ip(own_.base + 1); }

}  // namespace skiff::apiserver
