// Zone: the names of the cluster (Kubernetes "DNS-Based Service Discovery" 1.1.0): Services, headless endpoints, pods, SRV and PTR.
// Answers from a Directory; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "embedded/dns/message.h"

namespace skiff::dns {

struct ServicePort {
    std::string name, protocol;          // protocol in lower case
    uint16_t port = 0;
};

struct ServiceEndpoint {
    std::string ip, hostname;            // hostname "": the address with dashes stands in
    std::vector<ServicePort> ports;
};

struct ServiceNames {
    std::string name, ns;
    std::vector<std::string> cluster_ips;     // empty: headless
    std::string external_name;
    std::vector<ServicePort> ports;
    std::vector<ServiceEndpoint> endpoints;   // headless only
};

class Directory {
public:
    virtual ~Directory() = default;
    virtual std::optional<ServiceNames> service(std::string_view ns, std::string_view name) const = 0;
    virtual bool has_namespace(std::string_view ns) const = 0;
    // The DNS name below the cluster domain that an address belongs to ("web.default.svc"), "" when none.
    virtual std::string name_of(const std::string& ip) const = 0;
};

class Zone {
public:
    Zone(std::string domain, const Directory& directory) : domain_(std::move(domain)), directory_(directory) {}
    // Nothing when the name is not ours: then it is forwarded.
    std::optional<Answer> answer(const Question& question) const;

private:
    Answer service_answer(const Question& question, const std::vector<std::string>& labels) const;
    Answer pod_answer(const Question& question, const std::vector<std::string>& labels) const;
    std::optional<Answer> reverse_answer(const Question& question) const;
    Answer nothing(Code code) const;
    std::string domain_;
    const Directory& directory_;
};

}  // namespace skiff::dns
