// ClientExchange: one request of an HttpClient from connecting to the last byte of its answer, redirects and a retry included.
//
// Runs on one loop. Callbacks hold calling_, so that cancel() can wait for one that runs.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "net/client_pool.h"
#include "net/dial.h"
#include "net/http_client.h"
#include "net/http_parse.h"
#include "net/url.h"

namespace skiff::net {

// What calls share; outlives the HttpClient while calls run.
struct ClientCore {
    explicit ClientCore(IoThreads& i) : io(i) {}
    IoThreads& io;
    std::shared_ptr<ClientPool> pool = std::make_shared<ClientPool>();
    // The TLS configuration; where none was given, one with the system's roots is made at the first https URL.
    Result<std::shared_ptr<TlsClientContext>> tls();
    std::mutex mutex;
    std::shared_ptr<TlsClientContext> context;
};

class ClientExchange final : public ConnectionEvents, public std::enable_shared_from_this<ClientExchange> {
public:
    struct Callbacks {
        std::function<void(int, const Headers&)> head;
        std::function<void(std::string_view)> data;
        std::function<void(Status)> end;
        // Where set, a 101 ends the exchange with this.
        std::function<void(const Headers&, std::shared_ptr<Stream>)> upgraded;
        bool timeout_covers_body = false;
        bool body_bounded = true;
    };
    ClientExchange(std::shared_ptr<ClientCore> core, ClientRequest request, Callbacks callbacks);
    void start();                                  // any thread
    void cancel();                                 // any thread; returns when no callback runs (unless called from one)

private:
    void on_open() override;
    void on_data(std::string_view bytes) override;
    void on_closed(Status status) override;

    void begin();
    void use_pooled(std::shared_ptr<Connection> connection);
    void dial();
    void connected(Dialed dialed);
    void send();
    void new_parser();
    bool retry_on_new_connection();
    void feed();
    bool head_arrived();
    bool redirect();
    void upgrade_arrived();
    void complete();
    void finish(Status status);
    void leave_connection(bool reusable);
    void arm_timeout();
    std::string pool_key() const;

    std::shared_ptr<ClientCore> core_;
    ClientRequest request_;
    Callbacks callbacks_;
    Url url_;
    Loop* loop_ = nullptr;                         // chosen by start(), the same ever after
    std::shared_ptr<Dial> dial_;
    std::unique_ptr<LoopTimer> timer_;
    std::shared_ptr<Connection> connection_;
    std::unique_ptr<HttpParser> parser_;
    std::string in_;
    Duration deadline_{0};
    bool reused_ = false, got_bytes_ = false, head_given_ = false, finished_ = false;
    int redirects_left_ = 0;

    std::recursive_mutex calling_;                 // recursive: cancel() from within a callback
    bool cancelled_ = false;
};

}  // namespace skiff::net
