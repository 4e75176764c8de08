// MeteredExchange: an exchange that tells when it has been answered, for metrics and in-flight limits.
#pragma once

#include <functional>

#include "net/http_server.h"

namespace skiff::apiserver {

class MeteredExchange : public net::Exchange {
public:
    // done(code, response) is called once: at the answer (it may still change it), at the start of a stream or upgrade (without a response), or at destruction (0).
    using Done = std::function<void(int code, net::Response* response)>;
    MeteredExchange(net::ExchangePtr inner, Done done) : inner_(std::move(inner)), done_(std::move(done)) {}
    ~MeteredExchange() override { tell(0, nullptr); }
    const net::Request& request() const override { return inner_->request(); }
    net::Request& mutable_request() override { return inner_->mutable_request(); }
    void respond(net::Response response) override {
        tell(response.code, &response);
        inner_->respond(std::move(response));
    }
    std::shared_ptr<net::ResponseStream> stream(int code, net::Headers headers) override {
        tell(code, nullptr);
        return inner_->stream(code, std::move(headers));
    }
    std::shared_ptr<net::Stream> upgrade(net::Headers headers) override {
        tell(101, nullptr);
        return inner_->upgrade(std::move(headers));
    }
    void on_aborted(std::function<void()> aborted) override { inner_->on_aborted(std::move(aborted)); }

private:
    void tell(int code, net::Response* response) {
        if (auto done = std::exchange(done_, nullptr)) done(code, response);
    }
    net::ExchangePtr inner_;
    Done done_;
};

}  // namespace skiff::apiserver
