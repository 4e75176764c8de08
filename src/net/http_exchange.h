// The Exchange and ResponseStream that a session gives to the handler. Any thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "net/http_server.h"
#include "net/http_session.h"

namespace skiff::net {

ExchangePtr make_exchange(std::shared_ptr<HttpSession> session, Request request, bool keep_alive);

class ServerResponseStream final : public ResponseStream {
public:
    ServerResponseStream(std::shared_ptr<HttpSession> session, bool chunked, bool keep_alive, bool head_request);
    ~ServerResponseStream() override;
    bool write(Bytes bytes) override;
    size_t queued_bytes() const override;
    void on_drained(std::function<void()> drained) override;
    void end() override;
    void abort() override;
    void on_closed(std::function<void()> closed) override;

    // From the session, loop thread.
    void client_gone();
    void drained();

private:
    const std::shared_ptr<HttpSession> session_;
    const bool chunked_, keep_alive_, head_request_;
    std::mutex mutex_;                       // guards what follows; not held while calling back
    std::function<void()> drained_, closed_;
    bool ended_ = false, told_ = false;
};

}  // namespace skiff::net
