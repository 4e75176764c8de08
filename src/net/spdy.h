// SPDY/3.1 sessions: many streams over one connection. kubectl's exec, attach and port-forward use it, directly after an HTTP upgrade
// or tunnelled through a WebSocket (make_websocket_stream).
//
// Threads as Stream: methods from any thread, callbacks one at a time from the transport's io thread. Dropping the session closes
// the connection after what is queued; its streams end then. Dropping a stream finishes it.
//
// Go's implementation, which is the usual peer, knows no flow control: windows are honoured only with a peer that announces them.
// With others a slow stream holds up its session.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "net/spdy_frame.h"
#include "net/stream.h"

namespace skiff::net {

class SpdyStream : public Stream {
public:
    virtual uint32_t id() const = 0;
    virtual const Headers& headers() const = 0;      // of the SYN_STREAM; names in lower case when received
    // Ends the stream at once in both directions; the peer sees RST_STREAM.
    virtual void reset(uint32_t status) = 0;
};

enum class SpdyRole { Server, Client };

class SpdySession {
public:
    static constexpr size_t kStreamsMax = 2048;

    static std::shared_ptr<SpdySession> create(std::shared_ptr<Stream> transport, SpdyRole role);
    virtual ~SpdySession() = default;

    // opened: a stream of the peer's, already accepted; reset() refuses it. closed: once, when the connection has ended.
    virtual void start(std::function<void(std::shared_ptr<SpdyStream>)> opened, std::function<void(Status)> closed) = 0;
    // A stream of ours; what is written waits for the peer's reply. Null once the session has closed.
    virtual std::shared_ptr<SpdyStream> open(Headers headers) = 0;
    // Says GOAWAY, sends what is queued and ends the connection.
    virtual void close() = 0;
    virtual void ping() = 0;
};

bool wants_spdy(const Request& request);             // Upgrade: SPDY/3.1
// Answers 101 with the headers given (X-Stream-Protocol-Version, ...). Null when the exchange was answered before.
std::shared_ptr<SpdySession> accept_spdy(Exchange& exchange, Headers headers = {});

}  // namespace skiff::net
