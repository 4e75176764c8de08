#include "agent/pods/pod_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <sstream>

#include "agent/pods/pod_spec.h"
#include "base/strings.h"

namespace skiff::agent::pods {

namespace {

constexpr size_t kNameserversMax = 3, kSearchesMax = 32, kHostnameMax = 63;

void add_unique(std::vector<std::string>& list, const std::string& value) {
    if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

// An option of the pod replaces the one of the same name.
void add_option(std::vector<std::string>& options, const std::string& option) {
    const std::string name = option.substr(0, option.find(':'));
    for (auto& present : options)
        if (present.substr(0, present.find(':')) == name) {
            present = option;
            return;
        }
    options.push_back(option);
}

std::string fqdn(const json::Value& pod, const std::string& short_name, const std::string& cluster_domain) {
    const std::string& subdomain = pod["spec"]["subdomain"].as_string();
    if (subdomain.empty()) return {};
    return fmt::format("{}.{}.{}.svc.{}", short_name, subdomain, pod["metadata"]["namespace"].as_string(), cluster_domain);
}

std::string short_hostname(const json::Value& pod) {
    std::string name = pod["spec"]["hostname"].as_string(pod["metadata"]["name"].as_string());
    if (name.size() > kHostnameMax) {
        name.resize(kHostnameMax);
        while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
    }
    return name;
}

}  // namespace

DnsConfig DnsConfig::parse(std::string_view resolv_conf) {
    DnsConfig config;
    for (const auto line : split_views(resolv_conf, '\n')) {
        std::istringstream words{std::string(line)};
        std::string keyword, word;
        words >> keyword;
        if (keyword == "nameserver" && words >> word) config.nameservers.push_back(word);
        if (keyword == "search" || keyword == "domain") {
            config.searches.clear();
            while (words >> word) config.searches.push_back(word);
        }
        if (keyword == "options")
            while (words >> word) add_option(config.options, word);
    }
    return config;
}

std::string DnsConfig::text() const {
    std::string out;
    if (!searches.empty()) out += "search " + join(searches, " ") + "\n";
    for (const auto& server : nameservers) out += "nameserver " + server + "\n";
    if (!options.empty()) out += "options " + join(options, " ") + "\n";
    return out;
}

DnsConfig pod_dns(const json::Value& pod, const ClusterDns& cluster, const DnsConfig& host) {
    std::string policy = pod["spec"]["dnsPolicy"].as_string("ClusterFirst");
    if (policy == "ClusterFirst" && (host_network(pod) || cluster.servers.empty())) policy = "Default";
    DnsConfig config;
    if (policy == "ClusterFirst" || policy == "ClusterFirstWithHostNet") {
        config.nameservers = cluster.servers;
        const std::string& ns = pod["metadata"]["namespace"].as_string();
        config.searches = {fmt::format("{}.svc.{}", ns, cluster.domain), "svc." + cluster.domain, cluster.domain};
        for (const auto& search : host.searches) add_unique(config.searches, search);
        config.options = {"ndots:5"};
    } else if (policy == "Default") {
        config = host;
    }
    const json::Value& own = pod["spec"]["dnsConfig"];
    for (const auto& server : own["nameservers"].items()) add_unique(config.nameservers, server.as_string());
    for (const auto& search : own["searches"].items()) add_unique(config.searches, search.as_string());
    for (const auto& option : own["options"].items()) {
        const std::string& value = option["value"].as_string();
        add_option(config.options, value.empty() ? option["name"].as_string() : option["name"].as_string() + ":" + value);
    }
    if (config.nameservers.size() > kNameserversMax) config.nameservers.resize(kNameserversMax);
    if (config.searches.size() > kSearchesMax) config.searches.resize(kSearchesMax);
    return config;
}

std::string pod_hostname(const json::Value& pod, const std::string& node_name, const std::string& cluster_domain) {
    if (host_network(pod)) return node_name;
    const std::string& override_name = pod["spec"]["hostnameOverride"].as_string();
    if (!override_name.empty()) return override_name;
    const std::string name = short_hostname(pod);
    if (pod["spec"]["setHostnameAsFQDN"].as_bool())
        if (std::string full = fqdn(pod, name, cluster_domain); !full.empty()) return full;
    return name;
}

std::string hosts_file(const json::Value& pod, const std::vector<std::string>& ips, const std::string& cluster_domain, const std::string& host_file) {
    std::string out;
    if (host_network(pod)) {
        out = "# Kubernetes-managed hosts file (host network).\n" + host_file;
        if (!out.empty() && out.back() != '\n') out += '\n';
    } else {
        out = "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
              "fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n";
        const std::string name = pod["spec"]["hostnameOverride"].as_string(short_hostname(pod));
        const std::string full = fqdn(pod, name, cluster_domain);
        for (const auto& ip : ips) out += full.empty() ? fmt::format("{}\t{}\n", ip, name) : fmt::format("{}\t{}\t{}\n", ip, full, name);
    }
    const auto& aliases = pod["spec"]["hostAliases"].items();
    if (!aliases.empty()) out += "\n# Entries added by HostAliases.\n";
    for (const auto& alias : aliases) {
        out += alias["ip"].as_string();
        for (const auto& name : alias["hostnames"].items()) out += "\t" + name.as_string();
        out += "\n";
    }
    return out;
}

}  // namespace skiff::agent::pods
