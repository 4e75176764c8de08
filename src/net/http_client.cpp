#include "net/http_client.h"

#include <future>

#include "net/client_call.h"
#include "net/connection_stream.h"

namespace skiff::net {

namespace {

constexpr auto kStoppedLoopGrace = std::chrono::seconds(2);   // a blocked caller leaves even when the loops have stopped

class Handle final : public ClientCall {
public:
    explicit Handle(std::shared_ptr<ClientExchange> exchange) : exchange_(std::move(exchange)) {}
    ~Handle() override { exchange_->cancel(); }
    void cancel() override { exchange_->cancel(); }

private:
    std::shared_ptr<ClientExchange> exchange_;
};

// Opens one plain connection and hands it out as a Stream.
class TcpOpener final : public ConnectionEvents, public std::enable_shared_from_this<TcpOpener> {
public:
    using Done = std::function<void(Result<std::shared_ptr<Stream>>)>;
    TcpOpener(IoThreads& io, Loop& loop, Done done) : loop_(loop), timer_(loop), dial_(std::make_shared<Dial>(io, loop)), done_(std::move(done)) {}

    void start(const std::string& address, uint16_t port, std::chrono::milliseconds timeout) {
        timer_.arm(timeout, [self = shared_from_this(), address, port] {
            self->dial_->cancel();
            self->finish(error(Reason::Timeout, "dial tcp {}:{}: i/o timeout", address, port));
        });
        dial_->start(address, port, [self = shared_from_this()](Result<Dialed> dialed) {
            if (!dialed.ok()) return self->finish(std::move(dialed).status());
            self->connection_ = std::make_shared<Connection>(self->loop_, std::move(dialed->fd), dialed->address, Connection::TlsChoice{});
            self->connection_->set_reading(false);
            self->connection_->start(self);
        });
    }
    void on_open() override { finish(make_connection_stream(std::move(connection_))); }
    void on_data(std::string_view) override {}
    void on_closed(Status) override {}

private:
    void finish(Result<std::shared_ptr<Stream>> result) {
        timer_.cancel();
        auto done = std::move(done_);
        done_ = nullptr;
        if (done) done(std::move(result));
    }

    Loop& loop_;
    LoopTimer timer_;
    std::shared_ptr<Dial> dial_;
    std::shared_ptr<Connection> connection_;
    Done done_;
};

class Client final : public HttpClient {
public:
    Client(IoThreads& io, std::shared_ptr<TlsClientContext> tls) : core_(std::make_shared<ClientCore>(io)) { core_->context = std::move(tls); }
    ~Client() override { core_->pool->close(); }

    Result<ClientResponse> request(const ClientRequest& request) override {
        auto promise = std::make_shared<std::promise<Result<ClientResponse>>>();
        auto future = promise->get_future();
        auto exchange = whole(request, [promise](Result<ClientResponse> result) { promise->set_value(std::move(result)); });
        if (future.wait_for(request.timeout + kStoppedLoopGrace) != std::future_status::ready) {
            exchange->cancel();
            return error(Reason::Timeout, "{} {}: no answer", request.method, request.url);
        }
        return future.get();
    }

    void request_async(ClientRequest request, std::function<void(Result<ClientResponse>)> done) override {
        whole(std::move(request), std::move(done));
    }

    std::shared_ptr<ClientCall> stream(ClientRequest request, StreamHandler handler) override {
        ClientExchange::Callbacks callbacks;
        callbacks.head = std::move(handler.head);
        callbacks.data = std::move(handler.data);
        callbacks.end = std::move(handler.end);
        callbacks.body_bounded = false;
        return std::make_shared<Handle>(run(std::move(request), std::move(callbacks)));
    }

    void upgrade(ClientRequest request, std::function<void(Result<Upgraded>)> done) override {
        auto answer = std::make_shared<Upgraded>();
        ClientExchange::Callbacks callbacks = collect(answer, [answer, done](Status status) {
            if (!status.ok()) return done(std::move(status));
            done(std::move(*answer));
        });
        callbacks.upgraded = [answer, done](const Headers& headers, std::shared_ptr<Stream> stream) {
            answer->response.code = 101;
            answer->response.headers = headers;
            answer->stream = std::move(stream);
            done(std::move(*answer));
        };
        run(std::move(request), std::move(callbacks));
    }

    void connect_tcp(const std::string& address, uint16_t port, std::chrono::milliseconds timeout,
                     std::function<void(Result<std::shared_ptr<Stream>>)> done) override {
        Loop& loop = core_->io.impl().this_or_next_loop();
        auto opener = std::make_shared<TcpOpener>(core_->io, loop, std::move(done));
        loop.post([opener, address, port, timeout] { opener->start(address, port, timeout); });
    }

private:
    std::shared_ptr<ClientExchange> run(ClientRequest request, ClientExchange::Callbacks callbacks) {
        auto exchange = std::make_shared<ClientExchange>(core_, std::move(request), std::move(callbacks));
        exchange->start();
        return exchange;
    }

    static ClientExchange::Callbacks collect(const std::shared_ptr<Upgraded>& answer, std::function<void(Status)> end) {
        ClientExchange::Callbacks callbacks;
        callbacks.head = [answer](int code, const Headers& headers) {
            answer->response.code = code;
            answer->response.headers = headers;
        };
        callbacks.data = [answer](std::string_view piece) { answer->response.body.append(piece); };
        callbacks.end = std::move(end);
        callbacks.timeout_covers_body = true;
        return callbacks;
    }

    std::shared_ptr<ClientExchange> whole(ClientRequest request, std::function<void(Result<ClientResponse>)> done) {
        auto answer = std::make_shared<Upgraded>();
        return run(std::move(request), collect(answer, [answer, done = std::move(done)](Status status) {
                       if (!status.ok()) return done(std::move(status));
                       done(std::move(answer->response));
                   }));
    }

    std::shared_ptr<ClientCore> core_;
};

}  // namespace

std::shared_ptr<HttpClient> HttpClient::create(IoThreads& io, std::shared_ptr<TlsClientContext> tls) {
    return std::make_shared<Client>(io, std::move(tls));
}

}  // namespace skiff::net
