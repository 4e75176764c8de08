#include "server/apiserver/subresource/log_socket.h"

#include <mutex>

#include "base/encoding.h"
#include "net/http_client.h"
#include "net/websocket.h"
#include "server/apiserver/respond.h"

namespace skiff::apiserver {
namespace {

constexpr const char* kBase64 = "base64.binary.k8s.io";
constexpr size_t kErrorBytesMax = 64 << 10;

// One log on its way. Lives through the callbacks of the node's answer and of the client's socket.
class LogSocket : public std::enable_shared_from_this<LogSocket> {
public:
    LogSocket(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context) : core_(core), exchange_(std::move(exchange)), context_(std::move(context)) {}

    void start(const std::shared_ptr<net::HttpClient>& client, std::string url) {
        net::ClientRequest request;
        request.url = std::move(url);
        net::HttpClient::StreamHandler handler;
        handler.head = [self = shared_from_this()](int code, const net::Headers& headers) { self->head(code, headers); };
        handler.data = [self = shared_from_this()](std::string_view bytes) { self->data(bytes); };
        handler.end = [self = shared_from_this()](Status status) { self->end(status); };
        auto call = client->stream(std::move(request), std::move(handler));
        std::lock_guard lock(mutex_);
        if (!ended_) call_ = std::move(call);
    }

private:
    void head(int code, const net::Headers& headers) {
        if (code != 200) {
            refusal_.code = code;
            refusal_.headers.set("Content-Type", headers.get("Content-Type"));
            return;
        }
        socket_ = net::WebSocket::accept(*exchange_, {"binary.k8s.io", kBase64});
        if (!socket_) return cancel();
        base64_ = socket_->protocol() == kBase64;
        // The socket is held by this, this by the running call: the client's end ends all.
        socket_->start([](net::WsKind, std::string_view) {}, [weak = weak_from_this()](const Status&) {
            if (auto self = weak.lock()) self->cancel();
        });
    }

    void data(std::string_view bytes) {
        if (!socket_) {
            if (text_.size() < kErrorBytesMax) text_.append(bytes);
            return;
        }
        const bool taken = base64_ ? socket_->send(net::WsKind::Text, base64_encode(bytes)) : socket_->send(net::WsKind::Binary, bytes);
        if (!taken) cancel();
    }

    void end(const Status& status) {
        std::shared_ptr<net::ClientCall> done;
        {
            std::lock_guard lock(mutex_);
            ended_ = true;
            done = std::move(call_);
        }
        if (socket_) return socket_->close(status.ok() ? net::WsClose::kNormal : net::WsClose::kInternalError);
        if (!status.ok() || refusal_.code == 200) return send_status(*exchange_, core_, *context_, error(Reason::ServiceUnavailable, "error trying to reach the node: {}", status.message()));
        refusal_.body = net::make_bytes(std::move(text_));
        exchange_->respond(std::move(refusal_));
    }

    void cancel() {
        std::shared_ptr<net::ClientCall> running;
        {
            std::lock_guard lock(mutex_);
            running = std::move(call_);
        }
        if (running) running->cancel();
    }

    Core& core_;
    net::ExchangePtr exchange_;
    std::shared_ptr<RequestContext> context_;
    std::mutex mutex_;
    std::shared_ptr<net::ClientCall> call_;
    bool ended_ = false;

    // Of the call's thread.
    std::shared_ptr<net::WebSocket> socket_;
    bool base64_ = false;
    net::Response refusal_;
    std::string text_;
};

}  // namespace

void serve_log_socket(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context, std::string url) {
    if (!core.kubelets) return send_status(*exchange, core, *context, error(Reason::ServiceUnavailable, "this server cannot reach nodes"));
    auto socket = std::make_shared<LogSocket>(core, std::move(exchange), std::move(context));
    socket->start(core.kubelets, std::move(url));
}

}  // namespace skiff::apiserver
