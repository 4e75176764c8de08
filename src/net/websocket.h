// WebSocket (RFC 6455) over a Stream, both sides, without extensions.
//
// Threads as Stream: methods from any thread, callbacks one at a time from the stream's io thread. Held by shared_ptr; dropping the
// last reference closes the connection after what is queued. Pings are answered inside.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/stream.h"
#include "net/websocket_frame.h"

namespace skiff::net {

bool wants_websocket(const Request& request);
std::vector<std::string> offered_protocols(const Headers& headers);   // Sec-WebSocket-Protocol, in the client's order

class WebSocket {
public:
    static constexpr size_t kMessageBytesMax = 16 << 20;

    virtual ~WebSocket() = default;

    // Server: checks the handshake and answers 101 with the first of protocols that the client offers. A client that offers none is
    // accepted without one; one that offers only others, or whose handshake is wrong, is answered 400. Null then.
    static std::shared_ptr<WebSocket> accept(Exchange& exchange, const std::vector<std::string>& protocols,
                                             size_t message_bytes_max = kMessageBytesMax);
    // Client: headers for HttpClient::upgrade(), then the result of it.
    static void prepare(ClientRequest& request, const std::vector<std::string>& protocols);
    static Result<std::shared_ptr<WebSocket>> finish(const ClientRequest& request, HttpClient::Upgraded upgraded,
                                                     size_t message_bytes_max = kMessageBytesMax);
    // Over any stream that has shaken hands.
    static std::shared_ptr<WebSocket> over(std::shared_ptr<Stream> stream, WsRole role, std::string protocol,
                                           size_t message_bytes_max = kMessageBytesMax);

    virtual const std::string& protocol() const = 0;
    // Call once. closed: ok after a normal close frame or end; close_code() tells more.
    virtual void start(std::function<void(WsKind, std::string_view)> message, std::function<void(Status)> closed) = 0;
    virtual uint16_t close_code() const = 0;

    // One message each. False when closed or too much waits.
    virtual bool send(WsKind kind, Bytes payload) = 0;
    bool send(WsKind kind, std::string_view payload) { return send(kind, make_bytes(std::string(payload))); }
    // One binary message: the channel's byte, then the payload (Kubernetes' channel protocols).
    virtual bool send_channel(uint8_t channel, Bytes payload) = 0;
    virtual bool ping() = 0;
    // Sends a close frame after what is queued; the peer's answer, or its end, closes the connection.
    virtual void close(uint16_t code = WsClose::kNormal, std::string_view reason = {}) = 0;

    virtual void pause() = 0;
    virtual void resume() = 0;
    virtual size_t queued_bytes() const = 0;
    virtual void on_drained(std::function<void()> drained) = 0;
    virtual void post(std::function<void()> task) = 0;
};

// Binary messages as a byte stream: a tunnel (SPDY over WebSocket). shutdown_write() sends the close frame.
std::shared_ptr<Stream> make_websocket_stream(std::shared_ptr<WebSocket> socket);

}  // namespace skiff::net
