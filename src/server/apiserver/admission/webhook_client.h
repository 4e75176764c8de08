// WebhookClient: calls admission and conversion webhooks: JSON by POST over TLS with the configuration's caBundle, to a URL or a service.
// Bounds: the caller's timeout, 3 MiB of answer, no redirects. Blocks its thread and says so to its pool. Any thread but io threads.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "json/value.h"
#include "net/http_client.h"
#include "server/apiserver/admission/webhook_credentials.h"
#include "server/apiserver/reader.h"

namespace skiff::apiserver {

// Where a service's port is reached: one of its ready endpoints, "10.42.0.7:8443". Errors as Kubernetes' service resolver words them.
Result<std::string> service_endpoint(const Reader& reader, const std::string& ns, const std::string& name, int64_t port);

class WebhookClient {
public:
    static constexpr size_t kAnswerBytesMax = 3 << 20;
    // Connections are kept for so many different CA bundles.
    static constexpr size_t kClientsMax = 64;

    WebhookClient(net::IoThreads& io, const Reader& reader) : io_(io), reader_(reader) {}

    // config: clientConfig of a webhook (url, service, caBundle). query: "timeout=10s". The answer's body as JSON. Errors: `failed to call
    // webhook: Post "https://...": dial tcp ...`. credentials: null, we say nobody who we are.
    Result<json::Value> call(const json::Value& config, const std::string& query, const json::Value& review, std::chrono::milliseconds timeout,
                             const WebhookCredentials* credentials = nullptr);

private:
    Result<std::shared_ptr<net::HttpClient>> client_for(const std::string& ca_bundle, const client::RemoteConfig* user);

    net::IoThreads& io_;
    const Reader& reader_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<net::HttpClient>> clients_;   // by the hash of the bundle and of our certificate
};

}  // namespace skiff::apiserver
