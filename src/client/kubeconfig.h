// Kubeconfig: where the cluster is and who we are, as kubectl reads it: $KUBECONFIG's files merged (the first that says something wins),
// else ~/.kube/config; in a pod its service account. Values; any thread.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "client/remote_client.h"
#include "json/value.h"

namespace skiff::client {

struct KubeconfigOverrides {
    std::string context, cluster, user, ns, server, token;
    bool insecure_skip_verify = false;
};

// What a context comes to.
struct Connection {
    RemoteConfig config;
    std::string ns;                 // the context's, "default" without one
    std::string context, cluster, user;
};

class Kubeconfig {
public:
    // Missing files are skipped, broken ones are errors. Relative file names in a file are relative to it.
    static Result<Kubeconfig> load(const std::vector<std::string>& paths);
    static Result<Kubeconfig> parse(std::string_view text, const std::string& folder);
    // $KUBECONFIG, else ~/.kube/config when it exists, else /etc/skiff/kubeconfig.yaml.
    static std::vector<std::string> default_paths();
    // In a pod: KUBERNETES_SERVICE_HOST and the mounted service account. NotFound elsewhere.
    static Result<Connection> in_cluster();

    Result<Connection> resolve(const KubeconfigOverrides& overrides = {}) const;
    // A user's part alone: what it says of tokens, passwords and certificates.
    static Result<RemoteConfig> credentials(const json::Value& user);
    // The merged document: kind Config, with clusters, contexts, users, current-context.
    const json::Value& tree() const { return tree_; }
    void merge(const Kubeconfig& later);

private:
    json::Value tree_ = json::Value::object();
};

// The text of a kubeconfig with one cluster, user and context, all named `name`. Certificates are PEM.
struct KubeconfigFacts {
    std::string name = "default", server, ca_pem, certificate_pem, key_pem, token, ns;
};
std::string write_kubeconfig(const KubeconfigFacts& facts);

}  // namespace skiff::client
