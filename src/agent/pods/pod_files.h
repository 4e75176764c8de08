// The small files that each pod's containers see: /etc/hosts and /etc/resolv.conf, and the pod's host name. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "json/value.h"

namespace skiff::agent::pods {

struct DnsConfig {
    std::vector<std::string> nameservers, searches, options;
    static DnsConfig parse(std::string_view resolv_conf);
    std::string text() const;
};

struct ClusterDns {
    std::vector<std::string> servers;     // 10.43.0.10
    std::string domain;                   // cluster.local
};

// By dnsPolicy and dnsConfig; host: the node's own resolv.conf.
DnsConfig pod_dns(const json::Value& pod, const ClusterDns& cluster, const DnsConfig& host);

// spec.hostname or the pod's name, at most 63 characters; the node's name on the host's network; fully qualified with setHostnameAsFQDN.
std::string pod_hostname(const json::Value& pod, const std::string& node_name, const std::string& cluster_domain);
// host_file: the node's own /etc/hosts, used on the host's network.
std::string hosts_file(const json::Value& pod, const std::vector<std::string>& ips, const std::string& cluster_domain, const std::string& host_file);

}  // namespace skiff::agent::pods
