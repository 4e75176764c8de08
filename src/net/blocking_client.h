// BlockingClient: synchronous HTTP(S) for image pulls and downloads, which run on worker threads of their own (cpp-httplib behind it).
//
// Any thread but an io thread; several at once. Keeps connections alive between requests. Follows redirects itself and gives
// credentials only to the origin they were meant for.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/status.h"
#include "net/http.h"

namespace skiff::net {

struct BlockingRequest {
    std::string method = "GET";                       // GET, HEAD, POST, ...
    std::string url;
    Headers headers;
    std::string body;
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds read_timeout{60'000};   // of silence, not of the whole transfer
    int redirects_max = 10;
    size_t body_bytes_max = 64 << 20;                 // of what is kept or handed to data
    std::stop_token stop;
    // Called with the head of the final answer, before its body: Content-Length is the size to come. False ends the request.
    std::function<bool(int code, const Headers& headers)> head;
    // Where set, the body of a 2xx answer goes here in pieces and not into the response. False ends the request.
    std::function<bool(std::string_view)> data;
};

struct BlockingResponse {
    int code = 0;
    Headers headers;
    std::string body;
    std::string final_url;                            // after redirects
};

class BlockingClient {
public:
    struct Options {
        std::string ca_pem;                           // added to nothing: "" means the system's roots
        std::string certificate_pem, key_pem;         // client certificate
        bool insecure_skip_verify = false;
        bool proxy_from_environment = true;           // HTTP_PROXY, HTTPS_PROXY, NO_PROXY in either case
        std::string user_agent = "skiff";
    };
    static Result<std::shared_ptr<BlockingClient>> create(Options options);
    virtual ~BlockingClient() = default;

    // An answer of any code is ok; errors are those of transport (ServiceUnavailable, Timeout), of bounds
    // (RequestEntityTooLarge) and of the caller's own ending (ServiceUnavailable "cancelled").
    virtual Result<BlockingResponse> request(const BlockingRequest& request) = 0;
};

// host:port for a proxy, or nothing: the rules of the usual environment variables. Pure but for the environment that is passed in.
struct ProxyEnvironment {
    std::string http_proxy, https_proxy, no_proxy;
    static ProxyEnvironment from_process();
};
std::string proxy_for(const ProxyEnvironment& environment, std::string_view scheme, std::string_view host, uint16_t port);

}  // namespace skiff::net
