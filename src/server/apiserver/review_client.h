// ReviewClient: posts reviews (TokenReview, ImageReview) to the service that a kubeconfig file names, with the credentials in it. The file's
// server is a whole URL: reviews go to its very path. Blocks its thread and says so to its pool. Any thread but io threads.
#pragma once

#include <memory>
#include <string>

#include "client/remote_client.h"
#include "json/value.h"

namespace skiff::apiserver {

class ReviewClient {
public:
    // io must outlive it. Invalid: the file is no kubeconfig.
    static Result<std::shared_ptr<ReviewClient>> open(const std::string& kubeconfig, net::IoThreads& io);
    // The answer's body. ServiceUnavailable: it answered with another code than 200 or 201.
    Result<json::Value> post(const json::Value& review) const;

private:
    ReviewClient(std::shared_ptr<client::RemoteClient> client, std::string path) : client_(std::move(client)), path_(std::move(path)) {}
    const std::shared_ptr<client::RemoteClient> client_;
    const std::string path_;
};

}  // namespace skiff::apiserver
