// What a server derives from its options before it starts: checked ranges, names of its certificate, tokens from files. Pure but for reading files.
#pragma once

#include "base/status.h"
#include "json/value.h"
#include "pki/certificate.h"
#include "server/scheduler/configuration.h"
#include "server/server_options.h"

namespace skiff::server {

// BadRequest that names the flag.
Status check_options(const ServerOptions& options);
// Replaces --token-file and --agent-token-file by what they hold.
Status read_token_files(ServerOptions& options);
// localhost, the kubernetes Service's names and address, node and advertise addresses, --tls-san.
Result<pki::Names> serving_names(const ServerOptions& options);
// The first address of the service range: the kubernetes Service.
Result<std::string> kubernetes_service_ip(const std::string& service_cidr);
// What of --kube-controller-manager-arg concerns us. BadRequest for a name that is not known here.
struct ControllerSettings {
    int64_t node_grace_s = 50;              // node-monitor-grace-period
    int64_t terminated_pods_max = 12'500;   // terminated-pod-gc-threshold
    // leader-elect: only the holder of Lease kube-system/kube-controller-manager runs controllers and scheduler. For servers that share a
    // datastore; a server that is alone on its own never asks, and so never stops over a missed lease.
    bool leader_elect = false;
};
Result<ControllerSettings> controller_settings(const std::vector<std::string>& args);
// What --kube-scheduler-arg config=FILE says.
Result<scheduler::Configuration> scheduler_configuration(const std::vector<std::string>& args);
// The Service kube-system/kube-dns, under whose address every node's agent answers.
json::Value dns_service(const ServerOptions& options);
Result<std::pair<int, int>> parse_port_range(const std::string& text);
// Writes the administrator's kubeconfig with --write-kubeconfig-mode.
Status write_admin_kubeconfig(const ServerOptions& options, const std::string& ca_pem, const std::string& certificate_pem, const std::string& key_pem);

}  // namespace skiff::server
