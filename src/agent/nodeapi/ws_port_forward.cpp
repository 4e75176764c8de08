#include "agent/nodeapi/ws_port_forward.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/socket.h>

#include <atomic>
#include <utility>
#include <vector>

#include "agent/nodeapi/fd_io.h"
#include "agent/nodeapi/port_forward.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "net/websocket.h"

namespace skiff::agent::nodeapi {

namespace {

constexpr size_t kPortsMax = 32, kQueueMax = 512 << 10;

class WsForward : public std::enable_shared_from_this<WsForward> {
public:
    WsForward(std::shared_ptr<net::WebSocket> socket, std::vector<uint16_t> ports, std::string pod, std::string netns, sys::Poller& poller, ThreadPool& pool)
        : socket_(std::move(socket)), pod_(std::move(pod)), netns_(std::move(netns)), poller_(poller), pool_(pool),
          base64_(socket_->protocol().find("base64") != std::string::npos) {
        for (const uint16_t port : ports) links_.push_back({port, {}, {}, {}, {}, {}, false});
    }

    void begin() {
        self_ = shared_from_this();
        std::weak_ptr<WsForward> weak = self_;
        socket_->on_drained([weak, &poller = poller_] {
            if (auto self = weak.lock(); self && self->held_back_.exchange(false)) poller.post([self] { self->resume_readers(); });
        });
        for (size_t i = 0; i < links_.size(); ++i) {
            const std::string port{static_cast<char>(links_[i].port & 0xff), static_cast<char>(links_[i].port >> 8)};
            send(2 * i, port);
            send(2 * i + 1, port);
            connect(i);
        }
        socket_->start(
            [weak, &poller = poller_](net::WsKind, std::string_view message) {
                poller.post([weak, text = std::string(message)] {
                    if (auto self = weak.lock()) self->receive(text);
                });
            },
            [weak, &poller = poller_](Status) {
                poller.post([weak] {
                    if (auto self = weak.lock()) self->finish();
                });
            });
    }

private:
    struct Link {
        uint16_t port;
        Fd read_end, write_end;
        std::unique_ptr<FdReader> reader;
        std::unique_ptr<FdWriter> writer;
        std::string early;               // came before the connection stood
        bool ended;
    };

    void send(size_t channel, std::string_view bytes) {
        if (base64_) socket_->send(net::WsKind::Text, std::string(1, static_cast<char>('0' + channel)) + base64_encode(bytes));
        else socket_->send_channel(static_cast<uint8_t>(channel), net::make_bytes(std::string(bytes)));
    }

    void connect(size_t i) {
        const bool taken = pool_.submit([self = shared_from_this(), i] {
            auto socket = std::make_shared<Result<Fd>>(dial_in_netns(self->netns_, self->links_[i].port));
            self->poller_.post([self, i, socket] {
                if (self->self_) self->connected(i, std::move(*socket));
            });
        });
        if (!taken) send(2 * i + 1, "the node is busy");
    }

    void connected(size_t i, Result<Fd> socket) {
        Link& link = links_[i];
        if (!socket.ok()) {
            send(2 * i + 1, fmt::format("error forwarding port {} to pod {}, uid : {}", link.port, pod_, socket.status().message()));
            link.ended = true;
            return close_when_over();
        }
        link.read_end = std::move(socket).value();
        link.write_end.reset(::fcntl(link.read_end.get(), F_DUPFD_CLOEXEC, 0));
        link.writer = std::make_unique<FdWriter>(
            poller_, link.write_end.get(), [this] { socket_->resume(); }, [] {});
        link.reader = std::make_unique<FdReader>(
            poller_, link.read_end.get(),
            [this, i](std::string_view bytes) {
                send(2 * i, bytes);
                if (socket_->queued_bytes() <= kQueueMax) return true;
                held_back_ = true;
                return socket_->queued_bytes() == 0 && held_back_.exchange(false);
            },
            [this, i] {
                links_[i].ended = true;
                close_when_over();
            });
        if (!link.early.empty()) (void)link.writer->write(std::exchange(link.early, {}));
    }

    void receive(const std::string& message) {
        if (message.empty()) return;
        size_t channel = static_cast<unsigned char>(message[0]);
        std::string payload = message.substr(1);
        if (base64_) {
            channel -= '0';
            payload = base64_decode(payload).value_or("");
        }
        if (channel % 2 != 0 || channel / 2 >= links_.size()) return;
        Link& link = links_[channel / 2];
        if (!link.writer) {
            if (link.early.size() < kQueueMax) link.early += payload;
        } else if (!link.writer->write(payload)) {
            socket_->pause();
        }
    }

    void resume_readers() {
        for (auto& link : links_)
            if (link.reader) link.reader->resume();
    }

    void close_when_over() {
        for (const auto& link : links_)
            if (!link.ended) return;
        socket_->close();
        poller_.post([self = shared_from_this()] { self->finish(); });
    }

    void finish() {
        auto self = std::exchange(self_, nullptr);
        if (!self) return;
        for (auto& link : links_) {
            link.reader.reset();
            link.writer.reset();
        }
    }

    std::shared_ptr<net::WebSocket> socket_;
    const std::string pod_, netns_;
    sys::Poller& poller_;
    ThreadPool& pool_;
    const bool base64_;
    std::vector<Link> links_;
    std::atomic<bool> held_back_{false};
    std::shared_ptr<WsForward> self_;
};

}  // namespace

void serve_ws_port_forward(net::Exchange& exchange, const std::string& pod_name, const std::string& netns_path, sys::Poller& poller, ThreadPool& pool) {
    std::vector<uint16_t> ports;
    for (const auto& value : exchange.request().query.all("ports"))
        for (const auto text : split_views(value, ','))
            if (auto port = parse_int(text); port && *port > 0 && *port < 65536 && ports.size() < kPortsMax) ports.push_back(static_cast<uint16_t>(*port));
    if (ports.empty()) {
        net::Response refused;
        refused.code = 400;
        refused.body = net::make_bytes("query parameter \"ports\" is required");
        return exchange.respond(std::move(refused));
    }
    auto socket = net::WebSocket::accept(exchange, {"v4.channel.k8s.io", "v4.base64.channel.k8s.io", "portforward.k8s.io"});
    if (socket) std::make_shared<WsForward>(std::move(socket), std::move(ports), pod_name, netns_path, poller, pool)->begin();
}

}  // namespace skiff::agent::nodeapi
