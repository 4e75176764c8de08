// HttpServer: HTTP/1.1 over TCP or TLS, keep-alive, on the process's io threads.
//
// The handler runs on an io thread, must not block, and answers through the Exchange at any later time from any thread.
// Bounds (all in Limits) hold before the handler is called: header size, body size, header and body read time, idle time, connections.
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

// A response that is still being written: watch, log -f. HTTP/1.1 chunked (until close for 1.0).
class ResponseStream {
public:
    virtual ~ResponseStream() = default;
    // Queues one chunk. False when the client has gone or over queue_bytes_max waits (then the stream is closed: a slow reader is
    // closed, never waited for).
    virtual bool write(Bytes bytes) = 0;
    bool write(std::string_view bytes) { return write(make_bytes(std::string(bytes))); }
    virtual size_t queued_bytes() const = 0;
    virtual void on_drained(std::function<void()> drained) = 0;
    virtual void end() = 0;                                     // last chunk; the connection is kept
    virtual void abort() = 0;                                   // cut the connection: the client sees an error
    virtual void on_closed(std::function<void()> closed) = 0;   // the client has gone or the server stops; called once, also after end()
};

// One request and its one answer. Held by shared_ptr; dropping the last reference unanswered sends 500.
class Exchange {
public:
    virtual ~Exchange() = default;
    virtual const Request& request() const = 0;
    virtual Request& mutable_request() = 0;
    // The answer in one piece. Call one of respond, stream, upgrade once; later calls are ignored.
    virtual void respond(Response response) = 0;
    virtual std::shared_ptr<ResponseStream> stream(int code, Headers headers) = 0;
    // Sends 101 with these headers and hands the connection over.
    virtual std::shared_ptr<Stream> upgrade(Headers headers) = 0;
    // Called when the client disconnects before an answer was given.
    virtual void on_aborted(std::function<void()> aborted) = 0;
};
using ExchangePtr = std::shared_ptr<Exchange>;

struct ServerLimits {
    size_t header_bytes_max = 1 << 20;
    size_t body_bytes_max = 3 << 20;              // Kubernetes: 3 MiB; over it the server itself answers 413 with a metav1.Status body
    size_t connections_max = 20'000;
    size_t stream_queue_bytes_max = 8 << 20;
    std::chrono::milliseconds header_timeout{32'000};
    std::chrono::milliseconds body_timeout{60'000};
    std::chrono::milliseconds idle_timeout{90'000};
};

class HttpServer {
public:
    using Handler = std::function<void(ExchangePtr)>;

    struct Options {
        std::string address = "0.0.0.0";          // literal IPv4 or IPv6
        uint16_t port = 0;                        // 0: the kernel chooses, see port()
        std::shared_ptr<TlsServerContext> tls;    // null: plain HTTP
        ServerLimits limits;
        std::string name = "http";                // in logs and metrics
    };

    static Result<std::unique_ptr<HttpServer>> start(IoThreads& io, Options options, Handler handler);
    virtual ~HttpServer() = default;              // stop(0)
    virtual uint16_t port() const = 0;
    // Closes the listener, lets running requests end for at most grace, ends streams, closes connections. Blocks.
    virtual void stop(std::chrono::milliseconds grace) = 0;
    virtual size_t connections() const = 0;
};

}  // namespace skiff::net
