// CommandChannels over WebSocket: each message begins with its channel's number.
#include "agent/nodeapi/ws_channels.h"

#include <atomic>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "json/write.h"
#include "net/websocket.h"

namespace skiff::agent::nodeapi {

namespace {

constexpr unsigned kIn = 0, kOut = 1, kErr = 2, kError = 3, kResize = 4, kClose = 255;

class WsChannels : public CommandChannels, public std::enable_shared_from_this<WsChannels> {
public:
    WsChannels(std::shared_ptr<net::WebSocket> socket, const CommandOptions& options, sys::Poller& poller)
        : socket_(std::move(socket)), options_(options), poller_(poller), base64_(socket_->protocol().find("base64") != std::string::npos),
          status_json_(socket_->protocol().rfind("v4.", 0) == 0 || socket_->protocol().rfind("v5.", 0) == 0) {}

    void start(Handlers handlers) override {
        handlers_ = std::move(handlers);
        std::weak_ptr<WsChannels> weak = weak_from_this();
        socket_->on_drained([weak, &poller = poller_] {
            if (auto self = weak.lock(); self && self->held_back_.exchange(false))
                poller.post([self] {
                    if (self->handlers_.drained) self->handlers_.drained();
                });
        });
        // An empty message tells the client that the streams stand.
        send(options_.out ? kOut : options_.err ? kErr : kError, "");
        socket_->start(
            [weak, &poller = poller_](net::WsKind, std::string_view message) {
                poller.post([weak, text = std::string(message)] {
                    if (auto self = weak.lock()) self->receive(text);
                });
            },
            [weak, &poller = poller_](Status) {
                poller.post([weak] {
                    if (auto self = weak.lock()) self->lost();
                });
            });
    }

    bool write(OutChannel channel, std::string_view bytes) override {
        send(channel == OutChannel::Out ? kOut : kErr, bytes);
        if (socket_->queued_bytes() <= kQueueMax) return true;
        held_back_ = true;
        // Drained between the two looks: nobody will say so again.
        if (socket_->queued_bytes() == 0 && held_back_.exchange(false)) return true;
        return false;
    }

    void pause_input() override { socket_->pause(); }
    void resume_input() override { socket_->resume(); }

    void finish(const json::Value& status) override {
        handlers_ = {};
        const bool success = status["status"].as_string() == "Success";
        if (status_json_) send(kError, json::write(status));
        else if (!success) send(kError, status["message"].as_string());
        socket_->close();
    }

private:
    void send(unsigned channel, std::string_view bytes) {
        if (base64_) {
            socket_->send(net::WsKind::Text, std::string(1, static_cast<char>('0' + channel)) + base64_encode(bytes));
        } else {
            socket_->send_channel(static_cast<uint8_t>(channel), net::make_bytes(std::string(bytes)));
        }
    }

    void receive(const std::string& message) {
        if (message.empty()) return;
        unsigned channel = static_cast<unsigned char>(message[0]);
        std::string payload = message.substr(1);
        if (base64_) {
            channel -= '0';
            auto decoded = base64_decode(payload);
            if (!decoded) return;
            payload = std::move(*decoded);
        }
        if (channel == kIn && options_.in && handlers_.input && !payload.empty()) handlers_.input(payload);
        // v5: [255, n] closes channel n.
        if (channel == kClose && !payload.empty() && payload[0] == static_cast<char>(kIn) && handlers_.input_ended) handlers_.input_ended();
        if (channel == kResize && handlers_.resize) {
            uint16_t columns, rows;
            if (parse_resize(payload, columns, rows)) handlers_.resize(columns, rows);
        }
    }

    void lost() {
        if (auto gone = std::exchange(handlers_.gone, nullptr)) gone();
    }

    std::shared_ptr<net::WebSocket> socket_;
    const CommandOptions options_;
    sys::Poller& poller_;
    const bool base64_, status_json_;
    Handlers handlers_;
    std::atomic<bool> held_back_{false};
};

}  // namespace

std::shared_ptr<CommandChannels> accept_ws_channels(net::Exchange& exchange, const CommandOptions& options, sys::Poller& poller) {
    static const std::vector<std::string> kProtocols = {"v5.channel.k8s.io", "v4.channel.k8s.io",        "v4.base64.channel.k8s.io", "v3.channel.k8s.io",
                                                        "v2.channel.k8s.io", "base64.channel.k8s.io", "channel.k8s.io"};
    auto socket = net::WebSocket::accept(exchange, kProtocols);
    if (!socket) return nullptr;
    return std::make_shared<WsChannels>(std::move(socket), options, poller);
}

}  // namespace skiff::agent::nodeapi
