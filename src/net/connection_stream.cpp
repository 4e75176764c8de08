#include "net/connection_stream.h"

namespace skiff::net {

namespace {

constexpr Duration kLingerTime = std::chrono::seconds(2);

// The connection's side; outlives the user's handle until the connection has gone. Loop thread.
class Core final : public ConnectionEvents, public LoopMember, public std::enable_shared_from_this<Core> {
public:
    explicit Core(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
    ~Core() override { connection_->loop().leave(this); }
    void abandon() override { forget(); }

    void adopt(const std::function<std::string()>& early) {
        if (early) early_ = early();
        connection_->set_events(shared_from_this());
        connection_->set_reading(false);   // until start()
        if (connection_->peer_has_ended()) on_closed({});
        else if (connection_->closed()) on_closed(error(Reason::ServiceUnavailable, "connection closed"));
    }
    void start(std::function<void(std::string_view)> data, std::function<void(Status)> closed) {
        data_ = std::move(data);
        closed_ = std::move(closed);
        started_ = true;
        go_on();
    }
    void set_paused(bool paused) {
        paused_ = paused;
        go_on();
    }
    void set_drained(std::function<void()> drained) { drained_ = std::move(drained); }
    // The user's handle is gone: no callbacks, and the connection goes when its writes are out. What the peer still sends is read
    // for a while, because closing over unread bytes would cut off what it has not received yet.
    void release() {
        forget();
        released_ = true;
        early_.clear();
        if (ended_ || connection_->closed()) return connection_->close_when_drained();
        connection_->shutdown_write();
        connection_->set_reading(true);
        linger_ = std::make_unique<LoopTimer>(connection_->loop());
        linger_more(connection_->queued_bytes());
    }

    void on_data(std::string_view bytes) override {
        if (released_) return;
        if (paused_ || !started_) {
            early_.append(bytes);
        } else if (data_) {
            data_(bytes);
        }
    }
    void on_closed(Status status) override {
        ended_ = true;
        if (released_) return connection_->close_when_drained();
        end_status_ = std::move(status);
        go_on();
    }
    void on_drained() override {
        if (drained_) drained_();
    }
    void on_gone() override {
        drained_ = nullptr;
        linger_.reset();
    }

private:
    void linger_more(size_t unsent_before) {
        linger_->arm(kLingerTime, [weak = weak_from_this(), unsent_before] {
            auto self = weak.lock();
            if (!self) return;
            const size_t unsent = self->connection_->queued_bytes();
            if (unsent > 0 && unsent < unsent_before) self->linger_more(unsent);
            else self->connection_->close_now();
        });
    }
    void go_on() {
        auto self = shared_from_this();
        const bool flowing = started_ && !paused_;
        if (flowing && !early_.empty()) {
            const std::string bytes = std::move(early_);
            early_.clear();
            if (data_) data_(bytes);
        }
        // Data that was read before a failure still comes before its closed().
        if (ended_ && started_ && early_.empty() && closed_) {
            auto closed = std::move(closed_);
            closed_ = nullptr;
            auto data = std::move(data_);
            data_ = nullptr;
            closed(std::move(end_status_));
            return;
        }
        connection_->set_reading(started_ && !paused_);
    }
    void forget() {
        data_ = nullptr;
        closed_ = nullptr;
        drained_ = nullptr;
    }

    std::shared_ptr<Connection> connection_;
    std::string early_;
    std::function<void(std::string_view)> data_;
    std::function<void(Status)> closed_;
    std::function<void()> drained_;
    std::unique_ptr<LoopTimer> linger_;
    bool started_ = false, paused_ = false, ended_ = false, released_ = false;
    Status end_status_;
};

class ConnectionStream final : public Stream {
public:
    ConnectionStream(std::shared_ptr<Connection> connection, std::shared_ptr<Core> core)
        : connection_(std::move(connection)), core_(std::move(core)) {}
    ~ConnectionStream() override {
        post([core = core_] { core->release(); });
    }
    void start(std::function<void(std::string_view)> data, std::function<void(Status)> closed) override {
        post([core = core_, data = std::move(data), closed = std::move(closed)]() mutable {
            core->start(std::move(data), std::move(closed));
        });
    }
    void pause() override { run([core = core_] { core->set_paused(true); }); }
    void resume() override {
        post([core = core_] { core->set_paused(false); });
    }
    bool write(Bytes bytes) override {
        if (bytes && queued_bytes() + bytes->size() > kQueueBytesMax) return false;
        return connection_->write(std::move(bytes));
    }
    size_t queued_bytes() const override { return connection_->queued_bytes(); }
    void on_drained(std::function<void()> drained) override {
        post([core = core_, drained = std::move(drained)]() mutable { core->set_drained(std::move(drained)); });
    }
    void shutdown_write() override { connection_->shutdown_write(); }
    void close() override { connection_->close(); }

    void post(std::function<void()> task) override { connection_->loop().post(std::move(task)); }

private:
    // Pausing takes effect at once when asked from within data().
    void run(std::function<void()> task) {
        if (connection_->loop().in_thread()) task();
        else post(std::move(task));
    }

    std::shared_ptr<Connection> connection_;
    std::shared_ptr<Core> core_;
};

}  // namespace

std::shared_ptr<Stream> make_connection_stream(std::shared_ptr<Connection> connection, std::function<std::string()> early) {
    auto core = std::make_shared<Core>(connection);
    connection->loop().join(core);
    if (connection->loop().in_thread()) core->adopt(early);
    else connection->loop().post([core, early = std::move(early)] { core->adopt(early); });
    return std::make_shared<ConnectionStream>(std::move(connection), std::move(core));
}

}  // namespace skiff::net
