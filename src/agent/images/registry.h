// RegistryClient: one endpoint of the OCI distribution protocol: manifests and blobs, with token (Bearer) and basic authentication.
// Used by one pull at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "agent/images/registries.h"
#include "base/status.h"
#include "net/blocking_client.h"

namespace skiff::agent::images {

class RegistryClient {
public:
    static Result<RegistryClient> create(Endpoint endpoint);
    struct Document {
        std::string media_type, digest, bytes;
    };
    // By tag or digest; the digest is computed from the bytes and compared when it was asked for.
    Result<Document> manifest(const std::string& tag_or_digest);
    // A small blob as text, verified.
    Result<std::string> blob(const std::string& digest, size_t size_bytes_max);
    // A blob into a file, verified while it comes; goes on where a file of an earlier try ends.
    Status blob_to_file(const std::string& digest, int64_t size_bytes, const std::string& path, const std::function<void(int64_t done)>& progress);

private:
    RegistryClient(Endpoint endpoint, std::shared_ptr<net::BlockingClient> client) : endpoint_(std::move(endpoint)), client_(std::move(client)) {}
    // Sends with what authorization we have; on 401 gets one and sends again.
    Result<net::BlockingResponse> send(net::BlockingRequest request);
    Status authorize(const std::string& challenge);
    Status explain(const net::BlockingResponse& response, const std::string& what) const;
    std::string url(const std::string& rest) const { return endpoint_.base_url + "/v2/" + endpoint_.repository + "/" + rest; }
    Endpoint endpoint_;
    std::shared_ptr<net::BlockingClient> client_;
    std::string authorization_;
    size_t credential_ = 0;                           // the next one to try
};

}  // namespace skiff::agent::images
