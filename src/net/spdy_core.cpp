#include "net/spdy_core.h"

#include <algorithm>

namespace skiff::net {

namespace {

constexpr size_t kBufferedHighBytes = 1 << 20, kBufferedLowBytes = 256 << 10;   // of paused streams, before the transport is paused
constexpr uint32_t kOurWindowBytes = 256 << 10;
constexpr uint32_t kInitialWindowSetting = 7;
constexpr uint32_t kWindowMax = 0x7fffffff;
constexpr size_t kFrameOverhead = 8;

class Handle final : public SpdyStream {
public:
    Handle(std::shared_ptr<SpdyCore> core, SpdyStatePtr state) : core_(std::move(core)), state_(std::move(state)) {}
    ~Handle() override {
        core_->finish(state_);
        state_->released = true;
        core_->post([core = core_, state = state_] {
            state->data = nullptr;
            state->closed = nullptr;
            state->paused = false;
            core->deliver(state);
        });
    }
    uint32_t id() const override { return state_->id; }
    const Headers& headers() const override { return state_->headers; }
    void reset(uint32_t status) override { core_->reset(state_, status); }
    void start(std::function<void(std::string_view)> data, std::function<void(Status)> closed) override {
        core_->begin(state_, std::move(data), std::move(closed));
    }
    void pause() override { state_->paused = true; }
    void resume() override {
        state_->paused = false;
        core_->post([core = core_, state = state_] { core->deliver(state); });
    }
    bool write(Bytes bytes) override { return core_->write(state_, std::move(bytes)); }
    size_t queued_bytes() const override { return core_->queued_bytes(state_); }
    void on_drained(std::function<void()> drained) override { core_->set_drained(state_, std::move(drained)); }
    void shutdown_write() override { core_->finish(state_); }
    void close() override { core_->reset(state_, SpdyReset::kCancel); }
    void post(std::function<void()> task) override { core_->post(std::move(task)); }

private:
    const std::shared_ptr<SpdyCore> core_;
    const SpdyStatePtr state_;
};

}  // namespace

void SpdyCore::post(std::function<void()> task) {
    std::shared_ptr<Stream> transport;
    {
        std::lock_guard lock(mutex_);
        transport = transport_;
    }
    if (transport) transport->post(std::move(task));
}

// ---- Session

void SpdyCore::start(std::function<void(std::shared_ptr<SpdyStream>)> opened, std::function<void(Status)> closed) {
    opened_ = std::move(opened);
    closed_ = std::move(closed);
    if (role_ == SpdyRole::Client) {
        std::lock_guard lock(mutex_);
        SpdyControl settings{};
        settings.type = SpdyType::Settings;
        settings.settings = {{kInitialWindowSetting, kOurWindowBytes}};
        send_control(settings);
    }
    transport_->on_drained([weak = weak_from_this()] {
        if (auto self = weak.lock()) self->on_drained();
    });
    // Weak, as the transport belongs to us: only handles keep a session.
    transport_->start(
        [weak = weak_from_this()](std::string_view bytes) {
            if (auto self = weak.lock()) self->on_bytes(bytes);
        },
        [weak = weak_from_this()](Status status) {
            if (auto self = weak.lock()) self->on_end(std::move(status));
        });
}

void SpdyCore::on_bytes(std::string_view bytes) {
    if (ended_ || failed_) return;
    if (parser_.feed(bytes, *this)) return;
    failed_ = true;
    close();
    if (transport_) transport_->close();
}

void SpdyCore::on_end(Status status) {
    if (ended_) return;
    ended_ = true;
    std::map<uint32_t, SpdyStatePtr> streams;
    bool expected = false;
    {
        std::lock_guard lock(mutex_);
        expected = closing_ || going_away_;
        closing_ = true;
        streams.swap(streams_);
        for (auto& entry : streams) entry.second->ended = true;
    }
    if (failed_) status = error(Reason::BadRequest, "spdy: the peer broke the protocol");
    for (auto& entry : streams) remote_end(entry.second, error(Reason::ServiceUnavailable, "spdy: the connection has ended"));
    auto closed = std::move(closed_);
    closed_ = nullptr;
    opened_ = nullptr;
    if (closed) closed(expected && !failed_ ? Status() : std::move(status));
}

void SpdyCore::close() {
    std::lock_guard lock(mutex_);
    if (closing_ || !transport_) return;
    send_control(SpdyType::GoAway, last_remote_id_);
    closing_ = true;
    transport_->shutdown_write();
}

void SpdyCore::release() {
    opened_ = nullptr;
    closed_ = nullptr;
    on_end(Status());
    std::shared_ptr<Stream> transport;
    std::lock_guard lock(mutex_);
    transport = std::move(transport_);
    transport_ = nullptr;
}

void SpdyCore::ping() {
    std::lock_guard lock(mutex_);
    send_control(SpdyType::Ping, role_ == SpdyRole::Client ? 1 : 2);
}

std::shared_ptr<SpdyStream> SpdyCore::open(Headers headers) {
    SpdyStatePtr stream;
    {
        std::lock_guard lock(mutex_);
        if (closing_ || going_away_ || !transport_ || next_id_ > kWindowMax - 2) return nullptr;
        stream = std::make_shared<SpdyStreamState>(next_id_, std::move(headers));
        next_id_ += 2;
        stream->window = initial_window_;
        streams_.emplace(stream->id, stream);
        SpdyControl syn{};
        syn.type = SpdyType::SynStream;
        syn.stream_id = stream->id;
        syn.headers = stream->headers;
        send_control(syn);
    }
    return std::make_shared<Handle>(shared_from_this(), std::move(stream));
}

void SpdyCore::on_drained() {
    std::vector<std::function<void()>> calls;
    {
        std::lock_guard lock(mutex_);
        for (auto& entry : streams_) {
            if (entry.second->drained && entry.second->waiting.empty()) calls.push_back(entry.second->drained);
        }
    }
    for (auto& call : calls) call();
}

// ---- Frames from the peer, transport's thread

void SpdyCore::on_control(SpdyControl frame) {
    switch (frame.type) {
        case SpdyType::SynStream: return stream_arrived(std::move(frame));
        case SpdyType::Settings: return settings_arrived(frame);
        case SpdyType::WindowUpdate: return window_arrived(frame);
        case SpdyType::Ping: {
            // Even numbers are pings of servers; our own come back as answers.
            const bool theirs = (frame.stream_id % 2 == 1) == (role_ == SpdyRole::Server);
            std::lock_guard lock(mutex_);
            if (theirs) send_control(SpdyType::Ping, frame.stream_id);
            return;
        }
        case SpdyType::GoAway: {
            std::lock_guard lock(mutex_);
            going_away_ = true;
            return;
        }
        default: break;
    }
    SpdyStatePtr stream = find(frame.stream_id);
    if (!stream) return;
    if (frame.type == SpdyType::SynReply) {
        std::lock_guard lock(mutex_);
        stream->replied = true;
        send_waiting(*stream);
    }
    if (frame.type == SpdyType::RstStream) {
        {
            std::lock_guard lock(mutex_);
            stream->ended = true;
            streams_.erase(stream->id);
        }
        remote_end(stream, error(Reason::ServiceUnavailable, "spdy: the peer reset the stream ({})", frame.value));
    } else if (frame.fin()) {
        remote_end(stream, {});
    }
}

void SpdyCore::stream_arrived(SpdyControl frame) {
    SpdyStatePtr stream;
    {
        std::lock_guard lock(mutex_);
        const bool right_parity = (frame.stream_id % 2 == 1) == (role_ == SpdyRole::Server);
        if (!right_parity || frame.stream_id <= last_remote_id_) {
            send_control(SpdyType::RstStream, frame.stream_id, SpdyReset::kProtocolError);
            return;
        }
        last_remote_id_ = frame.stream_id;
        if (closing_ || streams_.size() >= SpdySession::kStreamsMax || !opened_) {
            send_control(SpdyType::RstStream, frame.stream_id, SpdyReset::kRefusedStream);
            return;
        }
        const bool one_way = (frame.flags & SpdyFlags::kUnidirectional) != 0;
        stream = std::make_shared<SpdyStreamState>(frame.stream_id, std::move(frame.headers));
        stream->window = initial_window_;
        stream->replied = true;
        stream->finishing = stream->fin_sent = one_way;
        streams_.emplace(stream->id, stream);
        send_control(SpdyType::SynReply, stream->id);
    }
    if (frame.fin()) remote_end(stream, {});
    opened_(std::make_shared<Handle>(shared_from_this(), stream));
}

void SpdyCore::settings_arrived(const SpdyControl& frame) {
    std::lock_guard lock(mutex_);
    for (const auto& [id, value] : frame.settings) {
        if (id != kInitialWindowSetting || value > kWindowMax) continue;
        const int64_t change = static_cast<int64_t>(value) - initial_window_;
        initial_window_ = value;
        for (auto& entry : streams_) entry.second->window += change;
        if (!flow_control_ && role_ == SpdyRole::Server) {
            SpdyControl ours{};
            ours.type = SpdyType::Settings;
            ours.settings = {{kInitialWindowSetting, kOurWindowBytes}};
            send_control(ours);
        }
        flow_control_ = true;
        const auto streams = streams_;   // sending the last byte takes a stream out of the map
        for (auto& entry : streams) send_waiting(*entry.second);
    }
}

void SpdyCore::window_arrived(const SpdyControl& frame) {
    SpdyStatePtr stream = find(frame.stream_id);
    if (!stream) return;   // also the session's own window, number 0, which we do not keep
    std::lock_guard lock(mutex_);
    if (stream->window + frame.value > kWindowMax) {
        send_control(SpdyType::RstStream, stream->id, SpdyReset::kFlowControlError);
        return;
    }
    stream->window += frame.value;
    send_waiting(*stream);
}

void SpdyCore::on_data(uint32_t stream_id, std::string_view bytes, bool, bool fin) {
    SpdyStatePtr stream = find(stream_id);
    if (!stream || stream->remote_ended) return;   // late data of a stream that is over here
    if (!bytes.empty()) {
        if (stream->started && !stream->paused && stream->buffer.empty() && stream->data) {
            stream->data(bytes);
            taken(stream, bytes.size());
        } else if (!stream->released) {
            stream->buffer.append(bytes);
            buffered_ += bytes.size();
            if (buffered_ > kBufferedHighBytes && !transport_paused_ && transport_) {
                transport_paused_ = true;
                transport_->pause();
            }
        } else {
            taken(stream, bytes.size());
        }
    }
    if (fin) remote_end(stream, {});
}

SpdyStatePtr SpdyCore::find(uint32_t id) {
    std::lock_guard lock(mutex_);
    auto found = streams_.find(id);
    return found == streams_.end() ? nullptr : found->second;
}

// ---- Receiving side of a stream, transport's thread

void SpdyCore::begin(const SpdyStatePtr& stream, std::function<void(std::string_view)> data, std::function<void(Status)> closed) {
    post([self = shared_from_this(), stream, data = std::move(data), closed = std::move(closed)]() mutable {
        if (stream->released) return;
        stream->data = std::move(data);
        stream->closed = std::move(closed);
        stream->started = true;
        self->deliver(stream);
    });
}

void SpdyCore::deliver(const SpdyStatePtr& stream) {
    if (!stream->started && !stream->released) return;
    if (stream->paused) return;
    if (!stream->buffer.empty()) {
        const std::string bytes = std::move(stream->buffer);
        stream->buffer.clear();
        buffered_ -= bytes.size();
        if (stream->data) stream->data(bytes);
        taken(stream, bytes.size());
        if (transport_paused_ && buffered_ < kBufferedLowBytes && transport_) {
            transport_paused_ = false;
            transport_->resume();
        }
    }
    if (!stream->remote_ended || !stream->buffer.empty()) return;
    auto closed = std::move(stream->closed);
    stream->closed = nullptr;
    stream->data = nullptr;
    if (closed) closed(std::move(stream->end_status));
}

void SpdyCore::remote_end(const SpdyStatePtr& stream, Status status) {
    if (stream->remote_ended) return;
    stream->remote_ended = true;
    stream->end_status = std::move(status);
    {
        std::lock_guard lock(mutex_);
        stream->remote_fin = true;
        forget_if_over(*stream);
    }
    deliver(stream);
}

// Gives the peer's window back what was delivered.
void SpdyCore::taken(const SpdyStatePtr& stream, size_t bytes) {
    stream->consumed += bytes;
    if (stream->consumed < kOurWindowBytes / 2) return;
    std::lock_guard lock(mutex_);
    if (flow_control_ && !stream->ended) send_control(SpdyType::WindowUpdate, stream->id, static_cast<uint32_t>(stream->consumed));
    stream->consumed = 0;
}

// ---- Sending side of a stream, any thread

bool SpdyCore::write(const SpdyStatePtr& stream, Bytes bytes) {
    if (!bytes || bytes->empty()) return true;
    std::lock_guard lock(mutex_);
    if (stream->finishing || stream->ended || closing_ || !transport_) return false;
    if (stream->waiting_bytes + bytes->size() + transport_->queued_bytes() + kFrameOverhead > Stream::kQueueBytesMax) return false;
    stream->waiting_bytes += bytes->size();
    stream->waiting.push_back(std::move(bytes));
    send_waiting(*stream);
    return true;
}

void SpdyCore::finish(const SpdyStatePtr& stream) {
    std::lock_guard lock(mutex_);
    if (stream->finishing || stream->ended) return;
    stream->finishing = true;
    send_waiting(*stream);
}

void SpdyCore::reset(const SpdyStatePtr& stream, uint32_t status) {
    {
        std::lock_guard lock(mutex_);
        if (stream->ended) return;
        stream->ended = true;
        stream->waiting.clear();
        stream->waiting_bytes = 0;
        if (streams_.erase(stream->id) > 0) send_control(SpdyType::RstStream, stream->id, status);
    }
    post([self = shared_from_this(), stream] { self->remote_end(stream, error(Reason::ServiceUnavailable, "spdy: stream closed")); });
}

size_t SpdyCore::queued_bytes(const SpdyStatePtr& stream) const {
    std::lock_guard lock(mutex_);
    return stream->waiting_bytes + (transport_ ? transport_->queued_bytes() : 0);
}

void SpdyCore::set_drained(const SpdyStatePtr& stream, std::function<void()> drained) {
    std::lock_guard lock(mutex_);
    stream->drained = std::move(drained);
}

void SpdyCore::send_waiting(SpdyStreamState& stream) {
    if (!stream.replied || stream.ended) return;
    size_t done = 0;
    for (; done < stream.waiting.size(); ++done) {
        Bytes& piece = stream.waiting[done];
        const size_t limit = std::min<size_t>(flow_control_ ? static_cast<size_t>(std::max<int64_t>(stream.window, 0)) : SIZE_MAX, SpdyEncoder::kDataBytesMax);
        if (limit == 0) break;
        if (piece->size() > limit) {
            stream.waiting_bytes -= limit;
            send_data(stream, make_bytes(piece->substr(0, limit)), 0);
            piece = make_bytes(piece->substr(limit));
            --done;   // the rest of it is next
            continue;
        }
        stream.waiting_bytes -= piece->size();
        send_data(stream, std::move(piece), 0);
    }
    stream.waiting.erase(stream.waiting.begin(), stream.waiting.begin() + static_cast<ptrdiff_t>(done));
    if (stream.waiting.empty() && stream.finishing && !stream.fin_sent) {
        stream.fin_sent = true;
        send_data(stream, nullptr, SpdyFlags::kFin);
        forget_if_over(stream);
    }
}

void SpdyCore::send_data(SpdyStreamState& stream, Bytes bytes, uint8_t flags) {
    const size_t size = bytes ? bytes->size() : 0;
    stream.window -= static_cast<int64_t>(size);
    if (!transport_) return;
    transport_->write(make_bytes(SpdyEncoder::data_header(stream.id, flags, static_cast<uint32_t>(size))));
    if (size > 0) transport_->write(std::move(bytes));
}

void SpdyCore::forget_if_over(SpdyStreamState& stream) {
    if (!stream.fin_sent || !stream.remote_fin) return;
    stream.ended = true;
    stream.drained = nullptr;
    streams_.erase(stream.id);
}

bool SpdyCore::send_control(const SpdyControl& frame) {
    return transport_ && !closing_ && transport_->write(make_bytes(encoder_.encode(frame)));
}

bool SpdyCore::send_control(SpdyType type, uint32_t stream_id, uint32_t value, uint8_t flags) {
    SpdyControl frame{};
    frame.type = type;
    frame.stream_id = stream_id;
    frame.value = value;
    frame.flags = flags;
    return send_control(frame);
}

// ---- Handles

namespace {

class Session final : public SpdySession {
public:
    Session(std::shared_ptr<Stream> transport, SpdyRole role) : core_(std::make_shared<SpdyCore>(std::move(transport), role)) {}
    ~Session() override {
        core_->close();
        core_->post([core = core_] { core->release(); });
    }
    void start(std::function<void(std::shared_ptr<SpdyStream>)> opened, std::function<void(Status)> closed) override {
        core_->start(std::move(opened), std::move(closed));
    }
    std::shared_ptr<SpdyStream> open(Headers headers) override { return core_->open(std::move(headers)); }
    void close() override { core_->close(); }
    void ping() override { core_->ping(); }

private:
    std::shared_ptr<SpdyCore> core_;
};

}  // namespace

std::shared_ptr<SpdySession> SpdySession::create(std::shared_ptr<Stream> transport, SpdyRole role) {
    return std::make_shared<Session>(std::move(transport), role);
}

}  // namespace skiff::net
