#include "server/apiserver/review_client.h"

#include "base/thread_pool.h"
#include "client/kubeconfig.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::apiserver {
namespace {

constexpr size_t kAnswerMax = 1 << 20;
constexpr std::chrono::milliseconds kTimeout{10'000};

}  // namespace

Result<std::shared_ptr<ReviewClient>> ReviewClient::open(const std::string& kubeconfig, net::IoThreads& io) {
    const auto config = TRY(client::Kubeconfig::load({kubeconfig}));
    auto connection = TRY(config.resolve().context("{}", kubeconfig));
    std::string url = connection.config.servers.empty() ? "" : connection.config.servers[0], path = "/";
    if (!url.starts_with("https://") && !url.starts_with("http://")) return error(Reason::Invalid, "{}: names no server", kubeconfig);
    if (const size_t slash = url.find('/', url.find("://") + 3); slash != std::string::npos) {
        path = url.substr(slash);
        connection.config.servers[0] = url.substr(0, slash);
    }
    return std::shared_ptr<ReviewClient>(new ReviewClient(TRY(client::RemoteClient::create(io, connection.config)), std::move(path)));
}

Result<json::Value> ReviewClient::post(const json::Value& review) const {
    client::RawRequest raw;
    raw.method = "POST";
    raw.path = path_;
    auto request = client_->prepare(raw);
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "application/json");
    request.body = net::make_bytes(json::write(review));
    request.timeout = kTimeout;
    request.body_bytes_max = kAnswerMax;
    ThreadPool::Blocking blocking;
    const auto response = TRY(client_->http()->request(request));
    if (response.code != 200 && response.code != 201) return error(Reason::ServiceUnavailable, "the webhook answered with code {}", response.code);
    return json::parse(response.body, {.depth_max = 32});
}

}  // namespace skiff::apiserver
