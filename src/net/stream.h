// Stream: one direction-agnostic pipe of bytes over an established connection: the duplex side of an upgraded HTTP request
// (101 Switching Protocols), a CONNECT-like tunnel, or a plain TCP/TLS connection.
//
// Threads: every method may be called from any thread. Callbacks come from one io thread at a time, never concurrently, and must
// not block. Held by shared_ptr; the connection is closed when the last reference and the pending writes are gone.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "net/http.h"

namespace skiff::net {

class Stream {
public:
    virtual ~Stream() = default;

    // Starts reading. data(bytes) for each piece; closed(status) once, ok at a clean end of the peer's direction.
    // Call once. Bytes that arrived before are delivered first.
    virtual void start(std::function<void(std::string_view)> data, std::function<void(Status)> closed) = 0;
    // Stops and resumes reading: back-pressure from a slow other side.
    virtual void pause() = 0;
    virtual void resume() = 0;

    // Queues bytes. False when the stream is closed or more than queue_bytes_max would wait; the bytes are dropped then.
    virtual bool write(Bytes bytes) = 0;
    bool write(std::string_view bytes) { return write(make_bytes(std::string(bytes))); }
    // Bytes queued and not yet taken by the kernel; drained is called each time that this falls to zero.
    virtual size_t queued_bytes() const = 0;
    virtual void on_drained(std::function<void()> drained) = 0;
    // Sends what is queued, then FIN (half close); reading goes on.
    virtual void shutdown_write() = 0;
    // Ends both directions at once; closed() is still called.
    virtual void close() = 0;

    // Runs task where callbacks come from, not concurrently with one, later. A stream without a thread of its own runs it at once.
    virtual void post(std::function<void()> task) { task(); }

    static constexpr size_t kQueueBytesMax = 4 << 20;
};

// Copies bytes both ways with back-pressure until both sides ended; keeps both alive. For proxies.
void splice(std::shared_ptr<Stream> a, std::shared_ptr<Stream> b, std::function<void()> done = {});

}  // namespace skiff::net
