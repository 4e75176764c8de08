#include "client/remote_watch.h"

#include <atomic>
#include <mutex>

#include "client/resource_path.h"
#include "client/watch_lines.h"

namespace skiff::client {

namespace {

constexpr size_t kEventsWaitingMax = 20'000;      // a consumer that is further behind starts anew
constexpr size_t kErrorBytesMax = 64 << 10;

// Shared by the handle, the HTTP callbacks and the tasks that wait.
class State : public std::enable_shared_from_this<State> {
public:
    State(std::shared_ptr<Dispatcher> dispatcher, WatchHandler handler, std::string url, std::function<void(const std::string&)> unreachable)
        : dispatcher_(std::move(dispatcher)), handler_(std::move(handler)), url_(std::move(url)), unreachable_(std::move(unreachable)) {}

    void on_head(int code) { code_ = code; }

    void on_data(std::string_view bytes) {
        if (ended_) return;
        if (code_ != 200) {
            if (error_body_.size() < kErrorBytesMax) error_body_.append(bytes);
            return;
        }
        Status fed = lines_.feed(bytes, [this](std::string line) {
            bool queued = dispatcher_->post(this, [self = shared_from_this(), line = std::move(line)] { self->on_line(line); }, kEventsWaitingMax);
            if (!queued) post_end(error(Reason::TooManyRequests, "events arrive faster than they are handled"));
        });
        if (!fed.ok()) post_end(std::move(fed));
    }

    void on_end(Status status) {
        if (!status.ok() && code_ == 0) unreachable_(url_);
        if (code_ != 0 && code_ != 200) status = status_from_answer(code_, error_body_);
        post_end(std::move(status));
    }

    void leave() {
        ended_ = true;
        dispatcher_->leave(this);
    }

private:
    void on_line(const std::string& line) {
        if (over_) return;
        auto event = parse_watch_line(line);
        if (event.ok()) return handler_.event(*event);
        over_ = true;
        ended_ = true;
        handler_.end(event.status());
    }

    void post_end(Status status) {
        if (ended_.exchange(true)) return;
        (void)dispatcher_->post(this, [self = shared_from_this(), status] {
            if (std::exchange(self->over_, true)) return;
            self->handler_.end(status);
        });
    }

    std::shared_ptr<Dispatcher> dispatcher_;
    WatchHandler handler_;
    const std::string url_;
    const std::function<void(const std::string&)> unreachable_;
    std::atomic<bool> ended_{false};        // nothing more is taken from the connection
    bool over_ = false;                      // end() was told; the dispatcher's thread only
    int code_ = 0;                           // io thread only, like the next two
    std::string error_body_;
    WatchLines lines_;
};

class RemoteWatch : public Watch {
public:
    RemoteWatch(std::shared_ptr<State> state, std::shared_ptr<net::ClientCall> call) : state_(std::move(state)), call_(std::move(call)) {}
    ~RemoteWatch() override {
        call_->cancel();
        state_->leave();
    }

private:
    std::shared_ptr<State> state_;
    std::shared_ptr<net::ClientCall> call_;
};

}  // namespace

std::unique_ptr<Watch> start_remote_watch(net::HttpClient& http, net::ClientRequest request, std::shared_ptr<Dispatcher> dispatcher,
                                          WatchHandler handler, std::function<void(const std::string& url)> unreachable) {
    request.body_bytes_max = SIZE_MAX;
    auto state = std::make_shared<State>(std::move(dispatcher), std::move(handler), request.url, std::move(unreachable));
    net::HttpClient::StreamHandler stream;
    stream.head = [state](int code, const net::Headers&) { state->on_head(code); };
    stream.data = [state](std::string_view bytes) { state->on_data(bytes); };
    stream.end = [state](Status status) { state->on_end(std::move(status)); };
    auto call = http.stream(std::move(request), std::move(stream));
    return std::make_unique<RemoteWatch>(std::move(state), std::move(call));
}

}  // namespace skiff::client
