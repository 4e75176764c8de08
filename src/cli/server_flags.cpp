#include "cli/server_flags.h"

#include "base/file.h"
#include "base/log.h"
#include "json/yaml.h"

namespace skiff::cli {

namespace {

void add_node_flags(FlagSet& flags, NodeFlags& node) {
    flags.add({"config", 'c', &node.config, "configuration file; *.yaml in FILE.d are read after it", "Configuration", "SKIFF_CONFIG_FILE", "FILE"});
    flags.add({"log-level", 0, &node.log_level, "debug, info, warn or error", "Configuration", "SKIFF_LOG_LEVEL", "LEVEL"});
    flags.add({"debug", 0, &node.debug, "the same as --log-level debug", "Configuration", "SKIFF_DEBUG", ""});
    flags.add({"node-name", 0, &node.node_name, "name of the node (default: the host's name)", "Node", "SKIFF_NODE_NAME", "NAME"});
    flags.add({"node-ip", 'i', &node.node_ip, "address that the node advertises (default: that of the default route)", "Node", "", "IP"});
    flags.add({"node-external-ip", 0, &node.node_external_ip, "external address of the node", "Node", "", "IP"});
    flags.add({"node-label", 0, &node.node_labels, "label for the node at registration, KEY=VALUE", "Node", "", "LABEL"});
    flags.add({"node-taint", 0, &node.node_taints, "taint for the node at registration, KEY=VALUE:EFFECT", "Node", "", "TAINT"});
    flags.add({"kubelet-port", 0, &node.kubelet_port, "port of the node API", "Node", "", "PORT"});
    flags.add({"resolv-conf", 0, &node.resolv_conf, "resolv.conf of the host for pods and DNS (default /etc/resolv.conf)", "Node", "SKIFF_RESOLV_CONF", "FILE"});
    flags.add({"private-registry", 0, &node.registries, "registries: mirrors, credentials, certificates", "Node", "", "FILE"});
    flags.add({"state-dir", 0, &node.state_dir, "run time state of containers (default /run/skiff)", "Node", "SKIFF_STATE_DIR", "DIR"});
}

Status read_config(FlagSet& flags, const std::string& path) {
    auto text = TRY(file::read(path, 1 << 20));
    auto config = TRY(json::parse_yaml(text).context("{}", path));
    return flags.apply_config(config, path);
}

}  // namespace

void add_server_flags(FlagSet& flags, server::ServerOptions& server, NodeFlags& node) {
    add_node_flags(flags, node);
    flags.add({"data-dir", 'd', &server.data_dir, "folder of everything that is kept", "Data", "SKIFF_DATA_DIR", "DIR"});
    flags.add({"bind-address", 0, &server.bind_address, "address to listen on", "Listener", "", "IP"});
    flags.add({"https-listen-port", 0, &server.https_listen_port, "port of the API", "Listener", "", "PORT"});
    flags.add({"advertise-address", 0, &server.advertise_address, "address of the API for the members of the cluster (default: the node's)", "Listener", "", "IP"});
    flags.add({"tls-san", 0, &server.tls_sans, "further host names and addresses in the API's certificate", "Listener", "", "NAME"});
    flags.add({"cluster-cidr", 0, &server.cluster_cidr, "addresses of pods", "Network", "", "CIDR"});
    flags.add({"service-cidr", 0, &server.service_cidr, "addresses of Services", "Network", "", "CIDR"});
    flags.add({"service-node-port-range", 0, &server.service_node_port_range, "ports of NodePort Services", "Network", "", "FROM-TO"});
    flags.add({"cluster-dns", 0, &server.cluster_dns, "address of the cluster's DNS, inside --service-cidr", "Network", "", "IP"});
    flags.add({"cluster-domain", 0, &server.cluster_domain, "domain of the cluster's DNS", "Network", "", "DOMAIN"});
    flags.add({"secrets-encryption", 0, &server.secrets_encryption, "encrypt Secrets in the datastore; false counts on the first start only, see `skiff secrets-encrypt`", "Data", "", "true|false"});
    flags.add({"token", 't', &server.token, "shared secret with which servers and agents join", "Cluster", "SKIFF_TOKEN", "TOKEN"});
    flags.add({"token-file", 0, &server.token_file, "file with that secret", "Cluster", "SKIFF_TOKEN_FILE", "FILE"});
    flags.add({"agent-token", 0, &server.agent_token, "secret with which only agents join (default: --token)", "Cluster", "SKIFF_AGENT_TOKEN", "TOKEN"});
    flags.add({"agent-token-file", 0, &server.agent_token_file, "file with that secret", "Cluster", "SKIFF_AGENT_TOKEN_FILE", "FILE"});
    flags.add({"write-kubeconfig", 'o', &server.write_kubeconfig, "where the administrator's kubeconfig is written", "Client", "SKIFF_KUBECONFIG_OUTPUT", "FILE"});
    flags.add({"write-kubeconfig-mode", 0, &server.write_kubeconfig_mode, "mode of that file", "Client", "SKIFF_KUBECONFIG_MODE", "MODE"});
    flags.add({"kube-scheduler-arg", 0, &server.scheduler_args, "config=FILE: a KubeSchedulerConfiguration with profiles, plugins and extenders", "Components", "", "ARG"});
    flags.add({"kube-controller-manager-arg", 0, &server.controller_args, "NAME=VALUE of kube-controller-manager: leader-elect, node-monitor-grace-period, terminated-pod-gc-threshold", "Components", "", "ARG"});
    flags.add({"kube-apiserver-arg", 0, &server.api_args, "NAME=VALUE of kube-apiserver: oidc-*, authentication-*, token-auth-file, anonymous-auth, audit-*, *-admission-plugins, api-audiences, feature-gates, runtime-config", "Components", "", "ARG", false, false});
    flags.add({"disable", 0, &server.disable, "parts not to run: dns, local-storage, metrics-server, network, network-policy, proxy, servicelb", "Components", "", "PART"});
    flags.add({"disable-agent", 0, &node.disable_agent, "run no node in this process", "Components", "", ""});
}

void add_agent_flags(FlagSet& flags, NodeFlags& node) {
    add_node_flags(flags, node);
    flags.add({"server", 's', &node.server_url, "server to join, https://HOST:6443", "Cluster", "SKIFF_URL", "URL"});
    flags.add({"token", 't', &node.token, "token of the cluster (on the server: <data-dir>/server/node-token)", "Cluster", "SKIFF_TOKEN", "TOKEN"});
    flags.add({"token-file", 0, &node.token_file, "file with that token", "Cluster", "SKIFF_TOKEN_FILE", "FILE"});
    flags.add({"data-dir", 'd', &node.data_dir, "folder of everything that is kept", "Data", "SKIFF_DATA_DIR", "DIR"});
}

Status load_flags(FlagSet& flags, NodeFlags& node, const std::vector<std::string>& args) {
    auto words = TRY(flags.parse(args));
    if (!words.empty()) return error(Reason::BadRequest, "unexpected argument \"{}\"", words[0]);
    if (file::exists(node.config)) TRY(read_config(flags, node.config));
    else if (flags.was_set("config")) return error(Reason::NotFound, "--config {}: no such file", node.config);
    if (file::is_dir(node.config + ".d"))
        for (const auto& name : TRY(file::list_dir(node.config + ".d")))
            if (name.ends_with(".yaml") || name.ends_with(".yml")) TRY(read_config(flags, node.config + ".d/" + name));
    log::Level level = log::Level::Info;
    if (!log::parse_level(node.debug ? "debug" : node.log_level, level))
        return error(Reason::BadRequest, "--log-level {}: must be debug, info, warn or error", node.log_level);
    log::set_level(level);
    return {};
}

}  // namespace skiff::cli
