// KeySource: the signing keys of an OpenID Connect issuer: found by discovery, fetched over HTTPS, kept, and fetched again when a token names a
// key that is not there (at most every ten seconds) and now and then in the background, so that a removed key is not believed for long.
// Any thread; fetch() blocks, so never on an io thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "net/http_client.h"
#include "pki/jwk.h"

namespace skiff::apiserver {

class KeySource : public std::enable_shared_from_this<KeySource> {
public:
    static constexpr Duration kFetchPause = std::chrono::seconds(10), kKeptFor = std::chrono::minutes(10);

    // discovery_url "": below the issuer. clock must outlive it.
    KeySource(std::shared_ptr<net::HttpClient> http, std::string issuer, std::string discovery_url, Clock& clock);

    // The keys at hand, null before the first fetch. Begins a fetch in the background when they are old.
    std::shared_ptr<const pki::JwkSet> keys();
    // Whether a token with this kid needs a fetch that is allowed now.
    bool wants_fetch(const std::string& kid);
    // Discovery and keys. ServiceUnavailable when the issuer is not reached or answers nonsense; what was known stays.
    Status fetch();
    void fetch_in_background();

private:
    void asked(Result<net::ClientResponse> discovery);
    Result<std::string> keys_url(const Result<net::ClientResponse>& response) const;
    Status take(const Result<net::ClientResponse>& response);
    net::ClientRequest request(const std::string& url) const;

    const std::shared_ptr<net::HttpClient> http_;
    const std::string issuer_, discovery_url_;
    Clock& clock_;
    std::mutex fetching_;                                  // one blocking fetch at a time
    std::mutex mutex_;                                     // of what follows
    std::shared_ptr<const pki::JwkSet> keys_;
    Duration fetched_{0}, tried_{0};
    bool ever_tried_ = false, background_ = false;
};

}  // namespace skiff::apiserver
