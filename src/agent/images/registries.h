// registries.yaml as k3s has it: mirrors (endpoints in order, rewrites) and configs (credentials, TLS). Values; pure but for reading files.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/images/image_store.h"
#include "agent/images/reference.h"
#include "base/status.h"

namespace skiff::agent::images {

struct RegistryTls {
    std::string ca_pem, certificate_pem, key_pem;
    bool insecure_skip_verify = false;
};

// One place to ask for an image.
struct Endpoint {
    std::string base_url;             // https://host[:port], without /v2
    std::string repository;           // after rewrites
    std::vector<Credentials> credentials;
    RegistryTls tls;
    bool is_origin = false;           // the registry itself, no mirror
};

class Registries {
public:
    // A missing file is an empty configuration; errors name the key.
    static Result<Registries> load(const std::string& path);
    static Result<Registries> parse(const std::string& text, const std::string& path);
    // Mirrors first, the registry itself last. Loopback registries without a scheme are plain HTTP.
    std::vector<Endpoint> endpoints(const Reference& reference) const;

private:
    struct Mirror {
        std::vector<std::string> endpoints;
        std::vector<std::pair<std::string, std::string>> rewrites;
    };
    struct Config {
        std::vector<Credentials> credentials;
        RegistryTls tls;
    };
    const Config* config(const std::string& host) const;
    std::map<std::string, Mirror> mirrors_;
    std::map<std::string, Config> configs_;
};

bool is_loopback_host(const std::string& host_and_port);

}  // namespace skiff::agent::images
