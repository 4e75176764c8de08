#include "agent/pods/pull_secrets.h"

#include "base/encoding.h"
#include "base/strings.h"
#include "json/parse.h"

namespace skiff::agent::pods {

namespace {

// "https://index.docker.io/v1/" stands for docker.io.
std::string registry_of(std::string server) {
    for (const char* scheme : {"https://", "http://"})
        if (server.rfind(scheme, 0) == 0) server.erase(0, std::string(scheme).size());
    while (!server.empty() && server.back() == '/') server.pop_back();
    for (const char* suffix : {"/v1", "/v2"})
        if (server.size() > 3 && server.compare(server.size() - 3, 3, suffix) == 0) server.resize(server.size() - 3);
    return server == "index.docker.io" || server == "registry-1.docker.io" ? "docker.io" : server;
}

bool fits(const std::string& server, const std::string& image) {
    const std::string registry = registry_of(server);
    if (registry.empty()) return false;
    if (registry.rfind("*.", 0) == 0) {
        const std::string host = image.substr(0, image.find('/')), tail = registry.substr(1);
        return host.size() > tail.size() && host.compare(host.size() - tail.size(), tail.size(), tail) == 0;
    }
    return image.rfind(registry + "/", 0) == 0 || image == registry;
}

images::Credentials credentials_of(const json::Value& entry) {
    images::Credentials result{entry["username"].as_string(), entry["password"].as_string(), entry["registrytoken"].as_string()};
    if (const auto decoded = base64_decode(entry["auth"].as_string()); decoded && result.username.empty()) {
        const size_t colon = decoded->find(':');
        if (colon != std::string::npos) result.username = decoded->substr(0, colon), result.password = decoded->substr(colon + 1);
    }
    return result;
}

}  // namespace

std::vector<images::Credentials> pull_credentials(const json::Value& secret, const std::string& image) {
    std::vector<images::Credentials> result;
    const bool modern = secret["data"].has(".dockerconfigjson");
    const auto bytes = base64_decode(secret["data"][modern ? ".dockerconfigjson" : ".dockercfg"].as_string());
    if (!bytes) return result;
    auto config = json::parse(*bytes, {.depth_max = 10});
    if (!config.ok()) return result;
    for (const auto& [server, entry] : (modern ? (*config)["auths"] : *config).members())
        if (fits(server, image)) result.push_back(credentials_of(entry));
    return result;
}

}  // namespace skiff::agent::pods
