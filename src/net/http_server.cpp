#include "net/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "base/open_files.h"
#include "net/crowd.h"
#include "net/http_session.h"
#include "net/io_threads_impl.h"
#include "net/listener.h"

namespace skiff::net {

namespace {

constexpr Duration kSweepInterval = std::chrono::seconds(1);      // deadlines are kept this exactly
constexpr Duration kAcceptPause = std::chrono::milliseconds(100);  // after running out of descriptors
constexpr auto kStopTimeMax = std::chrono::seconds(5);
constexpr int kAcceptsPerWake = 16;                               // each has a TLS session to make; then others get their turn
constexpr Duration kCrowdPause = std::chrono::milliseconds(100);  // after looking for somebody to close in vain
constexpr Duration kTellPause = std::chrono::seconds(10);
constexpr Duration kSlowAfter = std::chrono::seconds(2);
constexpr size_t kHeldSmall = 16 << 10;
constexpr size_t kBatchPart = 64;                                 // a 64th of all connections is closed at once, as looking at all takes a while

// The sessions of one loop; loop thread only.
struct LoopSessions {
    explicit LoopSessions(Loop& l) : loop(l), sweep(l) {}
    Loop& loop;
    LoopTimer sweep;
    Duration sweep_at = Duration::max();
    std::unordered_map<HttpSession*, std::shared_ptr<HttpSession>> sessions;
    std::vector<std::weak_ptr<Connection>> upgraded;
    // Nobody was found to close for this address, or for memory: not looked again before.
    std::string refused;
    Duration room_again{}, memory_again{};
    Duration told{};         // of closing in the log
};

// What the loops work on; a shared_ptr because their posted tasks may outlive the Server.
struct Core final : public SocketEvents, public std::enable_shared_from_this<Core> {
    std::shared_ptr<TlsServerContext> tls;
    std::string name;
    std::vector<std::shared_ptr<SessionHost>> hosts;              // one a loop
    std::vector<std::unique_ptr<LoopSessions>> loops;
    std::unique_ptr<Socket> acceptor;                             // first loop only, as is accept_pause
    std::unique_ptr<LoopTimer> accept_pause;
    size_t next_loop = 0;
    std::atomic<size_t> connections{0};
    std::atomic<bool> stopping{false};
    std::mutex mutex;
    std::condition_variable fewer;                                // connections went down

    void connect_host(const std::shared_ptr<Core>& self, size_t index) {
        hosts[index]->deadline_changed = [weak = std::weak_ptr(self), index](HttpSession& session) {
            if (auto core = weak.lock()) core->sweep_before(*core->loops[index], session.deadline());
        };
        hosts[index]->crowded = [weak = std::weak_ptr(self), index] {
            if (auto core = weak.lock()) core->free_memory(*core->loops[index], *core->hosts[index]);
        };
        hosts[index]->gone = [weak = std::weak_ptr(self), index](HttpSession& session) {
            if (auto core = weak.lock()) core->forget(*core->loops[index], session);
        };
    }

    void on_writable() override {}
    void on_readable() override {
        for (int i = 0; i < kAcceptsPerWake; ++i) {
            if (!acceptor || stopping) return;
            sockaddr_storage peer{};
            socklen_t size = sizeof peer;
            Fd fd(::accept4(acceptor->fd(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
            if (!fd && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
                log::warn("net", "cannot accept connections", {{"server", name}, {"errno", errno}});
                accept_pause->arm(kAcceptPause, [self = shared_from_this()] { self->on_readable(); });
                return;
            }
            if (!fd && (errno == ECONNABORTED || errno == EINTR || errno == EPROTO)) continue;
            if (!fd) break;
            admit(std::move(fd), address_text(&peer));
        }
        acceptor->wait_readable(shared_from_this());
    }

    void admit(Fd fd, std::string address) {
        ++connections;
        const size_t index = next_loop++ % loops.size();
        LoopSessions& mine = *loops[index];
        auto begin = [self = shared_from_this(), &mine, index, fd = std::make_shared<Fd>(std::move(fd)), address = std::move(address)] {
            if (self->stopping) {
                self->less(1);
                return;
            }
            if (mine.sessions.size() >= self->hosts[index]->limits.connections_max / self->loops.size() && !self->make_room(mine, address)) {
                self->less(1);
                return;                                           // closed unserved
            }
            auto connection = std::make_shared<Connection>(mine.loop, std::move(*fd), address, Connection::TlsChoice{self->tls, nullptr, ""});
            auto session = std::make_shared<HttpSession>(self->hosts[index], std::move(connection));
            mine.sessions.emplace(session.get(), session);
            session->start();
        };
        if (mine.loop.in_thread()) begin();
        else mine.loop.post(std::move(begin));
    }

    static std::vector<HttpSession*> everybody(const LoopSessions& mine, std::vector<Standing>& standing) {
        std::vector<HttpSession*> all;
        for (const auto& [session, keep] : mine.sessions) {
            all.push_back(session);
            standing.push_back({address_part(session->connection().remote_address()), session->waits(), session->since(), session->held()});
        }
        return all;
    }

    void close_some(LoopSessions& mine, const std::vector<HttpSession*>& all, const std::vector<size_t>& chosen, std::string_view why) {
        const Duration now = Clock::system().elapsed();
        if (!chosen.empty() && now - mine.told >= kTellPause) {
            mine.told = now;
            log::warn("net", "connections of slow clients are closed", {{"server", name}, {"why", why}, {"closed", chosen.size()}, {"of", all.size()}});
        }
        std::vector<std::shared_ptr<HttpSession>> closing;   // closing one may end another
        for (size_t i : chosen) closing.push_back(all[i]->shared_from_this());
        for (auto& session : closing) session->close();
    }

    bool make_room(LoopSessions& mine, std::string_view newcomer) {
        const Duration now = Clock::system().elapsed();
        newcomer = address_part(newcomer);
        if (now < mine.room_again && mine.refused == newcomer) return false;
        std::vector<Standing> standing;
        const auto all = everybody(mine, standing);
        const auto chosen = leave_for_newcomer(standing, newcomer, std::max<size_t>(1, all.size() / kBatchPart));
        close_some(mine, all, chosen, "too many connections");
        if (!chosen.empty()) return true;
        mine.refused = newcomer;
        mine.room_again = now + kCrowdPause;
        return false;
    }

    void free_memory(LoopSessions& mine, const SessionHost& host) {
        const Duration now = Clock::system().elapsed();
        if (now < mine.memory_again) return;
        std::vector<Standing> standing;
        const auto all = everybody(mine, standing);
        const size_t over = host.held - SessionHost::kHeldBytesMax / 4 * 3;
        auto chosen = leave_for_memory(standing, now - kSlowAfter, kHeldSmall, over);
        if (chosen.empty() && host.held > 2 * SessionHost::kHeldBytesMax) chosen = leave_for_memory(standing, now, kHeldSmall, over);
        if (chosen.empty()) mine.memory_again = now + kCrowdPause;
        close_some(mine, all, chosen, "too many bytes wait for them");
    }

    void less(size_t count) {
        std::lock_guard lock(mutex);
        connections -= count;
        fewer.notify_all();
    }

    void forget(LoopSessions& mine, HttpSession& session) {
        auto found = mine.sessions.find(&session);
        if (found == mine.sessions.end()) return;
        if (session.upgraded()) {
            std::erase_if(mine.upgraded, [](const auto& weak) { return weak.expired(); });
            mine.upgraded.push_back(session.shared_connection());
        }
        mine.sessions.erase(found);
        less(1);
    }

    void sweep_before(LoopSessions& mine, Duration deadline) {
        const Duration at = std::max(deadline, Clock::system().elapsed() + kSweepInterval);
        if (at >= mine.sweep_at) return;
        mine.sweep_at = at;
        mine.sweep.arm(at - Clock::system().elapsed(), [weak = weak_from_this(), &mine] {
            if (auto core = weak.lock()) core->sweep(mine);
        });
    }

    void sweep(LoopSessions& mine) {
        const Duration now = Clock::system().elapsed();
        mine.sweep_at = Duration::max();
        std::vector<std::shared_ptr<HttpSession>> due;
        Duration next = Duration::max();
        for (auto& entry : mine.sessions) {
            if (entry.second->deadline() <= now) due.push_back(entry.second);
            else next = std::min(next, entry.second->deadline());
        }
        for (auto& session : due) session->deadline_passed();
        if (next != Duration::max()) sweep_before(mine, next);
    }

    void close_all(LoopSessions& mine) {
        std::vector<std::shared_ptr<HttpSession>> all;
        for (auto& entry : mine.sessions) all.push_back(entry.second);
        for (auto& session : all) session->close();
        for (auto& weak : mine.upgraded) {
            if (auto connection = weak.lock()) connection->close_now();
        }
        mine.upgraded.clear();
        mine.sweep.cancel();
    }

    void wind_down(LoopSessions& mine) {
        std::vector<std::shared_ptr<HttpSession>> all;
        for (auto& entry : mine.sessions) all.push_back(entry.second);
        for (auto& session : all) session->wind_down();
    }

    bool wait_empty(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex);
        return fewer.wait_for(lock, time, [&] { return connections == 0; });
    }
};

class Server final : public HttpServer {
public:
    Server(IoThreads& io, Options options, Handler handler) : io_(io), options_(std::move(options)), core_(std::make_shared<Core>()) {
        core_->tls = options_.tls;
        core_->name = options_.name;
        for (auto& loop : io_.impl().loops) {
            auto host = std::make_shared<SessionHost>();
            host->limits = options_.limits;
            // The process needs files for more than its connections.
            host->limits.connections_max = std::min(host->limits.connections_max, open_files_max() / 4 * 3);
            host->handler = handler;
            core_->hosts.push_back(host);
            core_->loops.push_back(std::make_unique<LoopSessions>(*loop));
        }
        for (size_t i = 0; i < core_->loops.size(); ++i) core_->connect_host(core_, i);
    }
    ~Server() override { stop(std::chrono::milliseconds(0)); }

    Status listen() {
        Listening listening = TRY(listen_tcp(options_.address, options_.port));
        port_ = listening.port;
        Loop& loop = *io_.impl().loops.front();
        loop.post([core = core_, fd = std::make_shared<Fd>(std::move(listening.fd)), &loop] {
            core->acceptor = std::make_unique<Socket>(loop, std::move(*fd));
            core->accept_pause = std::make_unique<LoopTimer>(loop);
            core->acceptor->wait_readable(core);
        });
        return {};
    }
    uint16_t port() const override { return port_; }
    size_t connections() const override { return core_->connections; }
    void stop(std::chrono::milliseconds grace) override;

private:
    IoThreads& io_;
    const Options options_;
    std::shared_ptr<Core> core_;
    uint16_t port_ = 0;
    bool stopped_ = false;
};

void Server::stop(std::chrono::milliseconds grace) {
    if (stopped_) return;
    stopped_ = true;
    core_->stopping = true;
    for (auto& host : core_->hosts) host->stopping = true;
    auto loops_stopped = [&] { return io_.impl().loops.front()->stopped(); };
    if (loops_stopped()) return;
    io_.impl().loops.front()->post([core = core_] {
        core->accept_pause.reset();
        core->acceptor.reset();
    });
    for (auto& mine : core_->loops) mine->loop.post([core = core_, &mine = *mine] { core->wind_down(mine); });
    core_->wait_empty(grace);
    for (auto& mine : core_->loops) mine->loop.post([core = core_, &mine = *mine] { core->close_all(mine); });
    if (!core_->wait_empty(kStopTimeMax) && !loops_stopped()) {
        log::warn("net", "connections did not end", {{"server", options_.name}, {"connections", core_->connections.load()}});
    }
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(IoThreads& io, Options options, Handler handler) {
    auto server = std::make_unique<Server>(io, std::move(options), std::move(handler));
    TRY(server->listen());
    return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace skiff::net
