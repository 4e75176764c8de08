// Session: the connection of one kubectl verb and what discovery says about resource names. One thread; owns its io thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/flags.h"
#include "client/remote_client.h"

namespace skiff::cli::kubectl {

struct Common {
    std::string kubeconfig, context, ns, server, token;
    bool all_namespaces = false;
};
void add_common(FlagSet& flags, Common& common);

struct Resource {
    api::Gvr gvr;
    std::string kind, singular;
    bool namespaced = false;
    std::vector<std::string> short_names, categories;
};

class Session {
public:
    static Result<std::unique_ptr<Session>> open(const Common& common);
    ~Session();
    client::RemoteClient& client() { return *client_; }
    const std::string& ns() const { return ns_; }
    // "pods", "po", "Pod", "deployments.apps", "all", "pods,svc". NotFound in kubectl's words.
    Result<std::vector<Resource>> resolve(const std::string& words);
    Result<Resource> resolve_kind(const std::string& api_version, const std::string& kind);
    // The objects that TYPE NAME..., TYPE/NAME... mean; a name "" stands for all of the type.
    struct Target {
        Resource resource;
        std::string name;
    };
    Result<std::vector<Target>> targets(const std::vector<std::string>& words);

private:
    Session() = default;
    Status discover();
    Status add_group(const std::string& path);
    std::unique_ptr<net::IoThreads> io_;
    std::shared_ptr<client::RemoteClient> client_;
    std::string ns_;
    std::vector<Resource> resources_;
};

// The body of an answer, or its Status.
Result<std::string> fetch(Session& session, const std::string& path, const std::string& accept = "application/json");
// The documents of files, folders and "-".
Result<std::vector<json::Value>> read_manifests(const std::vector<std::string>& files);
// Prints the error as kubectl does; returns 1.
int report(const Status& status);

int get(const std::vector<std::string>& args);
int apply(const std::vector<std::string>& args);
int create(const std::vector<std::string>& args);
int remove(const std::vector<std::string>& args);
int logs(const std::vector<std::string>& args);

}  // namespace skiff::cli::kubectl
