#include "net/blocking_client.h"

#include <httplib.h>
#include <signal.h>

#include <map>
#include <mutex>
#include <optional>

#include "base/encoding.h"
#include "net/url.h"

namespace skiff::net {

namespace {

constexpr size_t kIdlePerOriginMax = 4;
constexpr size_t kRedirectBodyBytesMax = 64 << 10;

template <auto free_function>
struct Free {
    template <typename T>
    void operator()(T* pointer) const { free_function(pointer); }
};
using BioPtr = std::unique_ptr<BIO, Free<BIO_free_all>>;
using X509Ptr = std::unique_ptr<X509, Free<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

BioPtr reader(const std::string& pem) { return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

// OpenSSL writes with write(2): a peer that has gone would end the process. Blocked for this thread, and taken back, not ignored,
// because an ignored signal would be inherited by every container.
class NoBrokenPipeSignal {
public:
    NoBrokenPipeSignal() {
        sigset_t pending;
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~NoBrokenPipeSignal() {
        const timespec at_once{0, 0};
        if (!was_pending_) sigtimedwait(&pipe_, nullptr, &at_once);
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    NoBrokenPipeSignal(const NoBrokenPipeSignal&) = delete;
    NoBrokenPipeSignal& operator=(const NoBrokenPipeSignal&) = delete;

private:
    sigset_t pipe_, before_;
    bool was_pending_ = false;
};

Headers to_headers(const httplib::Headers& from) {
    Headers out;
    for (const auto& [name, value] : from) out.add(name, value);
    return out;
}

bool is_redirect(int code) { return code == 301 || code == 302 || code == 303 || code == 307 || code == 308; }

Status to_status(httplib::Error code, const Url& url) {
    const std::string where = url.origin();
    switch (code) {
        case httplib::Error::Connection: return error(Reason::ServiceUnavailable, "{}: cannot connect", where);
        case httplib::Error::ConnectionTimeout: return error(Reason::Timeout, "{}: timed out while connecting", where);
        case httplib::Error::Read: return error(Reason::Timeout, "{}: the answer broke off or did not come in time", where);
        case httplib::Error::Write: return error(Reason::ServiceUnavailable, "{}: the connection broke while sending", where);
        case httplib::Error::SSLServerVerification: return error(Reason::ServiceUnavailable, "{}: x509: the server's certificate does not verify", where);
        case httplib::Error::SSLConnection: return error(Reason::ServiceUnavailable, "{}: tls handshake failed", where);
        case httplib::Error::SSLLoadingCerts: return error(Reason::Invalid, "{}: the trusted certificates cannot be read", where);
        case httplib::Error::Canceled: return error(Reason::ServiceUnavailable, "{}: cancelled", where);
        default: return error(Reason::ServiceUnavailable, "{}: {}", where, httplib::to_string(code));
    }
}

class Client final : public BlockingClient {
public:
    explicit Client(Options options) : options_(std::move(options)) {
        if (options_.proxy_from_environment) proxies_ = ProxyEnvironment::from_process();
    }

    Status load() {
        if (!options_.certificate_pem.empty()) {
            certificate_.reset(PEM_read_bio_X509(reader(options_.certificate_pem).get(), nullptr, nullptr, nullptr));
            key_.reset(PEM_read_bio_PrivateKey(reader(options_.key_pem).get(), nullptr, nullptr, nullptr));
            if (!certificate_ || !key_) return error(Reason::Invalid, "the client certificate or its key cannot be read");
        }
        if (!options_.ca_pem.empty()) {
            X509_STORE* store = make_store();
            if (!store) return error(Reason::Invalid, "no certificate in the CA bundle");
            X509_STORE_free(store);
        }
        return {};
    }

    Result<BlockingResponse> request(const BlockingRequest& request) override;

private:
    using Http = std::unique_ptr<httplib::ClientImpl>;
    // One answer, which may be a redirect.
    Result<BlockingResponse> once(const BlockingRequest& request, const Url& url, bool may_redirect);
    Http take(const Url& url);
    void give_back(const Url& url, Http http);
    Http connect(const Url& url) const;
    X509_STORE* make_store() const;

    const Options options_;
    ProxyEnvironment proxies_;
    X509Ptr certificate_;
    KeyPtr key_;
    std::mutex mutex_;
    std::map<std::string, std::vector<Http>> idle_;
};

X509_STORE* Client::make_store() const {
    X509_STORE* store = X509_STORE_new();
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);   // what the bundle names is trusted itself, as everywhere
    BioPtr bio = reader(options_.ca_pem);
    bool any = false;
    for (X509Ptr root; root.reset(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)), root;) any = X509_STORE_add_cert(store, root.get()) == 1 || any;
    ERR_clear_error();
    if (any) return store;
    X509_STORE_free(store);
    return nullptr;
}

Client::Http Client::connect(const Url& url) const {
    Http http;
    if (url.scheme == "https") {
        // The library frees neither of the two, and takes the store over.
        auto tls = certificate_ ? std::make_unique<httplib::SSLClient>(url.host, url.port, certificate_.get(), key_.get())
                                : std::make_unique<httplib::SSLClient>(url.host, url.port);
        if (!options_.ca_pem.empty()) tls->set_ca_cert_store(make_store());
        tls->enable_server_certificate_verification(!options_.insecure_skip_verify);
        http = std::move(tls);
    } else {
        http = std::make_unique<httplib::ClientImpl>(url.host, url.port);
    }
    http->set_keep_alive(true);
    http->set_follow_location(false);
    http->set_decompress(false);
    http->set_url_encode(false);
    http->set_tcp_nodelay(true);
    const std::string proxy = proxy_for(proxies_, url.scheme, url.host, url.port);
    if (auto where = parse_url(proxy.find("://") == std::string::npos ? "http://" + proxy : proxy); !proxy.empty() && where.ok()) {
        http->set_proxy(where->host, where->port);
        const size_t colon = where->user_info.find(':');
        if (!where->user_info.empty()) {
            const std::string user = where->user_info.substr(0, colon);
            const std::string password = colon == std::string::npos ? "" : where->user_info.substr(colon + 1);
            http->set_proxy_basic_auth(percent_decode(user).value_or(user), percent_decode(password).value_or(password));
        }
    }
    return http;
}

Client::Http Client::take(const Url& url) {
    {
        std::lock_guard lock(mutex_);
        auto found = idle_.find(url.origin());
        if (found != idle_.end() && !found->second.empty()) {
            Http http = std::move(found->second.back());
            found->second.pop_back();
            return http;
        }
    }
    return connect(url);
}

void Client::give_back(const Url& url, Http http) {
    std::lock_guard lock(mutex_);
    auto& list = idle_[url.origin()];
    if (list.size() < kIdlePerOriginMax) list.push_back(std::move(http));
}

Result<BlockingResponse> Client::once(const BlockingRequest& request, const Url& url, bool may_redirect) {
    Http http = take(url);
    http->set_connection_timeout(request.connect_timeout);
    http->set_read_timeout(request.read_timeout);
    http->set_write_timeout(request.read_timeout);

    BlockingResponse out;
    bool too_large = false, stopped = false, redirects = false;
    size_t received = 0;
    httplib::Request raw;
    raw.method = request.method;
    raw.path = url.target;
    raw.body = request.body;
    for (const auto& [name, value] : request.headers.entries()) raw.headers.emplace(name, value);
    if (!request.headers.has("User-Agent")) raw.headers.emplace("User-Agent", options_.user_agent);
    if (!request.headers.has("Host")) raw.headers.emplace("Host", url.authority());
    raw.response_handler = [&](const httplib::Response& response) {
        out.code = response.status;
        out.headers = to_headers(response.headers);
        redirects = may_redirect && is_redirect(out.code) && out.headers.has("Location");
        if (redirects || !request.head) return true;
        stopped = !request.head(out.code, out.headers);
        return !stopped;
    };
    raw.content_receiver = [&](const char* bytes, size_t size, uint64_t, uint64_t) {
        received += size;
        too_large = received > (redirects ? kRedirectBodyBytesMax : request.body_bytes_max);
        if (too_large || request.stop.stop_requested()) return false;
        if (redirects) return true;
        if (request.data && out.code >= 200 && out.code < 300) {
            stopped = !request.data({bytes, size});
            return !stopped;
        }
        out.body.append(bytes, size);
        return true;
    };
    httplib::Result result = [&] {
        // Wakes a connect or a read that waits.
        std::stop_callback wake(request.stop, [&] { http->stop(); });
        NoBrokenPipeSignal quiet;
        return http->send(raw);
    }();
    if (redirects && too_large) return out;
    if (too_large) return error(Reason::RequestEntityTooLarge, "{}: the answer is larger than {} bytes", url.origin(), request.body_bytes_max);
    if (request.stop.stop_requested() || stopped) return error(Reason::ServiceUnavailable, "{}: cancelled", url.origin());
    if (!result) return to_status(result.error(), url);
    give_back(url, std::move(http));
    return out;
}

Result<BlockingResponse> Client::request(const BlockingRequest& request) {
    Url url = TRY(parse_url(request.url));
    BlockingRequest current = request;
    if (!url.user_info.empty() && !current.headers.has("Authorization")) {
        current.headers.set("Authorization", "Basic " + base64_encode(percent_decode(url.user_info).value_or(url.user_info)));
    }
    for (int redirects = 0;; ++redirects) {
        if (request.stop.stop_requested()) return error(Reason::ServiceUnavailable, "{}: cancelled", url.origin());
        std::optional<Result<BlockingResponse>> answer;
        try {
            answer.emplace(once(current, url, redirects < request.redirects_max));
        } catch (const std::exception& failure) {
            return error(Reason::ServiceUnavailable, "{}: {}", url.origin(), failure.what());
        }
        if (!answer->ok()) return std::move(*answer);
        BlockingResponse& response = answer->value();
        const std::string location = response.headers.get("Location");
        if (!is_redirect(response.code) || location.empty() || redirects >= request.redirects_max) {
            response.final_url = url.scheme + "://" + url.authority() + url.target;
            return std::move(*answer);
        }
        Url next = TRY(resolve_url(url, location));
        if (url.scheme == "https" && next.scheme != "https") return error(Reason::ServiceUnavailable, "{}: redirects from https to http", url.origin());
        if (next.origin() != url.origin()) {
            for (const char* name : {"Authorization", "Cookie", "Proxy-Authorization", "Host"}) current.headers.erase(name);
        }
        if (response.code == 303 || (current.method == "POST" && (response.code == 301 || response.code == 302))) {
            if (current.method != "HEAD") current.method = "GET";
            current.body.clear();
            current.headers.erase("Content-Type");
        }
        url = std::move(next);
    }
}

}  // namespace

Result<std::shared_ptr<BlockingClient>> BlockingClient::create(Options options) {
    auto client = std::make_shared<Client>(std::move(options));
    TRY(client->load());
    return std::shared_ptr<BlockingClient>(std::move(client));
}

}  // namespace skiff::net
