#include "client/kubeconfig.h"

#include <cstdlib>

#include "base/encoding.h"
#include "base/file.h"
#include "base/strings.h"
#include "json/yaml.h"

namespace skiff::client {

namespace {

constexpr std::string_view kLists[] = {"clusters", "contexts", "users"};
// Members that name files; they become absolute when a file is read.
constexpr std::string_view kFiles[] = {"certificate-authority", "client-certificate", "client-key", "tokenFile"};
constexpr const char* kServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount/";

std::string env(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

const json::Value* named(const json::Value& list, std::string_view name) {
    for (const auto& item : list.items())
        if (item["name"].as_string() == name) return &item;
    return nullptr;
}

void make_files_absolute(json::Value& tree, const std::string& folder) {
    for (auto list : kLists) {
        auto* items = tree.find(list);
        if (!items) continue;
        for (auto& item : items->mut_items())
            for (auto part : {"cluster", "user"}) {
                auto* entry = item.find(part);
                if (!entry) continue;
                for (auto name : kFiles)
                    if (auto* path = entry->find(name); path && !path->as_string().empty() && path->as_string()[0] != '/')
                        *path = json::Value(folder + "/" + path->as_string());
            }
    }
}

// PEM from NAME-data (base64) or from the file NAME; "" when neither is given.
Result<std::string> pem(const json::Value& entry, const std::string& name) {
    const std::string& data = entry[name + "-data"].as_string();
    if (!data.empty()) {
        auto decoded = base64_decode(replace_all(replace_all(data, "\n", ""), " ", ""));
        if (!decoded) return error(Reason::BadRequest, "{}-data is not base64", name);
        return *decoded;
    }
    const std::string& path = entry[name].as_string();
    if (path.empty()) return std::string();
    return file::read(path, 1 << 20);
}

Status apply_user(const json::Value& user, RemoteConfig& config) {
    if (user.has("exec") || user.has("auth-provider"))
        return error(Reason::BadRequest, "credential plugins (exec, auth-provider) are not run; use a client certificate or a token");
    config.tls.certificate_pem = TRY(pem(user, "client-certificate"));
    config.tls.key_pem = TRY(pem(user, "client-key"));
    config.token = user["token"].as_string();
    config.token_file = user["tokenFile"].as_string();
    config.username = user["username"].as_string();
    config.password = user["password"].as_string();
    config.impersonate_user = user["as"].as_string();
    for (const auto& group : user["as-groups"].items()) config.impersonate_groups.push_back(group.as_string());
    return {};
}

Status apply_cluster(const json::Value& cluster, RemoteConfig& config) {
    config.servers = {cluster["server"].as_string()};
    config.tls.ca_pem = TRY(pem(cluster, "certificate-authority"));
    config.tls.server_name = cluster["tls-server-name"].as_string();
    config.tls.insecure_skip_verify = cluster["insecure-skip-tls-verify"].as_bool();
    return {};
}

}  // namespace

Result<Kubeconfig> Kubeconfig::parse(std::string_view text, const std::string& folder) {
    Kubeconfig config;
    auto tree = TRY(json::parse_yaml(text));
    if (tree.is_null()) return config;
    if (!tree.is_object()) return error(Reason::BadRequest, "a kubeconfig must be an object");
    config.tree_ = std::move(tree);
    make_files_absolute(config.tree_, folder);
    return config;
}

Result<Kubeconfig> Kubeconfig::load(const std::vector<std::string>& paths) {
    Kubeconfig merged;
    for (const auto& path : paths) {
        auto text = file::read(path, 4 << 20);
        if (!text.ok() && text.status().reason() == Reason::NotFound) continue;
        if (!text.ok()) return std::move(text).status();
        auto slash = path.rfind('/');
        auto one = parse(*text, slash == std::string::npos ? "." : path.substr(0, slash));
        if (!one.ok()) return std::move(one).context("kubeconfig {}", path);
        merged.merge(*one);
    }
    return merged;
}

Result<RemoteConfig> Kubeconfig::credentials(const json::Value& user) {
    RemoteConfig config;
    TRY(apply_user(user, config));
    return config;
}

void Kubeconfig::merge(const Kubeconfig& later) {
    for (const auto& [key, value] : later.tree_.members()) {
        auto* mine = tree_.find(key);
        if (!mine || mine->empty()) {
            tree_.set(key, value);
            continue;
        }
        if (!mine->is_array()) continue;
        for (const auto& item : value.items())
            if (!named(*mine, item["name"].as_string())) mine->push_back(item);
    }
}

std::vector<std::string> Kubeconfig::default_paths() {
    if (auto paths = env("KUBECONFIG"); !paths.empty()) {
        std::vector<std::string> found;
        for (auto& path : split(paths, ':'))
            if (!path.empty()) found.push_back(std::move(path));
        return found;
    }
    std::string home = env("HOME") + "/.kube/config";
    if (file::exists(home)) return {home};
    return {"/etc/skiff/kubeconfig.yaml"};
}

Result<Connection> Kubeconfig::in_cluster() {
    std::string host = env("KUBERNETES_SERVICE_HOST"), port = env("KUBERNETES_SERVICE_PORT");
    std::string folder = kServiceAccount;
    if (host.empty() || !file::exists(folder + "token")) return error(Reason::NotFound, "this process does not run in a pod of a cluster");
    if (contains(host, ":")) host = "[" + host + "]";
    Connection connection;
    connection.config.servers = {"https://" + host + ":" + (port.empty() ? "443" : port)};
    connection.config.tls.ca_pem = TRY(file::read(folder + "ca.crt", 1 << 20));
    connection.config.token_file = folder + "token";
    auto ns = file::read(folder + "namespace", 4096);
    connection.ns = ns.ok() ? std::string(trim(*ns)) : "default";
    return connection;
}

Result<Connection> Kubeconfig::resolve(const KubeconfigOverrides& overrides) const {
    Connection connection;
    connection.context = overrides.context.empty() ? tree_["current-context"].as_string() : overrides.context;
    const auto* context = named(tree_["contexts"], connection.context);
    if (!context && !overrides.context.empty()) return error(Reason::NotFound, "context \"{}\" does not exist", overrides.context);
    static const json::Value kNone;
    const auto& facts = context ? (*context)["context"] : kNone;
    connection.cluster = overrides.cluster.empty() ? facts["cluster"].as_string() : overrides.cluster;
    connection.user = overrides.user.empty() ? facts["user"].as_string() : overrides.user;
    connection.ns = !overrides.ns.empty() ? overrides.ns : facts["namespace"].as_string("");
    if (connection.ns.empty()) connection.ns = "default";

    const auto* cluster = named(tree_["clusters"], connection.cluster);
    if (cluster) TRY(apply_cluster((*cluster)["cluster"], connection.config));
    else if (!connection.cluster.empty()) return error(Reason::NotFound, "cluster \"{}\" does not exist", connection.cluster);
    const auto* user = named(tree_["users"], connection.user);
    if (user) TRY(apply_user((*user)["user"], connection.config));
    else if (!connection.user.empty()) return error(Reason::NotFound, "auth info \"{}\" does not exist", connection.user);

    if (!overrides.server.empty()) connection.config.servers = {overrides.server};
    if (!overrides.token.empty()) connection.config.token = overrides.token;
    if (overrides.insecure_skip_verify) {
        connection.config.tls.insecure_skip_verify = true;
        connection.config.tls.ca_pem.clear();
    }
    if (connection.config.servers.empty() || connection.config.servers[0].empty())
        return error(Reason::NotFound, "the kubeconfig names no API server");
    return connection;
}

std::string write_kubeconfig(const KubeconfigFacts& facts) {
    auto cluster = json::Value::object({{"server", facts.server}});
    if (!facts.ca_pem.empty()) cluster.set("certificate-authority-data", base64_encode(facts.ca_pem));
    auto user = json::Value::object();
    if (!facts.certificate_pem.empty()) user.set("client-certificate-data", base64_encode(facts.certificate_pem));
    if (!facts.key_pem.empty()) user.set("client-key-data", base64_encode(facts.key_pem));
    if (!facts.token.empty()) user.set("token", facts.token);
    auto context = json::Value::object({{"cluster", facts.name}, {"user", facts.name}});
    if (!facts.ns.empty()) context.set("namespace", facts.ns);
    auto entry = [&](std::string_view key, json::Value value) {
        return json::Value::array({json::Value::object({{key, std::move(value)}, {"name", facts.name}})});
    };
    return json::write_yaml(json::Value::object({{"apiVersion", "v1"},
                                                 {"kind", "Config"},
                                                 {"clusters", entry("cluster", cluster)},
                                                 {"contexts", entry("context", context)},
                                                 {"current-context", facts.name},
                                                 {"preferences", json::Value::object()},
                                                 {"users", entry("user", user)}}));
}

}  // namespace skiff::client
