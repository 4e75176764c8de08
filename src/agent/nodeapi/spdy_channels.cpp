#include "agent/nodeapi/spdy_channels.h"

#include <atomic>
#include <map>
#include <utility>
#include <vector>

#include "json/write.h"
#include "net/spdy.h"

namespace skiff::agent::nodeapi {

namespace {

constexpr Duration kOpenTimeout = std::chrono::seconds(30);   // as the kubelet waits for streams

// remotecommand protocol versions, best first. v4: the error stream carries a metav1.Status.
const std::vector<std::string> kVersions = {"v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"};

class SpdyChannels : public CommandChannels, public std::enable_shared_from_this<SpdyChannels> {
public:
    SpdyChannels(std::shared_ptr<net::SpdySession> session, std::string version, const CommandOptions& options, sys::Poller& poller, sys::Timers& timers)
        : session_(std::move(session)), version_(std::move(version)), poller_(poller), timers_(timers) {
        wanted_ = {"error"};
        if (options.in) wanted_.push_back("stdin");
        if (options.out) wanted_.push_back("stdout");
        if (options.err && !options.tty) wanted_.push_back("stderr");
        if (options.tty && version_ != "channel.k8s.io" && version_ != "v2.channel.k8s.io") wanted_.push_back("resize");
    }

    void wait_for_streams(std::function<void(std::shared_ptr<CommandChannels>)> ready) {
        ready_ = std::move(ready);
        waiting_ = shared_from_this();
        std::weak_ptr<SpdyChannels> weak = weak_from_this();
        timer_ = timers_.after(kOpenTimeout, [weak, &poller = poller_] {
            poller.post([weak] {
                if (auto self = weak.lock(); self && self->waiting_) self->give_up();
            });
        });
        session_->start(
            [weak, &poller = poller_](std::shared_ptr<net::SpdyStream> stream) {
                poller.post([weak, stream = std::move(stream)] {
                    if (auto self = weak.lock()) self->opened(stream);
                });
            },
            [weak, &poller = poller_](Status) {
                poller.post([weak] {
                    if (auto self = weak.lock()) self->lost();
                });
            });
    }

    void start(Handlers handlers) override {
        handlers_ = std::move(handlers);
        std::weak_ptr<SpdyChannels> weak = weak_from_this();
        for (const char* name : {"stdout", "stderr"})
            if (auto found = streams_.find(name); found != streams_.end())
                found->second->on_drained([weak, &poller = poller_] {
                    if (auto self = weak.lock(); self && self->held_back_.exchange(false))
                        poller.post([self] {
                            if (self->handlers_.drained) self->handlers_.drained();
                        });
                });
        for (auto& [name, stream] : streams_) listen(name, stream);
    }

    bool write(OutChannel channel, std::string_view bytes) override {
        auto found = streams_.find(channel == OutChannel::Out ? "stdout" : "stderr");
        if (found == streams_.end()) return true;
        found->second->write(bytes);
        if (found->second->queued_bytes() <= kQueueMax) return true;
        held_back_ = true;
        if (found->second->queued_bytes() == 0 && held_back_.exchange(false)) return true;
        return false;
    }

    void pause_input() override {
        if (auto found = streams_.find("stdin"); found != streams_.end()) found->second->pause();
    }
    void resume_input() override {
        if (auto found = streams_.find("stdin"); found != streams_.end()) found->second->resume();
    }

    void finish(const json::Value& status) override {
        handlers_ = {};
        auto& errors = streams_["error"];
        const bool success = status["status"].as_string() == "Success";
        if (version_ == "v4.channel.k8s.io") errors->write(json::write(status));
        else if (!success) errors->write(status["message"].as_string());
        for (auto& [name, stream] : streams_) stream->shutdown_write();
        session_->close();
    }

private:
    void opened(const std::shared_ptr<net::SpdyStream>& stream) {
        const std::string& type = stream->headers().get("streamtype");
        streams_[type] = stream;
        if (!waiting_) return;
        for (const auto& name : wanted_)
            if (!streams_.count(name)) return;
        timers_.cancel(timer_);
        auto self = std::move(waiting_);
        waiting_ = nullptr;
        std::exchange(ready_, nullptr)(std::move(self));
    }

    void listen(const std::string& name, const std::shared_ptr<net::SpdyStream>& stream) {
        std::weak_ptr<SpdyChannels> weak = weak_from_this();
        stream->start(
            [weak, name, &poller = poller_](std::string_view bytes) {
                poller.post([weak, name, text = std::string(bytes)] {
                    if (auto self = weak.lock()) self->receive(name, text);
                });
            },
            [weak, name, &poller = poller_](Status) {
                poller.post([weak, name] {
                    auto self = weak.lock();
                    if (self && name == "stdin" && self->handlers_.input_ended) self->handlers_.input_ended();
                });
            });
    }

    void receive(const std::string& name, const std::string& bytes) {
        if (name == "stdin" && handlers_.input) handlers_.input(bytes);
        if (name != "resize" || !handlers_.resize) return;
        // JSON objects one after another; the last whole one counts.
        resize_text_ += bytes;
        size_t start = 0, end;
        uint16_t columns, rows;
        while ((end = resize_text_.find('}', start)) != std::string::npos) {
            if (parse_resize(std::string_view(resize_text_).substr(start, end - start + 1), columns, rows)) handlers_.resize(columns, rows);
            start = end + 1;
        }
        resize_text_.erase(0, start);
        if (resize_text_.size() > 4096) resize_text_.clear();
    }

    void give_up() {
        session_->close();
        ready_ = nullptr;
        waiting_.reset();
    }

    void lost() {
        timers_.cancel(timer_);
        ready_ = nullptr;
        auto gone = std::exchange(handlers_.gone, nullptr);
        waiting_.reset();
        if (gone) gone();
    }

    std::shared_ptr<net::SpdySession> session_;
    const std::string version_;
    sys::Poller& poller_;
    sys::Timers& timers_;
    std::vector<std::string> wanted_;
    std::map<std::string, std::shared_ptr<net::SpdyStream>> streams_;
    std::function<void(std::shared_ptr<CommandChannels>)> ready_;
    std::shared_ptr<SpdyChannels> waiting_;      // keeps itself until the streams are there
    Handlers handlers_;
    std::string resize_text_;
    std::atomic<bool> held_back_{false};
    sys::Timers::Id timer_ = 0;
};

}  // namespace

void accept_spdy_channels(net::Exchange& exchange, const CommandOptions& options, sys::Poller& poller, sys::Timers& timers,
                          std::function<void(std::shared_ptr<CommandChannels>)> ready) {
    const std::vector<std::string> offered = exchange.request().headers.all("X-Stream-Protocol-Version");
    std::string version = offered.empty() ? "channel.k8s.io" : "";
    for (const auto& known : kVersions)
        for (const auto& text : offered)
            if (version.empty() && text == known) version = known;
    if (version.empty()) {
        net::Response refused;
        refused.code = 403;
        for (const auto& known : kVersions) refused.headers.add("X-Accepted-Stream-Protocol-Versions", known);
        refused.body = net::make_bytes("unable to upgrade: unable to negotiate protocol");
        return exchange.respond(std::move(refused));
    }
    net::Headers headers;
    headers.set("X-Stream-Protocol-Version", version);
    auto session = net::accept_spdy(exchange, std::move(headers));
    if (!session) return;
    std::make_shared<SpdyChannels>(std::move(session), version, options, poller, timers)->wait_for_streams(std::move(ready));
}

}  // namespace skiff::agent::nodeapi
