// CommandChannels: the streams of one exec or attach as the client speaks them: WebSocket (channel.k8s.io up to v5, binary and base64) or
// SPDY/3.1 (up to v4). Everything after create happens on the poller's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "agent/sys/poller.h"
#include "agent/sys/timers.h"
#include "json/value.h"
#include "net/http_server.h"

namespace skiff::agent::nodeapi {

struct CommandOptions {
    bool in = false, out = false, err = false, tty = false;
    static CommandOptions parse(const net::Query& query);   // input, output, error, tty; stdin, stdout, stderr too
};

enum class OutChannel { Out, Err };

class CommandChannels {
public:
    struct Handlers {
        std::function<void(std::string_view)> input;
        std::function<void()> input_ended;
        std::function<void(uint16_t columns, uint16_t rows)> resize;
        std::function<void()> drained;                       // less waits to be sent than kQueueMax again
        std::function<void()> gone;                          // the client has left; called once, not after finish()
    };
    static constexpr size_t kQueueMax = 1 << 20;
    virtual ~CommandChannels() = default;
    virtual void start(Handlers handlers) = 0;
    // False when kQueueMax waits: hold back until drained.
    virtual bool write(OutChannel channel, std::string_view bytes) = 0;
    virtual void pause_input() = 0;
    virtual void resume_input() = 0;
    // A metav1.Status, sent as the client's version understands it; then everything is closed.
    virtual void finish(const json::Value& status) = 0;

    // Answers the handshake. ready is called on the poller's thread once all streams are there; never when the client fails to open them
    // (the exchange is answered, or the connection closed, then).
    static void accept(const net::ExchangePtr& exchange, const CommandOptions& options, sys::Poller& poller, sys::Timers& timers,
                       std::function<void(std::shared_ptr<CommandChannels>)> ready);
};

// {"Width":80,"Height":24}
bool parse_resize(std::string_view text, uint16_t& columns, uint16_t& rows);

}  // namespace skiff::agent::nodeapi
