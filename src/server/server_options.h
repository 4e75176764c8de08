// ServerOptions: what `skiff server` can be told, with k3s's names and defaults where they mean the same. Filled by cli/server_flags.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace skiff::server {

struct ServerOptions {
    std::string data_dir = "/var/lib/skiff";
    std::string bind_address = "0.0.0.0";
    int64_t https_listen_port = 6443;
    std::string advertise_address;                     // "" the node's address
    std::vector<std::string> tls_sans;
    std::string token, token_file;                     // "" made on first start
    std::string agent_token, agent_token_file;
    std::string cluster_cidr = "10.42.0.0/16";
    std::string service_cidr = "10.43.0.0/16";
    std::string cluster_dns = "10.43.0.10";
    std::string cluster_domain = "cluster.local";
    std::string service_node_port_range = "30000-32767";
    std::string write_kubeconfig = "/etc/skiff/kubeconfig.yaml";
    std::string write_kubeconfig_mode = "0600";
    std::vector<std::string> disable;                  // names as check_options knows them
    int64_t kubelet_port = 10250;
    std::vector<std::string> controller_args;          // NAME=VALUE as kube-controller-manager names them; see apply_controller_args
    std::vector<std::string> scheduler_args;           // config=FILE
    std::vector<std::string> api_args;                 // NAME=VALUE as kube-apiserver names them; see api_settings.h
    bool secrets_encryption = true;                    // of a cluster that has no key file yet
    std::string node_ip;                               // also a name in the serving certificate
    std::string node_name;
};

}  // namespace skiff::server
