// HttpSession: the server's side of one connection: reads requests one after the other, hands each to the handler, and goes on when
// it is answered. Everything runs on the connection's loop except what an Exchange calls, which is marked.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "net/connection.h"
#include "net/http_parse.h"
#include "net/http_server.h"

namespace skiff::net {

class HttpSession;

// What a session needs of its server.
struct SessionHost {
    ServerLimits limits;
    HttpServer::Handler handler;
    std::atomic<bool> stopping{false};
    std::function<void(HttpSession&)> deadline_changed;   // loop thread
    std::function<void(HttpSession&)> gone;               // loop thread
    // Bytes of requests that are not answered and of answers that are not taken; loop thread. Over kHeldBytesMax the server is told, and closes
    // those who are slow.
    static constexpr size_t kHeldBytesMax = 192 << 20;
    size_t held = 0;
    std::function<void()> crowded;                        // loop thread
};

class ServerResponseStream;

class HttpSession final : public ConnectionEvents, public std::enable_shared_from_this<HttpSession> {
public:
    HttpSession(std::shared_ptr<SessionHost> host, std::shared_ptr<Connection> connection);

    void start();
    // Ends what is idle, lets a running request finish; streams end with their last chunk.
    void wind_down();
    void close() { connection_->close_now(); }
    Duration deadline() const { return deadline_; }        // since Clock::elapsed(); Duration::max() when none
    bool waits() const { return state_ != State::Handling && state_ != State::Upgraded; }   // for the client
    Duration since() const { return since_; }              // when the state began
    size_t held() const { return held_; }
    void deadline_passed();

    void on_open() override;
    void on_data(std::string_view bytes) override;
    void on_closed(Status status) override;
    void on_drained() override;
    void on_gone() override;

    // Any thread, once per request.
    void respond(Response response, bool head_request, int version_minor, bool keep_alive);
    std::shared_ptr<ResponseStream> respond_stream(int code, const Headers& headers, bool head_request, int version_minor, bool keep_alive);
    std::shared_ptr<Stream> respond_upgrade(const Headers& headers);
    void set_on_aborted(std::function<void()> aborted);
    Connection& connection() { return *connection_; }
    const std::shared_ptr<Connection>& shared_connection() const { return connection_; }
    bool upgraded() const { return state_ == State::Upgraded; }
    const SessionHost& host() const { return *host_; }
    // The last byte of the answer is queued: send, then go on with the next request.
    void finish_answer(bool keep_alive);

private:
    enum class State { Opening, Idle, Reading, Handling, Lingering, Upgraded, Gone };

    void process();
    bool parse_some();
    void head_complete();
    void dispatch();
    void answered(bool keep_alive);
    void refuse(int code, std::string_view reason, std::string_view message);
    void linger();
    void expect_within(std::chrono::milliseconds delay);
    void no_deadline();
    void close_streams();
    void note_held();

    std::shared_ptr<SessionHost> host_;
    std::shared_ptr<Connection> connection_;
    std::unique_ptr<HttpParser> parser_;
    std::string in_;                          // received, not parsed yet
    std::string body_;
    State state_ = State::Opening;
    bool processing_ = false;
    bool peer_ended_ = false;
    bool wind_down_ = false;
    size_t unsent_seen_ = 0;                  // at the last deadline: a client that makes progress is not cut
    Duration deadline_ = Duration::max(), since_{};
    size_t handled_ = 0;                      // of the body that the handler has
    size_t held_ = 0;                         // of the host's sum
    std::function<void()> aborted_;
    std::weak_ptr<ServerResponseStream> stream_;
};

}  // namespace skiff::net
