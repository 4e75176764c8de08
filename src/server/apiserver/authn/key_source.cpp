#include "server/apiserver/authn/key_source.h"

#include "base/log.h"
#include "base/thread_pool.h"
#include "json/parse.h"

namespace skiff::apiserver {

namespace {

constexpr size_t kAnswerMax = 1 << 20;
constexpr std::chrono::milliseconds kTimeout{10'000};

}  // namespace

KeySource::KeySource(std::shared_ptr<net::HttpClient> http, std::string issuer, std::string discovery_url, Clock& clock)
    : http_(std::move(http)), issuer_(std::move(issuer)), discovery_url_(std::move(discovery_url)), clock_(clock) {}

net::ClientRequest KeySource::request(const std::string& url) const {
    net::ClientRequest request;
    request.url = url;
    request.headers.set("Accept", "application/json");
    request.timeout = kTimeout;
    request.body_bytes_max = kAnswerMax;
    request.redirects_max = 3;
    return request;
}

std::shared_ptr<const pki::JwkSet> KeySource::keys() {
    bool old = false;
    std::shared_ptr<const pki::JwkSet> keys;
    {
        std::lock_guard lock(mutex_);
        keys = keys_;
        old = keys && clock_.elapsed() - fetched_ > kKeptFor && clock_.elapsed() - tried_ > kFetchPause;
    }
    if (old) fetch_in_background();
    return keys;
}

bool KeySource::wants_fetch(const std::string& kid) {
    std::lock_guard lock(mutex_);
    if (keys_ && (kid.empty() || keys_->has(kid))) return false;
    return !ever_tried_ || clock_.elapsed() - tried_ >= kFetchPause;
}

Result<std::string> KeySource::keys_url(const Result<net::ClientResponse>& response) const {
    if (!response.ok()) return error(Reason::ServiceUnavailable, "oidc: the issuer {} is not reached: {}", issuer_, response.status().message());
    auto document = json::parse(response->body, {.depth_max = 16});
    if (response->code != 200 || !document.ok()) return error(Reason::ServiceUnavailable, "oidc: discovery of {} failed with code {}", issuer_, response->code);
    if ((*document)["issuer"].as_string() != issuer_) return error(Reason::ServiceUnavailable, "oidc: issuer did not match the issuer returned by provider, expected \"{}\" got \"{}\"", issuer_, (*document)["issuer"].as_string().substr(0, 256));
    const std::string& url = (*document)["jwks_uri"].as_string();
    if (!url.starts_with("https://")) return error(Reason::ServiceUnavailable, "oidc: the jwks_uri of {} is no https URL", issuer_);
    return url;
}

Status KeySource::take(const Result<net::ClientResponse>& response) {
    if (!response.ok()) return error(Reason::ServiceUnavailable, "oidc: the keys of {} are not reached: {}", issuer_, response.status().message());
    if (response->code != 200) return error(Reason::ServiceUnavailable, "oidc: fetching the keys of {} failed with code {}", issuer_, response->code);
    auto set = TRY(pki::JwkSet::parse(response->body));
    std::lock_guard lock(mutex_);
    keys_ = std::make_shared<const pki::JwkSet>(std::move(set));
    fetched_ = clock_.elapsed();
    return {};
}

Status KeySource::fetch() {
    std::lock_guard one(fetching_);
    {
        std::lock_guard lock(mutex_);
        // Somebody else fetched while this caller waited.
        if (ever_tried_ && clock_.elapsed() - tried_ < kFetchPause) return {};
    }
    ThreadPool::Blocking blocking;
    const auto url = discovery_url_.empty() ? issuer_ + (issuer_.ends_with('/') ? "" : "/") + ".well-known/openid-configuration" : discovery_url_;
    auto discovered = keys_url(http_->request(request(url)));
    Status status = discovered.ok() ? take(http_->request(request(*discovered))) : discovered.status();
    std::lock_guard lock(mutex_);
    tried_ = clock_.elapsed();
    ever_tried_ = true;
    return status;
}

void KeySource::fetch_in_background() {
    {
        std::lock_guard lock(mutex_);
        if (std::exchange(background_, true)) return;
        tried_ = clock_.elapsed();
    }
    const auto url = discovery_url_.empty() ? issuer_ + (issuer_.ends_with('/') ? "" : "/") + ".well-known/openid-configuration" : discovery_url_;
    http_->request_async(request(url), [self = shared_from_this()](Result<net::ClientResponse> response) { self->asked(std::move(response)); });
}

void KeySource::asked(Result<net::ClientResponse> discovery) {
    auto finish = [self = shared_from_this()](const Status& status) {
        if (!status.ok()) log::warn("authentication", "keys of an issuer were not fetched", {{"issuer", self->issuer_}, {"error", status.message()}});
        std::lock_guard lock(self->mutex_);
        self->background_ = false;
    };
    auto url = keys_url(discovery);
    if (!url.ok()) return finish(url.status());
    http_->request_async(request(*url), [self = shared_from_this(), finish](Result<net::ClientResponse> response) { finish(self->take(response)); });
}

}  // namespace skiff::apiserver
