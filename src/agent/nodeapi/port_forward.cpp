#include "agent/nodeapi/port_forward.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

#include "agent/nodeapi/port_link.h"
#include "agent/nodeapi/ws_port_forward.h"
#include "agent/sys/netns.h"
#include "base/strings.h"
#include "net/spdy.h"
#include "net/websocket.h"

namespace skiff::agent::nodeapi {

namespace {

constexpr int kDialTimeoutMs = 5000;
constexpr const char* kProtocol = "portforward.k8s.io";
constexpr const char* kTunnelled = "SPDY/3.1+portforward.k8s.io";

Result<Fd> dial(int family, uint16_t port) {
    Fd socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return errno_status("socket", errno);
    sockaddr_storage address{};
    socklen_t size;
    if (family == AF_INET) {
        auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
        *v4 = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
        size = sizeof *v4;
    } else {
        auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        v6->sin6_addr = in6addr_loopback;
        size = sizeof *v6;
    }
    const std::string what = fmt::format("dial tcp{} {}:{}: connect", family == AF_INET ? 4 : 6, family == AF_INET ? "127.0.0.1" : "[::1]", port);
    if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), size) == 0) return socket;
    if (errno != EINPROGRESS) return error(Reason::InternalError, "{}: {}", what, lower(::strerror(errno)));
    pollfd wait{socket.get(), POLLOUT, 0};
    if (::poll(&wait, 1, kDialTimeoutMs) <= 0) return error(Reason::Timeout, "{}: connection timed out", what);
    int failure = 0;
    socklen_t length = sizeof failure;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &length);
    if (failure != 0) return error(Reason::InternalError, "{}: {}", what, lower(::strerror(failure)));
    return socket;
}

// One SPDY session: pairs of streams (data, error) that share a request id.
class SpdyForward : public std::enable_shared_from_this<SpdyForward> {
public:
    SpdyForward(std::shared_ptr<net::SpdySession> session, std::string pod, std::string netns, sys::Poller& poller, ThreadPool& pool)
        : session_(std::move(session)), pod_(std::move(pod)), netns_(std::move(netns)), poller_(poller), pool_(pool) {}

    void begin() {
        self_ = shared_from_this();
        std::weak_ptr<SpdyForward> weak = self_;
        session_->start(
            [weak, &poller = poller_](std::shared_ptr<net::SpdyStream> stream) {
                poller.post([weak, stream = std::move(stream)] {
                    if (auto self = weak.lock()) self->opened(stream);
                });
            },
            [weak, &poller = poller_](Status) {
                poller.post([weak] {
                    if (auto self = weak.lock()) self->self_.reset();
                });
            });
    }

private:
    struct Pair {
        std::shared_ptr<net::SpdyStream> data, error;
    };
    static constexpr size_t kPairsMax = 1024;

    void opened(const std::shared_ptr<net::SpdyStream>& stream) {
        const net::Headers& headers = stream->headers();
        const std::string& type = headers.get("streamtype");
        const auto port = parse_int(headers.get("port"));
        std::string id = headers.get("requestid");
        // Very old clients give none; their pairs are made one after another.
        if (id.empty()) id = std::to_string(type == "error" ? stream->id() : stream->id() - 2);
        if (!port || *port < 1 || *port > 65535 || (type != "data" && type != "error") || pairs_.size() >= kPairsMax) return stream->reset(1);
        Pair& pair = pairs_[id];
        (type == "data" ? pair.data : pair.error) = stream;
        if (!pair.data || !pair.error) return;
        auto ready = std::move(pair);
        pairs_.erase(id);
        connect(std::move(ready), static_cast<uint16_t>(*port));
    }

    void connect(Pair pair, uint16_t port) {
        auto self = shared_from_this();
        pair.error->start([](std::string_view) {}, [](Status) {});
        const bool taken = pool_.submit([self, pair, port] {
            auto socket = std::make_shared<Result<Fd>>(dial_in_netns(self->netns_, port));
            self->poller_.post([self, pair, socket, port] {
                if (!socket->ok()) return self->refuse(pair, port, socket->status());
                link_stream(pair.data, std::move(*socket).value(), self->poller_, [errors = pair.error] { errors->shutdown_write(); });
            });
        });
        if (!taken) refuse(pair, port, error(Reason::ServiceUnavailable, "the node is busy"));
    }

    void refuse(const Pair& pair, uint16_t port, const Status& status) {
        pair.error->write(fmt::format("error forwarding port {} to pod {}, uid : failed to execute portforward in network namespace: failed to connect to localhost:{} inside namespace: {}",
                                      port, pod_, port, status.message()));
        pair.error->shutdown_write();
        pair.data->start([](std::string_view) {}, [](Status) {});
        pair.data->shutdown_write();
    }

    std::shared_ptr<net::SpdySession> session_;
    const std::string pod_, netns_;
    sys::Poller& poller_;
    ThreadPool& pool_;
    std::map<std::string, Pair> pairs_;
    std::shared_ptr<SpdyForward> self_;
};

}  // namespace

Result<Fd> dial_in_netns(const std::string& netns_path, uint16_t port) {
    Result<Fd> result = error(Reason::InternalError, "not dialled");
    auto both = [&]() -> Status {
        result = dial(AF_INET, port);
        if (result.ok()) return {};
        // The IPv4 answer is the one to tell when neither listens.
        if (auto v6 = dial(AF_INET6, port); v6.ok()) result = std::move(v6);
        return {};
    };
    if (netns_path.empty()) (void)both();
    else TRY(sys::with_netns(netns_path, both));
    return result;
}

void serve_port_forward(const net::ExchangePtr& exchange, const std::string& pod_name, const std::string& netns_path, sys::Poller& poller, ThreadPool& pool) {
    std::shared_ptr<net::SpdySession> session;
    if (net::wants_websocket(exchange->request())) {
        const auto offered = net::offered_protocols(exchange->request().headers);
        bool tunnelled = false;
        for (const auto& protocol : offered) tunnelled = tunnelled || protocol == kTunnelled;
        if (!tunnelled) return serve_ws_port_forward(*exchange, pod_name, netns_path, poller, pool);
        auto socket = net::WebSocket::accept(*exchange, {kTunnelled});
        if (!socket) return;
        session = net::SpdySession::create(net::make_websocket_stream(std::move(socket)), net::SpdyRole::Server);
    } else if (net::wants_spdy(exchange->request())) {
        net::Headers headers;
        headers.set("X-Stream-Protocol-Version", kProtocol);
        session = net::accept_spdy(*exchange, std::move(headers));
    } else {
        net::Response refused;
        refused.code = 400;
        refused.body = net::make_bytes("Upgrade request required");
        return exchange->respond(std::move(refused));
    }
    if (session) std::make_shared<SpdyForward>(std::move(session), pod_name, netns_path, poller, pool)->begin();
}

}  // namespace skiff::agent::nodeapi
