// WebhookCredentials: who this server is to which admission webhook: users of a kubeconfig whose names are hosts ("a.ns.svc:443", "*.ns.svc",
// "*"), named by a WebhookAdmissionConfiguration (kubeConfigFile). Read once; any thread.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "client/remote_client.h"
#include "json/value.h"

namespace skiff::apiserver {

class WebhookCredentials {
public:
    // Null for a configuration that is null. BadRequest: what is wrong with it or its file.
    static Result<std::shared_ptr<const WebhookCredentials>> open(const json::Value& configuration);

    // Of "host:port"; null: nobody in particular.
    const client::RemoteConfig* find(const std::string& target) const;

private:
    std::map<std::string, client::RemoteConfig> users_;
    std::string fallback_;   // the user of the file's current context
};

// The value of an Authorization header; "" without a token and a password. BadRequest: a token's file cannot be read.
Result<std::string> authorization_of(const client::RemoteConfig& user);

}  // namespace skiff::apiserver
