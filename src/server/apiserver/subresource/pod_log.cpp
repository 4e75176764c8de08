#include "server/apiserver/subresource/pod_log.h"

#include <mutex>

#include "base/encoding.h"
#include "base/strings.h"
#include "net/http_client.h"
#include "net/websocket.h"
#include "server/apiserver/respond.h"

namespace skiff::apiserver {
namespace {

constexpr const char* kBase64 = "base64.binary.k8s.io";
constexpr size_t kErrorBytesMax = 64 << 10;

// The node answers in plain text; clients of the API expect a Status.
Status refusal(int code, const std::string& text) {
    if (code == 400) return error(Reason::BadRequest, "{}", text);
    if (code == 404) return error(Reason::NotFound, "{}", trim(text));
    if (code == 401) return error(Reason::Unauthorized, "{}", text);
    if (code == 403) return error(Reason::Forbidden, "{}", text);
    if (code == 429) return error(Reason::TooManyRequests, "{}", text);
    return error(Reason::InternalError, "Internal error occurred: {}", text);
}

// One log on its way. Lives through the callbacks of the node's answer and of the client's connection.
class LogRelay : public std::enable_shared_from_this<LogRelay> {
public:
    LogRelay(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context) : core_(core), exchange_(std::move(exchange)), context_(std::move(context)) {}

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
        code_ = code;
        if (code != 200) return;
        // Who answers is held by this, this by the running call: the client's end ends all.
        auto gone = [weak = weak_from_this()] {
            if (auto self = weak.lock()) self->cancel();
        };
        if (!net::wants_websocket(exchange_->request())) {
            net::Headers out = base_headers(*context_);
            out.set("Content-Type", headers.get("Content-Type"));
            stream_ = exchange_->stream(200, std::move(out));
            stream_->on_closed(gone);
            return;
        }
        socket_ = net::WebSocket::accept(*exchange_, {"binary.k8s.io", kBase64});
        if (!socket_) return cancel();
        base64_ = socket_->protocol() == kBase64;
        socket_->start([](net::WsKind, std::string_view) {}, [gone](const Status&) { gone(); });
    }

    void data(std::string_view bytes) {
        bool taken = true;
        if (stream_) taken = stream_->write(bytes);
        else if (socket_) taken = base64_ ? socket_->send(net::WsKind::Text, base64_encode(bytes)) : socket_->send(net::WsKind::Binary, bytes);
        else if (text_.size() < kErrorBytesMax) text_.append(bytes);
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
        if (stream_) return status.ok() ? stream_->end() : stream_->abort();
        if (code_ == 0 || !status.ok()) return send_status(*exchange_, core_, *context_, error(Reason::ServiceUnavailable, "error trying to reach service: {}", status.message()));
        send_status(*exchange_, core_, *context_, refusal(code_, text_));
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
    int code_ = 0;
    std::shared_ptr<net::ResponseStream> stream_;
    std::shared_ptr<net::WebSocket> socket_;
    bool base64_ = false;
    std::string text_;
};

}  // namespace

void relay_log(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context, std::string url) {
    if (!core.kubelets) return send_status(*exchange, core, *context, error(Reason::ServiceUnavailable, "this server cannot reach nodes"));
    auto log = std::make_shared<LogRelay>(core, std::move(exchange), std::move(context));
    log->start(core.kubelets, std::move(url));
}

}  // namespace skiff::apiserver
