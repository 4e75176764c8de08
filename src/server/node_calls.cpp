#include "server/node_calls.h"

#include "server/apiserver/subresource/node_address.h"

namespace skiff::server {

namespace {

constexpr auto kTimeout = std::chrono::seconds(5);
constexpr size_t kBodyMax = 16 << 20;

Result<std::string> body_of(Result<net::ClientResponse> response, const std::string& node) {
    if (!response.ok()) return std::move(response).status().context("node {}", node);
    if (response->code / 100 == 2) return std::move(response->body);
    if (response->code == 404) return error(Reason::NotFound, "node {}: {}", node, response->body);
    return error(Reason::ServiceUnavailable, "node {} answered {}: {}", node, response->code, response->body.substr(0, 200));
}

}  // namespace

NodeCalls::NodeCalls(net::IoThreads& io, std::shared_ptr<net::TlsClientContext> tls, std::shared_ptr<client::Client> client)
    : http_(net::HttpClient::create(io, std::move(tls))), client_(std::move(client)) {}

Result<net::ClientRequest> NodeCalls::request(const std::string& method, const std::string& node, const std::string& path) const {
    auto object = TRY(client_->get({"", "v1", "nodes"}, "", node));
    net::ClientRequest request;
    request.method = method;
    request.url = TRY(apiserver::node_base_url(*object)) + path;
    request.timeout = kTimeout;
    request.body_bytes_max = kBodyMax;
    return request;
}

void NodeCalls::call(const std::string& method, const std::string& node, const std::string& path, std::function<void(Result<std::string>)> done) const {
    auto made = request(method, node, path);
    if (!made.ok()) return done(std::move(made).status());
    http_->request_async(std::move(made).value(), [node, done = std::move(done)](Result<net::ClientResponse> response) { done(body_of(std::move(response), node)); });
}

Result<std::string> NodeCalls::call(const std::string& method, const std::string& node, const std::string& path) const {
    auto made = TRY(request(method, node, path));
    return body_of(http_->request(made), node);
}

}  // namespace skiff::server
