#include "net/http_exchange.h"

#include <atomic>
#include <cstdio>

#include "net/http_write.h"

namespace skiff::net {

namespace {

class ServerExchange final : public Exchange {
public:
    ServerExchange(std::shared_ptr<HttpSession> session, Request request, bool keep_alive)
        : session_(std::move(session)), request_(std::move(request)), keep_alive_(keep_alive), head_(request_.method == "HEAD"),
          version_minor_(request_.version_minor) {}
    ~ServerExchange() override {
        if (!answered_) respond(status_response(500, "InternalError", "the request was dropped without an answer"));
    }
    const Request& request() const override { return request_; }
    Request& mutable_request() override { return request_; }
    void respond(Response response) override {
        if (!answered_.exchange(true)) session_->respond(std::move(response), head_, version_minor_, keep_alive_);
    }
    std::shared_ptr<ResponseStream> stream(int code, Headers headers) override {
        if (answered_.exchange(true)) return nullptr;
        return session_->respond_stream(code, headers, head_, version_minor_, keep_alive_);
    }
    std::shared_ptr<Stream> upgrade(Headers headers) override {
        if (answered_.exchange(true)) return nullptr;
        return session_->respond_upgrade(headers);
    }
    void on_aborted(std::function<void()> aborted) override { session_->set_on_aborted(std::move(aborted)); }

private:
    const std::shared_ptr<HttpSession> session_;
    Request request_;
    const bool keep_alive_, head_;
    const int version_minor_;
    std::atomic<bool> answered_{false};
};

const Bytes& chunk_end() {
    static const Bytes bytes = make_bytes("\r\n");
    return bytes;
}

Bytes chunk_head(size_t size) {
    char text[24];
    const int n = snprintf(text, sizeof text, "%zx\r\n", size);
    return make_bytes(std::string(text, static_cast<size_t>(n)));
}

}  // namespace

ExchangePtr make_exchange(std::shared_ptr<HttpSession> session, Request request, bool keep_alive) {
    return std::make_shared<ServerExchange>(std::move(session), std::move(request), keep_alive);
}

ServerResponseStream::ServerResponseStream(std::shared_ptr<HttpSession> session, bool chunked, bool keep_alive, bool head_request)
    : session_(std::move(session)), chunked_(chunked), keep_alive_(keep_alive), head_request_(head_request) {}

// Dropped without an end: the client must not take what it got for the whole.
ServerResponseStream::~ServerResponseStream() {
    if (!ended_) session_->connection().close();
}

bool ServerResponseStream::write(Bytes bytes) {
    std::unique_lock lock(mutex_);
    if (ended_ || told_ || session_->connection().closed()) return false;
    if (!bytes || bytes->empty() || head_request_) return true;
    if (queued_bytes() + bytes->size() > session_->host().limits.stream_queue_bytes_max) {
        ended_ = true;
        lock.unlock();
        session_->connection().close();
        return false;
    }
    // Under the mutex, so that two writers do not mix their chunks with the end.
    if (!chunked_) return session_->connection().write(std::move(bytes));
    Bytes head = chunk_head(bytes->size());
    return session_->connection().write({std::move(head), std::move(bytes), chunk_end()});
}

size_t ServerResponseStream::queued_bytes() const { return session_->connection().queued_bytes(); }

void ServerResponseStream::on_drained(std::function<void()> drained) {
    std::lock_guard lock(mutex_);
    drained_ = std::move(drained);
}

void ServerResponseStream::end() {
    std::function<void()> closed;
    {
        std::lock_guard lock(mutex_);
        if (ended_ || told_) return;
        ended_ = told_ = true;
        closed = std::move(closed_);
        closed_ = drained_ = nullptr;
        if (chunked_ && !head_request_) session_->connection().queue({make_bytes("0\r\n\r\n")});
    }
    session_->finish_answer(keep_alive_);
    if (closed) session_->connection().loop().post(std::move(closed));
}

void ServerResponseStream::abort() {
    {
        std::lock_guard lock(mutex_);
        if (ended_) return;
        ended_ = true;
    }
    session_->connection().close();
}

void ServerResponseStream::on_closed(std::function<void()> closed) {
    {
        std::lock_guard lock(mutex_);
        if (!told_) {
            closed_ = std::move(closed);
            return;
        }
    }
    session_->connection().loop().post(std::move(closed));
}

void ServerResponseStream::client_gone() {
    std::function<void()> closed, drained;
    {
        std::lock_guard lock(mutex_);
        if (told_) return;
        told_ = true;
        closed = std::move(closed_);
        drained = std::move(drained_);
        closed_ = drained_ = nullptr;
    }
    if (closed) closed();
}

void ServerResponseStream::drained() {
    std::function<void()> drained;
    {
        std::lock_guard lock(mutex_);
        drained = drained_;
    }
    if (drained) drained();
}

}  // namespace skiff::net
