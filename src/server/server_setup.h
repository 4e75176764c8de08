// What a server derives from its options before it starts: checked ranges, names of its certificate, tokens from files. Pure but for reading files.
#pragma once

#include "base/status.h"
#include "pki/certificate.h"
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
Result<std::pair<int, int>> parse_port_range(const std::string& text);
// Writes the administrator's kubeconfig with --write-kubeconfig-mode.
Status write_admin_kubeconfig(const ServerOptions& options, const std::string& ca_pem, const std::string& certificate_pem, const std::string& key_pem);

}  // namespace skiff::server
