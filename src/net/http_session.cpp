#include "net/http_session.h"

#include "base/encoding.h"
#include "base/strings.h"
#include "net/connection_stream.h"
#include "net/http_exchange.h"
#include "net/http_write.h"

namespace skiff::net {

namespace {

constexpr size_t kTargetLoggedMax = 200;
constexpr size_t kPipelinedBytesMax = 64 << 10;            // read ahead while a request is being handled
constexpr size_t kUnsentBytesMax = 1 << 20;                // answers that wait for the client before it gets the next one
constexpr size_t kReserveBytesMax = 256 << 10;
constexpr std::chrono::milliseconds kUnsentTime{30'000};   // without progress
constexpr size_t kPathBytesMax = 64 << 10;
constexpr size_t kSmallBytes = 16 << 10;                   // such requests are taken however crowded it is
constexpr std::chrono::milliseconds kLingerTime{2000};     // for a client that still sends what was refused

// Absolute form ("GET http://host/path") loses its origin; * stays.
std::string_view origin_form(std::string_view target) {
    const size_t scheme = target.starts_with("http://") ? 7 : target.starts_with("https://") ? 8 : 0;
    if (scheme == 0) return target;
    const size_t slash = target.find('/', scheme);
    return slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
}

// False when an escape is bad.
bool fill_request(Request& request, ParsedHead& head) {
    request.method = std::move(head.method);
    request.target = std::string(origin_form(head.target));
    request.headers = std::move(head.headers);
    request.version_minor = head.version_minor;
    const std::string_view target = request.target;
    const size_t question = target.find('?');
    request.raw_path = std::string(target.substr(0, question));
    if (question != std::string_view::npos) {
        auto query = Query::parse(target.substr(question + 1));
        if (!query) return false;
        request.query = std::move(*query);
    }
    if (contains(request.raw_path, "%")) {
        auto path = percent_decode(request.raw_path);
        if (!path) return false;
        request.path = std::move(*path);
    } else {
        request.path = request.raw_path;
    }
    return true;
}

}  // namespace

HttpSession::HttpSession(std::shared_ptr<SessionHost> host, std::shared_ptr<Connection> connection)
    : host_(std::move(host)), connection_(std::move(connection)) {}

void HttpSession::start() {
    expect_within(host_->limits.header_timeout);
    connection_->start(shared_from_this());
}

void HttpSession::on_open() {
    state_ = State::Idle;
    expect_within(host_->limits.header_timeout);
}

void HttpSession::expect_within(std::chrono::milliseconds delay) {
    since_ = Clock::system().elapsed();
    deadline_ = since_ + delay;
    host_->deadline_changed(*this);
}

void HttpSession::no_deadline() { deadline_ = Duration::max(); }

void HttpSession::on_data(std::string_view bytes) {
    if (state_ == State::Lingering || state_ == State::Gone) return;
    in_.append(bytes);
    process();
    note_held();
    if (host_->held > SessionHost::kHeldBytesMax && state_ == State::Reading && held_ > kSmallBytes) {
        refuse(429, "TooManyRequests", "too many requests are being sent at the same time, please try again later");
        return note_held();
    }
    const bool waits = state_ == State::Handling || connection_->queued_bytes() >= kUnsentBytesMax;
    if (waits && in_.size() > kPipelinedBytesMax) connection_->set_reading(false);
}

// Keeps the host's sum.
void HttpSession::note_held() {
    const bool taken = state_ == State::Handling || state_ == State::Upgraded;   // a stream's queue has bounds of its own
    const size_t now = state_ == State::Gone ? 0 : in_.capacity() + body_.capacity() + handled_ + (taken ? 0 : connection_->queued_bytes());
    host_->held += now - held_;
    const bool more = now > held_;
    held_ = now;
    if (more && host_->held > SessionHost::kHeldBytesMax) host_->crowded();
}

// Parses and dispatches until input runs out, or a request is with the handler, or the client does not take its answers. An answer
// that comes during the handler's call continues this loop.
void HttpSession::process() {
    if (processing_) return;
    processing_ = true;
    while ((state_ == State::Idle || state_ == State::Reading) && !in_.empty() && connection_->queued_bytes() < kUnsentBytesMax) {
        if (!parse_some()) break;
    }
    processing_ = false;
    if (in_.empty() && in_.capacity() > 256) std::string().swap(in_);
    if (connection_->queued_bytes() > 0) connection_->flush_soon();
}

// False: needs more input.
bool HttpSession::parse_some() {
    if (state_ == State::Idle) {
        state_ = State::Reading;
        parser_ = HttpParser::for_request({host_->limits.header_bytes_max, host_->limits.body_bytes_max});
        parser_->on_body([this](std::string_view piece) { body_.append(piece); });
        expect_within(host_->limits.header_timeout);
    }
    const bool had_head = parser_->head_done();
    const size_t taken = parser_->feed(in_);
    if (taken == in_.size()) in_.clear();
    else in_.erase(0, taken);
    if (!had_head && parser_->head_done() && parser_->error() == ParseError::None) head_complete();
    switch (parser_->error()) {
        case ParseError::None: break;
        case ParseError::HeaderTooLarge: refuse(431, "", "Request Header Fields Too Large"); return true;
        case ParseError::BodyTooLarge:
            refuse(413, "RequestEntityTooLarge", "Request entity too large: limit is " + std::to_string(host_->limits.body_bytes_max));
            return true;
        default: refuse(400, "BadRequest", "malformed HTTP request"); return true;
    }
    if (!parser_->done()) return taken > 0 && !in_.empty();
    dispatch();
    return true;
}

void HttpSession::head_complete() {
    if (parser_->done()) return;
    ParsedHead& head = parser_->head();
    if (head.content_length > 0) body_.reserve(std::min(static_cast<size_t>(head.content_length), kReserveBytesMax));
    expect_within(host_->limits.body_timeout);
    if (in_.empty() && head.version_minor > 0 && lower(head.headers.get("Expect")) == "100-continue") {
        connection_->write(make_bytes("HTTP/1.1 100 Continue\r\n\r\n"));
    }
}

void HttpSession::dispatch() {
    auto parser = std::move(parser_);
    Request request;
    const bool keep_alive = parser->keep_alive();
    if (std::string_view(parser->head().target).substr(0, kPathBytesMax + 1).find('?') == std::string_view::npos && parser->head().target.size() > kPathBytesMax)
        return refuse(414, "", "Request URI Too Long");
    if (!fill_request(request, parser->head())) return refuse(400, "BadRequest", "malformed request target");
    if (request.version_minor > 0 && request.headers.all("Host").size() != 1) return refuse(400, "BadRequest", "exactly one Host header is required");
    request.body = std::move(body_);
    body_ = {};
    handled_ = request.body.size();
    request.remote_address = connection_->remote_address();
    request.tls = connection_->is_tls();
    if (const TlsSession* tls = connection_->tls()) {
        request.certificate = tls->peer();
        request.certificate_error = tls->peer_error();
    }
    state_ = State::Handling;
    no_deadline();
    LoopTurn turn(request.target.substr(0, kTargetLoggedMax));
    host_->handler(make_exchange(shared_from_this(), std::move(request), keep_alive));
}

void HttpSession::refuse(int code, std::string_view reason, std::string_view message) {
    parser_.reset();
    std::string().swap(in_);
    std::string().swap(body_);
    Response response = status_response(code, reason, message);
    if (code == 429) response.headers.set("Retry-After", "1");
    HeadOptions options;
    options.keep_alive = false;
    options.content_length = response.body->size();
    connection_->write({make_bytes(response_head(code, response.headers, options)), response.body});
    linger();
}

// Sends the rest, ends our direction, and reads on for a while: closing at once would make the kernel cut off what we sent.
void HttpSession::linger() {
    state_ = State::Lingering;
    connection_->shutdown_write();
    connection_->set_reading(true);
    expect_within(kLingerTime);
    note_held();
    if (peer_ended_) connection_->close_when_drained();
}

void HttpSession::answered(bool keep_alive) {
    if (state_ != State::Handling) return;
    aborted_ = nullptr;
    stream_.reset();
    handled_ = 0;
    if (!keep_alive || wind_down_ || host_->stopping || peer_ended_) {
        if (!in_.empty()) return linger();
        state_ = State::Lingering;
        expect_within(host_->limits.idle_timeout);
        note_held();
        connection_->close_when_drained();
        return;
    }
    state_ = State::Idle;
    connection_->set_reading(true);
    // An answer holds memory and a seat until it is taken.
    expect_within(connection_->queued_bytes() > kUnsentBytesMax ? std::min(kUnsentTime, host_->limits.idle_timeout) : host_->limits.idle_timeout);
    note_held();
    process();
}

void HttpSession::deadline_passed() {
    const size_t unsent = connection_->queued_bytes();
    const bool moving = unsent > 0 && unsent != unsent_seen_;
    unsent_seen_ = unsent;
    if (moving && (state_ == State::Idle || state_ == State::Lingering)) return expect_within(host_->limits.idle_timeout);
    no_deadline();
    if (state_ == State::Reading && parser_ && parser_->head_done()) {
        refuse(408, "Timeout", "the request's body did not arrive in time");
    } else {
        connection_->close_now();
    }
}

void HttpSession::wind_down() {
    wind_down_ = true;
    if (state_ == State::Opening || state_ == State::Idle) connection_->close_now();
    if (auto stream = stream_.lock()) stream->end();
}

void HttpSession::on_closed(Status status) {
    peer_ended_ = true;
    auto aborted = std::move(aborted_);
    aborted_ = nullptr;
    close_streams();
    // A client that only ended its sending direction may still wait for the answer.
    if (!status.ok() || state_ != State::Handling) connection_->close_when_drained();
    if (aborted) aborted();
}

void HttpSession::close_streams() {
    if (auto stream = stream_.lock()) {
        stream->client_gone();
        connection_->close();
    }
}

void HttpSession::on_drained() {
    if (auto stream = stream_.lock()) stream->drained();
    note_held();
    if (state_ != State::Idle && state_ != State::Reading) return;
    connection_->set_reading(true);
    process();
}

void HttpSession::on_gone() {
    auto keep = shared_from_this();
    if (state_ != State::Upgraded) state_ = State::Gone;
    std::string().swap(in_);
    std::string().swap(body_);
    handled_ = 0;
    note_held();
    peer_ended_ = true;
    no_deadline();
    close_streams();
    host_->gone(*this);
}

// ---- From the exchange, any thread

void HttpSession::respond(Response response, bool head_request, int version_minor, bool keep_alive) {
    keep_alive = keep_alive && !host_->stopping && lower(response.headers.get("Connection")) != "close";
    HeadOptions options{version_minor, keep_alive, BodyFraming::Length, 0};
    if (response.body) options.content_length = response.body->size();
    for (const Bytes& piece : response.more) options.content_length += piece ? piece->size() : 0;
    const bool bodiless = response.code == 204 || response.code == 304 || response.code < 200;
    if (bodiless) options.framing = BodyFraming::None;
    std::vector<Bytes> pieces;
    pieces.reserve(2 + response.more.size());
    pieces.push_back(make_bytes(response_head(response.code, response.headers, options)));
    if (!head_request && !bodiless) {
        pieces.push_back(std::move(response.body));
        std::move(response.more.begin(), response.more.end(), std::back_inserter(pieces));
    }
    connection_->queue(std::move(pieces));
    finish_answer(keep_alive);
}

void HttpSession::finish_answer(bool keep_alive) {
    if (connection_->loop().in_thread() && processing_) {
        answered(keep_alive);   // the connection flushes when the loop has handed over all input
        return;
    }
    connection_->loop().post([self = shared_from_this(), keep_alive] {
        self->answered(keep_alive);
        self->connection_->flush();
    });
}

std::shared_ptr<ResponseStream> HttpSession::respond_stream(int code, const Headers& headers, bool head_request, int version_minor,
                                                            bool keep_alive) {
    const bool chunked = version_minor > 0;
    keep_alive = keep_alive && chunked && !host_->stopping;
    connection_->write(make_bytes(response_head(code, headers, {version_minor, keep_alive, chunked ? BodyFraming::Chunked : BodyFraming::UntilClose, 0})));
    auto stream = std::make_shared<ServerResponseStream>(shared_from_this(), chunked, keep_alive, head_request);
    auto attach = [self = shared_from_this(), weak = std::weak_ptr(stream)] {
        self->stream_ = weak;
        auto stream = weak.lock();
        if (!stream) return;
        if (self->peer_ended_) self->close_streams();
        else if (self->wind_down_) stream->end();
    };
    if (connection_->loop().in_thread()) attach();
    else connection_->loop().post(attach);
    return stream;
}

std::shared_ptr<Stream> HttpSession::respond_upgrade(const Headers& headers) {
    connection_->write(make_bytes(upgrade_head(headers)));
    return make_connection_stream(connection_, [self = shared_from_this()] {
        self->state_ = State::Upgraded;
        self->aborted_ = nullptr;
        self->handled_ = 0;
        std::string early = std::move(self->in_);
        self->in_.clear();
        self->note_held();
        self->host_->gone(*self);
        return early;
    });
}

void HttpSession::set_on_aborted(std::function<void()> aborted) {
    auto set = [self = shared_from_this(), aborted = std::move(aborted)]() mutable {
        if (self->state_ == State::Gone || self->peer_ended_) aborted();
        else if (self->state_ == State::Handling) self->aborted_ = std::move(aborted);
    };
    // Posted even on the loop's thread: the handler is not called back from within.
    connection_->loop().post(std::move(set));
}

}  // namespace skiff::net
