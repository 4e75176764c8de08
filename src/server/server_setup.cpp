#include "server/server_setup.h"

#include <arpa/inet.h>

#include <cstring>

#include "api/timestamp.h"
#include "base/file.h"
#include "base/strings.h"
#include "client/kubeconfig.h"

namespace skiff::server {

namespace {

struct Range {
    uint32_t network = 0, mask = 0;
    bool contains(uint32_t ip) const { return (ip & mask) == network; }
};

Result<uint32_t> parse_ipv4(std::string_view text, const char* flag) {
    in_addr address{};
    if (::inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return error(Reason::BadRequest, "{} {}: is no IPv4 address", flag, text);
    return ntohl(address.s_addr);
}

Result<Range> parse_range(const std::string& text, const char* flag) {
    auto slash = text.find('/');
    auto prefix = slash == std::string::npos ? std::nullopt : parse_int(text.substr(slash + 1));
    if (!prefix || *prefix < 8 || *prefix > 30) return error(Reason::BadRequest, "{} {}: must be ADDRESS/PREFIX with a prefix from 8 to 30", flag, text);
    const uint32_t mask = ~uint32_t{0} << (32 - *prefix);
    return Range{TRY(parse_ipv4(text.substr(0, slash), flag)) & mask, mask};
}

bool is_ip(const std::string& text) {
    unsigned char bytes[16];
    return ::inet_pton(AF_INET, text.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

void add_unique(std::vector<std::string>& list, const std::string& item) {
    for (const auto& present : list)
        if (present == item) return;
    list.push_back(item);
}

}  // namespace

Result<std::pair<int, int>> parse_port_range(const std::string& text) {
    auto dash = text.find('-');
    auto from = parse_int(text.substr(0, dash)), to = dash == std::string::npos ? std::nullopt : parse_int(text.substr(dash + 1));
    if (!from || !to || *from < 1 || *to > 65535 || *from > *to)
        return error(Reason::BadRequest, "--service-node-port-range {}: must be FROM-TO within 1-65535", text);
    return std::pair<int, int>(*from, *to);
}

Result<std::string> kubernetes_service_ip(const std::string& service_cidr) {
    auto range = TRY(parse_range(service_cidr, "--service-cidr"));
    in_addr first{htonl(range.network + 1)};
    char text[INET_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET, &first, text, sizeof text);
    return std::string(text);
}

Result<ControllerSettings> controller_settings(const std::vector<std::string>& args) {
    ControllerSettings settings;
    for (const auto& arg : args) {
        const auto equals = arg.find('=');
        const auto name = arg.substr(0, equals), value = equals == std::string::npos ? std::string() : arg.substr(equals + 1);
        if (name == "node-monitor-grace-period") {
            const auto period = TRY(api::parse_duration(value).context("--kube-controller-manager-arg {}", arg));
            settings.node_grace_s = std::chrono::ceil<std::chrono::seconds>(period).count();
        } else if (name == "terminated-pod-gc-threshold") {
            const auto count = parse_int(value);
            if (!count) return error(Reason::BadRequest, "--kube-controller-manager-arg {}: is no number", arg);
            settings.terminated_pods_max = *count;
        } else if (name == "leader-elect") {
            if (value != "true" && value != "false") return error(Reason::BadRequest, "--kube-controller-manager-arg {}: must be true or false", arg);
            settings.leader_elect = value == "true";
        } else {
            return error(Reason::BadRequest, "--kube-controller-manager-arg {}: known are leader-elect, node-monitor-grace-period and terminated-pod-gc-threshold", name);
        }
    }
    if (settings.node_grace_s < 1) return error(Reason::BadRequest, "--kube-controller-manager-arg node-monitor-grace-period: must be at least 1s");
    return settings;
}

Result<scheduler::Configuration> scheduler_configuration(const std::vector<std::string>& args) {
    scheduler::Configuration configuration;
    for (const auto& arg : args) {
        const auto equals = arg.find('=');
        if (arg.substr(0, equals) != "config" || equals == std::string::npos) return error(Reason::BadRequest, "--kube-scheduler-arg {}: known is config=FILE", arg);
        configuration = TRY(scheduler::read_configuration(TRY(file::read(arg.substr(equals + 1)))).context("--kube-scheduler-arg {}", arg));
    }
    return configuration;
}

json::Value dns_service(const ServerOptions& options) {
    using json::Value;
    auto port = [](const char* name, const char* protocol) {
        return Value::object({{"name", name}, {"port", 53}, {"protocol", protocol}, {"targetPort", 53}});
    };
    auto labels = Value::object({{"k8s-app", "kube-dns"}, {"kubernetes.io/cluster-service", "true"}, {"kubernetes.io/name", "CoreDNS"}});
    auto metadata = Value::object({{"name", "kube-dns"}, {"namespace", "kube-system"}, {"labels", std::move(labels)}});
    auto spec = Value::object({{"clusterIP", options.cluster_dns},
                               {"clusterIPs", Value::array({options.cluster_dns})},
                               {"type", "ClusterIP"},
                               {"ports", Value::array({port("dns", "UDP"), port("dns-tcp", "TCP")})}});
    return Value::object({{"apiVersion", "v1"}, {"kind", "Service"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}});
}

Status check_options(const ServerOptions& options) {
    auto pods = TRY(parse_range(options.cluster_cidr, "--cluster-cidr"));
    auto services = TRY(parse_range(options.service_cidr, "--service-cidr"));
    if (pods.contains(services.network) || services.contains(pods.network))
        return error(Reason::BadRequest, "--cluster-cidr {} and --service-cidr {} overlap", options.cluster_cidr, options.service_cidr);
    if (!services.contains(TRY(parse_ipv4(options.cluster_dns, "--cluster-dns"))))
        return error(Reason::BadRequest, "--cluster-dns {} is not in --service-cidr {}", options.cluster_dns, options.service_cidr);
    TRY(parse_port_range(options.service_node_port_range));
    TRY(controller_settings(options.controller_args));
    TRY(scheduler_configuration(options.scheduler_args));
    if (options.https_listen_port < 1 || options.https_listen_port > 65535)
        return error(Reason::BadRequest, "--https-listen-port {}: must be within 1-65535", options.https_listen_port);
    for (const auto& part : options.disable) {
        static const std::vector<std::string> kParts{"dns", "network", "proxy", "coredns", "servicelb", "traefik", "local-storage", "metrics-server", "network-policy"};
        bool known = false;
        for (const auto& name : kParts) known = known || name == part;
        if (!known) return error(Reason::BadRequest, "--disable {}: no such part; known are dns, local-storage, metrics-server, network, network-policy, proxy, servicelb", part);
    }
    return {};
}

Status read_token_files(ServerOptions& options) {
    auto read = [](const std::string& path, std::string& token, const char* flag) -> Status {
        if (path.empty()) return {};
        if (!token.empty()) return error(Reason::BadRequest, "{}-file and {} cannot both be given", flag, flag);
        token = std::string(trim(TRY(file::read(path, 4096).context("{}-file", flag))));
        return {};
    };
    TRY(read(options.token_file, options.token, "--token"));
    return read(options.agent_token_file, options.agent_token, "--agent-token");
}

Result<pki::Names> serving_names(const ServerOptions& options) {
    pki::Names names;
    names.common_name = "kube-apiserver";
    for (const std::string& name : {std::string("localhost"), std::string("kubernetes"), std::string("kubernetes.default"), std::string("kubernetes.default.svc"),
                                    "kubernetes.default.svc." + options.cluster_domain, options.node_name})
        if (!name.empty()) add_unique(names.dns, name);
    add_unique(names.ips, "127.0.0.1");
    add_unique(names.ips, "::1");
    add_unique(names.ips, TRY(kubernetes_service_ip(options.service_cidr)));
    for (const auto& address : {options.node_ip, options.advertise_address})
        if (!address.empty()) add_unique(names.ips, address);
    if (is_ip(options.bind_address) && options.bind_address != "0.0.0.0" && options.bind_address != "::") add_unique(names.ips, options.bind_address);
    for (const auto& san : options.tls_sans) add_unique(is_ip(san) ? names.ips : names.dns, san);
    return names;
}

Status write_admin_kubeconfig(const ServerOptions& options, const std::string& ca_pem, const std::string& certificate_pem, const std::string& key_pem) {
    mode_t mode = 0;
    for (char c : options.write_kubeconfig_mode) {
        if (c < '0' || c > '7') return error(Reason::BadRequest, "--write-kubeconfig-mode {}: must be octal, for example 0600", options.write_kubeconfig_mode);
        mode = mode * 8 + static_cast<mode_t>(c - '0');
    }
    client::KubeconfigFacts facts;
    facts.server = fmt::format("https://127.0.0.1:{}", options.https_listen_port);
    facts.ca_pem = ca_pem;
    facts.certificate_pem = certificate_pem;
    facts.key_pem = key_pem;
    const auto& path = options.write_kubeconfig;
    if (auto slash = path.rfind('/'); slash != std::string::npos && slash > 0) TRY(file::make_dirs(path.substr(0, slash)));
    return file::write_atomic(path, client::write_kubeconfig(facts), mode).context("--write-kubeconfig");
}

}  // namespace skiff::server
