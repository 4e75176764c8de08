// Only the API server, on loopback, for shared/apicases and kubectl: every request is allowed, the token given names a member of
// system:masters. Usage: apiserver_main PORT TOKEN [DATABASE]
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "server/apiserver/api_server.h"
#include "server/apiserver/request.h"

namespace {

using namespace skiff;

class StaticToken : public apiserver::Authenticator {
public:
    explicit StaticToken(std::string token) : header_("Bearer " + token) {}
    Result<std::optional<apiserver::User>> authenticate(const net::Request& request) override {
        const std::string& given = request.headers.get("Authorization");
        if (given.rfind("Bearer ", 0) != 0 || given.size() <= 7) return std::optional<apiserver::User>();
        if (given != header_) return Status(Reason::Unauthorized, "Unauthorized");
        apiserver::User user;
        user.name = "admin";
        user.groups = {std::string(apiserver::kMasters)};
        return std::optional(user);
    }

private:
    std::string header_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return std::fprintf(stderr, "usage: apiserver_main PORT TOKEN [DATABASE]\n"), 2;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    std::unique_ptr<store::Store> store;
    if (argc > 3) {
        auto opened = store::open_sqlite({.path = argv[3]});
        if (!opened.ok()) return std::fprintf(stderr, "%s\n", opened.status().message().c_str()), 1;
        store = std::move(opened).value();
    } else {
        store = store::open_memory();
    }
    net::IoThreads io(1);
    apiserver::ApiServerOptions options;
    options.store = store.get();
    options.kinds = api::KindRegistry::builtin();
    options.io = &io;
    options.address = "127.0.0.1";
    options.port = static_cast<uint16_t>(std::atoi(argv[1]));
    options.authenticators = {std::make_shared<StaticToken>(argv[2])};
    auto server = apiserver::ApiServer::create(std::move(options));
    if (!server.ok()) return std::fprintf(stderr, "%s\n", server.status().message().c_str()), 1;
    Status started = (*server)->start();
    if (!started.ok()) return std::fprintf(stderr, "%s\n", started.message().c_str()), 1;
    int signal = 0;
    sigwait(&signals, &signal);
    (*server)->stop();
    io.stop();
    return 0;
}
