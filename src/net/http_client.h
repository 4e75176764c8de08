// HttpClient: asynchronous HTTP/1.1 client with a keep-alive pool per origin, on the process's io threads. One client holds one
// TLS configuration; share it. Names are resolved off the io threads.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "net/http.h"
#include "net/io_threads.h"
#include "net/stream.h"
#include "net/tls.h"

namespace skiff::net {

struct ClientRequest {
    std::string method = "GET";
    std::string url;                                  // http(s)://host[:port]/path?query
    Headers headers;
    Bytes body;
    std::chrono::milliseconds timeout{30'000};        // until the response head; for request() until the end of the body
    size_t body_bytes_max = 64 << 20;
    std::string connect_address;                      // dial this ip:port instead of the URL's host (SNI and Host stay)
    int redirects_max = 0;
};

struct ClientResponse {
    int code = 0;
    Headers headers;
    std::string body;
};

// Keeps a running request; destroying or cancel() ends it and no callback comes afterwards (unless called from one).
class ClientCall {
public:
    virtual ~ClientCall() = default;
    virtual void cancel() = 0;
};

class HttpClient {
public:
    static std::shared_ptr<HttpClient> create(IoThreads& io, std::shared_ptr<TlsClientContext> tls = nullptr);
    virtual ~HttpClient() = default;

    // Whole answer. Blocks the caller: never on an io thread.
    virtual Result<ClientResponse> request(const ClientRequest& request) = 0;
    // Whole answer by callback on an io thread.
    virtual void request_async(ClientRequest request, std::function<void(Result<ClientResponse>)> done) = 0;

    struct StreamHandler {
        std::function<void(int code, const Headers& headers)> head;
        std::function<void(std::string_view)> data;
        std::function<void(Status)> end;              // once: ok at the end of the body
    };
    // Answer in pieces (watch, log -f) on an io thread.
    [[nodiscard]] virtual std::shared_ptr<ClientCall> stream(ClientRequest request, StreamHandler handler) = 0;

    struct Upgraded {
        ClientResponse response;                      // code 101, or what the server answered instead (stream is null then)
        std::shared_ptr<Stream> stream;
    };
    // Sends the request with its Upgrade headers and hands the connection over on 101.
    virtual void upgrade(ClientRequest request, std::function<void(Result<Upgraded>)> done) = 0;

    // A plain TCP connection as a Stream (port-forward, TCP probes).
    virtual void connect_tcp(const std::string& address, uint16_t port, std::chrono::milliseconds timeout,
                             std::function<void(Result<std::shared_ptr<Stream>>)> done) = 0;
};

}  // namespace skiff::net
