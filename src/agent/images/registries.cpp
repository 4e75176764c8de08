#include "agent/images/registries.h"

#include <regex>

#include "base/file.h"
#include "base/strings.h"
#include "json/yaml.h"

namespace skiff::agent::images {

namespace {

std::string host_of(const std::string& url) {
    auto from = url.find("://");
    auto host = from == std::string::npos ? url : url.substr(from + 3);
    return host.substr(0, host.find('/'));
}

std::string default_url(const std::string& registry) {
    if (registry == "docker.io") return "https://registry-1.docker.io";
    return (is_loopback_host(registry) ? "http://" : "https://") + registry;
}

Result<std::string> file_or_empty(const std::string& path) {
    if (path.empty()) return std::string();
    return file::read(path, 1 << 20);
}

// $1 in k3s's rewrites is $1 of a regular expression; a broken one rewrites nothing.
std::string rewrite(const std::string& repository, const std::vector<std::pair<std::string, std::string>>& rules) {
    for (const auto& [pattern, replacement] : rules) {
        try {
            std::regex expression(pattern);
            if (std::regex_search(repository, expression)) return std::regex_replace(repository, expression, replacement);
        } catch (const std::regex_error&) {
        }
    }
    return repository;
}

}  // namespace

bool is_loopback_host(const std::string& host_and_port) {
    auto host = host_and_port;
    if (host.starts_with('[')) host = host.substr(1, host.find(']') - 1);
    else host = host.substr(0, host.find(':'));
    return host == "localhost" || host.starts_with("127.") || host_and_port.starts_with("[::1]");
}

Result<Registries> Registries::load(const std::string& path) {
    if (path.empty() || !file::exists(path)) return Registries();
    return parse(TRY(file::read(path, 1 << 20)), path);
}

Result<Registries> Registries::parse(const std::string& text, const std::string& path) {
    auto tree = TRY(json::parse_yaml(text).context("{}", path));
    Registries registries;
    for (const auto& [key, value] : tree.members())
        if (key != "mirrors" && key != "configs") return error(Reason::BadRequest, "{}: unknown key \"{}\"; known are mirrors and configs", path, key);
    for (const auto& [registry, value] : tree["mirrors"].members()) {
        auto& mirror = registries.mirrors_[registry];
        for (const auto& endpoint : value["endpoint"].items()) {
            auto url = endpoint.as_string();
            if (url.find("://") == std::string::npos) url = default_url(url);
            if (!url.starts_with("http://") && !url.starts_with("https://"))
                return error(Reason::BadRequest, "{}: mirrors.{}.endpoint \"{}\" must be an http or https URL", path, registry, url);
            while (url.ends_with('/')) url.pop_back();
            if (url.ends_with("/v2")) url.resize(url.size() - 3);
            mirror.endpoints.push_back(url);
        }
        for (const auto& [from, to] : value["rewrite"].members()) mirror.rewrites.emplace_back(from, to.as_string());
    }
    for (const auto& [host, value] : tree["configs"].members()) {
        auto& config = registries.configs_[host];
        const auto& auth = value["auth"];
        if (auth.is_object()) config.credentials.push_back({auth["username"].as_string(), auth["password"].as_string(), auth["token"].as_string()});
        const auto& tls = value["tls"];
        config.tls.insecure_skip_verify = tls["insecure_skip_verify"].as_bool();
        config.tls.ca_pem = TRY(file_or_empty(tls["ca_file"].as_string()).context("{}: configs.{}.tls.ca_file", path, host));
        config.tls.certificate_pem = TRY(file_or_empty(tls["cert_file"].as_string()).context("{}: configs.{}.tls.cert_file", path, host));
        config.tls.key_pem = TRY(file_or_empty(tls["key_file"].as_string()).context("{}: configs.{}.tls.key_file", path, host));
    }
    return registries;
}

const Registries::Config* Registries::config(const std::string& host) const {
    auto it = configs_.find(host);
    return it == configs_.end() ? nullptr : &it->second;
}

std::vector<Endpoint> Registries::endpoints(const Reference& reference) const {
    std::vector<Endpoint> out;
    auto add = [&](const std::string& url, const std::string& repository) {
        Endpoint endpoint{url, repository, {}, {}, url == default_url(reference.registry)};
        if (const auto* c = config(host_of(url)) ? config(host_of(url)) : url == default_url(reference.registry) ? config(reference.registry) : nullptr) {
            endpoint.credentials = c->credentials;
            endpoint.tls = c->tls;
        }
        out.push_back(std::move(endpoint));
    };
    auto mirror = mirrors_.find(reference.registry);
    if (mirror == mirrors_.end()) mirror = mirrors_.find("*");
    if (mirror != mirrors_.end())
        for (const auto& url : mirror->second.endpoints) add(url, rewrite(reference.repository, mirror->second.rewrites));
    add(default_url(reference.registry), reference.repository);
    return out;
}

}  // namespace skiff::agent::images
