#include "net/client_call.h"

#include "base/strings.h"
#include "net/connection_stream.h"
#include "net/http_write.h"

namespace skiff::net {

namespace {

constexpr size_t kHeaderBytesMax = 256 << 10;

bool is_idempotent(const std::string& method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

bool is_redirect(int code) { return code == 301 || code == 302 || code == 303 || code == 307 || code == 308; }

}  // namespace

Result<std::shared_ptr<TlsClientContext>> ClientCore::tls() {
    std::lock_guard lock(mutex);
    if (!context) context = TRY(TlsClientContext::create({}));
    return context;
}

ClientExchange::ClientExchange(std::shared_ptr<ClientCore> core, ClientRequest request, Callbacks callbacks)
    : core_(std::move(core)), request_(std::move(request)), callbacks_(std::move(callbacks)), redirects_left_(request_.redirects_max) {}

void ClientExchange::start() {
    deadline_ = Clock::system().elapsed() + request_.timeout;
    auto url = parse_url(request_.url);
    if (!url.ok()) {
        loop_ = &core_->io.impl().this_or_next_loop();
        loop_->post([self = shared_from_this(), status = url.status()] { self->finish(status); });
        return;
    }
    url_ = std::move(url.value());
    begin();
}

std::string ClientExchange::pool_key() const { return url_.origin() + " " + request_.connect_address; }

void ClientExchange::begin() {
    if (auto pooled = core_->pool->take(pool_key(), loop_)) {
        loop_ = &pooled->loop();
        loop_->post([self = shared_from_this(), pooled] { self->use_pooled(pooled); });
        return;
    }
    if (!loop_) loop_ = &core_->io.impl().this_or_next_loop();
    loop_->post([self = shared_from_this()] { self->dial(); });
}

void ClientExchange::arm_timeout() {
    timer_ = std::make_unique<LoopTimer>(*loop_);
    const Duration left = std::max<Duration>(deadline_ - Clock::system().elapsed(), Duration(0));
    timer_->arm(left, [weak = weak_from_this()] {
        auto self = weak.lock();
        if (!self) return;
        self->leave_connection(false);
        self->finish(error(Reason::Timeout, "{} {}: no answer within {} ms", self->request_.method, self->request_.url,
                           self->request_.timeout.count()));
    });
}

void ClientExchange::use_pooled(std::shared_ptr<Connection> connection) {
    if (finished_) {
        connection->close_now();
        return;
    }
    if (connection->closed() || connection->peer_has_ended()) {
        connection->close_now();
        begin();
        return;
    }
    arm_timeout();
    reused_ = true;
    connection_ = std::move(connection);
    connection_->set_events(shared_from_this());
    send();
}

void ClientExchange::dial() {
    if (finished_) return;
    arm_timeout();
    reused_ = false;
    std::string host = url_.host;
    uint16_t port = url_.port;
    if (!request_.connect_address.empty()) {
        auto where = parse_url("http://" + request_.connect_address);
        if (!where.ok()) return finish(where.status());
        host = where->host;
        port = where->port;
    }
    dial_ = std::make_shared<Dial>(core_->io, *loop_);
    dial_->start(host, port, [self = shared_from_this()](Result<Dialed> dialed) {
        self->dial_.reset();
        if (self->finished_) return;
        if (!dialed.ok()) return self->finish(std::move(dialed).status());
        self->connected(std::move(dialed.value()));
    });
}

void ClientExchange::connected(Dialed dialed) {
    Connection::TlsChoice choice;
    if (url_.scheme == "https") {
        auto tls = core_->tls();
        if (!tls.ok()) return finish(tls.status());
        choice.client = std::move(tls.value());
        choice.host = url_.host;
    }
    connection_ = std::make_shared<Connection>(*loop_, std::move(dialed.fd), std::move(dialed.address), std::move(choice));
    connection_->start(shared_from_this());
}

void ClientExchange::on_open() { send(); }

void ClientExchange::new_parser() {
    const size_t body_bytes_max = callbacks_.body_bounded ? request_.body_bytes_max : SIZE_MAX;
    parser_ = HttpParser::for_response({kHeaderBytesMax, body_bytes_max}, request_.method == "HEAD");
    parser_->on_body([this](std::string_view piece) {
        std::lock_guard lock(calling_);
        if (!cancelled_ && callbacks_.data) callbacks_.data(piece);
    });
}

void ClientExchange::send() {
    const bool has_body = request_.body && !request_.body->empty();
    got_bytes_ = false;
    in_.clear();
    new_parser();
    std::vector<Bytes> pieces;
    pieces.push_back(make_bytes(request_head(request_.method, url_.target, url_.authority(), request_.headers,
                                             has_body ? request_.body->size() : 0, has_body)));
    if (has_body) pieces.push_back(request_.body);
    connection_->write(std::move(pieces));
}

void ClientExchange::on_data(std::string_view bytes) {
    if (finished_) return;
    got_bytes_ = true;
    in_.append(bytes);
    auto keep = shared_from_this();
    feed();
}

void ClientExchange::feed() {
    while (!finished_ && parser_ && !in_.empty()) {
        const bool had_head = parser_->head_done();
        const size_t taken = parser_->feed(in_);
        in_.erase(0, taken);
        if (parser_->error() != ParseError::None) {
            const bool too_large = parser_->error() == ParseError::BodyTooLarge;
            leave_connection(false);
            return finish(too_large ? error(Reason::RequestEntityTooLarge, "{}: the answer is larger than {} bytes", request_.url, request_.body_bytes_max)
                                    : error(Reason::InternalError, "{}: malformed HTTP response", request_.url));
        }
        if (!had_head && parser_->head_done() && !head_arrived()) continue;
        if (parser_ && parser_->done()) return complete();
        if (taken == 0) return;
    }
}

// False: this head was not the last word (1xx, redirect, upgrade).
bool ClientExchange::head_arrived() {
    const int code = parser_->head().code;
    if (code == 101 && callbacks_.upgraded) {
        upgrade_arrived();
        return false;
    }
    if (code >= 100 && code < 200) {
        new_parser();
        return false;
    }
    if (is_redirect(code) && redirects_left_ > 0 && redirect()) return false;
    head_given_ = true;
    if (!callbacks_.timeout_covers_body) timer_.reset();
    std::lock_guard lock(calling_);
    if (!cancelled_ && callbacks_.head) callbacks_.head(code, parser_->head().headers);
    return true;
}

bool ClientExchange::redirect() {
    const std::string location = parser_->head().headers.get("Location");
    auto next = resolve_url(url_, location);
    if (location.empty() || !next.ok()) return false;
    const int code = parser_->head().code;
    --redirects_left_;
    if (next->origin() != url_.origin()) {
        // Credentials and a pinned address are for the first origin only.
        for (const char* name : {"Authorization", "Cookie", "Proxy-Authorization", "Host"}) request_.headers.erase(name);
        request_.connect_address.clear();
    }
    if (code == 303 || ((code == 301 || code == 302) && request_.method == "POST")) {
        if (request_.method != "HEAD") request_.method = "GET";
        request_.body = nullptr;
        request_.headers.erase("Content-Type");
    }
    leave_connection(false);
    parser_.reset();
    in_.clear();
    url_ = std::move(next.value());
    timer_.reset();
    begin();
    return true;
}

void ClientExchange::upgrade_arrived() {
    auto connection = std::move(connection_);
    connection_.reset();
    timer_.reset();
    const Headers headers = std::move(parser_->head().headers);
    parser_.reset();
    finished_ = true;
    auto stream = make_connection_stream(connection, [this] { return std::move(in_); });
    std::lock_guard lock(calling_);
    auto callbacks = std::move(callbacks_);
    callbacks_ = {};
    if (!cancelled_) callbacks.upgraded(headers, std::move(stream));
}

void ClientExchange::on_closed(Status status) {
    if (finished_) return;
    auto keep = shared_from_this();
    if (retry_on_new_connection()) return;
    const bool head_done = parser_ && parser_->head_done();
    if (status.ok() && head_done) {
        parser_->end_of_input();
        if (parser_->done()) return complete();
    }
    leave_connection(false);
    const std::string why = status.ok() ? "EOF" : status.message();
    finish(error(Reason::ServiceUnavailable, "{} {}: {}", request_.method, request_.url, head_done ? "unexpected end of the answer: " + why : why));
}

// The server may close an idle connection in the moment that we use it. Only what may safely run twice is sent again.
bool ClientExchange::retry_on_new_connection() {
    if (!reused_ || got_bytes_ || !is_idempotent(request_.method)) return false;
    leave_connection(false);
    reused_ = false;
    loop_->post([self = shared_from_this()] { self->dial(); });
    return true;
}

void ClientExchange::complete() {
    const bool reusable = parser_->keep_alive() && in_.empty() && !connection_->peer_has_ended() && connection_->queued_bytes() == 0;
    leave_connection(reusable);
    finish({});
}

void ClientExchange::leave_connection(bool reusable) {
    if (dial_) {
        dial_->cancel();
        dial_.reset();
    }
    auto connection = std::move(connection_);
    connection_.reset();
    if (!connection) return;
    connection->set_events(nullptr);
    if (reusable) core_->pool->put(pool_key(), std::move(connection));
    else connection->close();
}

void ClientExchange::finish(Status status) {
    if (finished_) return;
    finished_ = true;
    timer_.reset();
    std::lock_guard lock(calling_);
    auto callbacks = std::move(callbacks_);   // frees what they hold, also on the way out
    callbacks_ = {};
    if (!cancelled_ && callbacks.end) callbacks.end(std::move(status));
}

void ClientExchange::cancel() {
    {
        std::lock_guard lock(calling_);
        if (cancelled_) return;
        cancelled_ = true;
    }
    if (core_->io.impl().loops.front()->stopped()) return;
    loop_->post([self = shared_from_this()] {
        self->leave_connection(false);
        self->finish({});
    });
}

}  // namespace skiff::net
