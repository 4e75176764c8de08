#include "embedded/dns/dns_server.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <thread>

#include "base/fd.h"
#include "base/log.h"
#include "base/random.h"
#include "base/thread_pool.h"
#include "embedded/dns/upstream.h"

namespace skiff::dns {

namespace {

constexpr size_t kInFlightMax = 512, kConnectionsMax = 128, kCacheEntries = 1024, kTcpBytesMax = 65535 + 2;
constexpr auto kTryTimeout = std::chrono::milliseconds(2000);
constexpr auto kIdleTimeout = std::chrono::seconds(10);
constexpr int kTriesMax = 3;

// A client's TCP connection; queries come one after the other, each after a two-byte length.
struct Connection {
    Fd fd;
    std::string in, out;
    Duration deadline{0};
};

// Where an answer goes: a datagram, or a connection by number.
struct Client {
    int udp_fd = -1;
    SocketAddress address;
    uint64_t connection = 0;
};

// A query that an upstream is asked; over its own socket, so that port and id are both hard to guess.
struct Forward {
    Fd fd;
    Client client;
    Query query;
    uint16_t id = 0;
    bool tcp = false;
    std::string in, out;      // TCP only
    size_t upstream = 0;
    int tries = 0;
    Duration deadline{0};
};

enum class Tag : uint64_t { Wake = 0, Udp = 1, Listen = 2, Connection = 3, Forward = 4 };
uint64_t tag(Tag kind, uint64_t number) { return (static_cast<uint64_t>(kind) << 56) | number; }

class EpollDnsServer : public DnsServer {
public:
    EpollDnsServer(Options options, std::unique_ptr<Directory> directory)
        : options_(std::move(options)),
          directory_(std::move(directory)),
          zone_(options_.domain, *directory_),
          resolvers_(options_.resolv_conf, options_.upstreams, options_.addresses),
          cache_(kCacheEntries),
          poll_(::epoll_create1(EPOLL_CLOEXEC)),
          wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

    ~EpollDnsServer() override { stop(); }

    Status listen() {
        watch(wake_.get(), EPOLLIN, tag(Tag::Wake, 0));
        for (const auto& text : options_.addresses) {
            auto address = SocketAddress::parse(text.find(':') == std::string::npos ? text : "[" + text + "]", options_.port);
            if (!address) return error(Reason::BadRequest, "DNS address \"{}\" is no IP address", text);
            Fd udp(::socket(address->family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            int on = 1;
            if (::bind(udp.get(), address->get(), address->size) < 0) return errno_status("DNS: listen on " + text, errno);
            // With port 0 TCP takes the port that UDP got.
            ::getsockname(udp.get(), reinterpret_cast<sockaddr*>(&address->storage), &address->size);
            if (!port_) port_ = ntohs(reinterpret_cast<sockaddr_in*>(&address->storage)->sin_port);
            Fd tcp(::socket(address->family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            ::setsockopt(tcp.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
            if (::bind(tcp.get(), address->get(), address->size) < 0 || ::listen(tcp.get(), 64) < 0)
                return errno_status("DNS: listen on " + text + " (TCP)", errno);
            watch(udp.get(), EPOLLIN, tag(Tag::Udp, sockets_.size()));
            sockets_.push_back(std::move(udp));
            watch(tcp.get(), EPOLLIN, tag(Tag::Listen, sockets_.size()));
            sockets_.push_back(std::move(tcp));
        }
        thread_ = std::jthread([this] { run(); });
        return {};
    }

    void stop() override {
        if (!thread_.joinable()) return;
        uint64_t one = 1;
        [[maybe_unused]] auto n = ::write(wake_.get(), &one, sizeof one);
        thread_.join();
    }

    uint16_t port() const override { return port_; }

private:
    void watch(int fd, uint32_t events, uint64_t data) {
        epoll_event event{};
        event.events = events;
        event.data.u64 = data;
        if (::epoll_ctl(poll_.get(), EPOLL_CTL_MOD, fd, &event) < 0) ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd, &event);
    }

    Duration now() const { return Clock::system().elapsed(); }

    // -1 when nothing has a deadline.
    int wait_ms() const {
        Duration first = Duration::max();
        for (const auto& [number, forward] : forwards_) first = std::min(first, forward.deadline);
        for (const auto& [number, connection] : connections_) first = std::min(first, connection.deadline);
        if (first == Duration::max()) return -1;
        return static_cast<int>(std::max<int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(first - now()).count()));
    }

    void run() {
        set_thread_name("dns");
        epoll_event events[64];
        for (;;) {
            int count = ::epoll_wait(poll_.get(), events, 64, wait_ms());
            for (int i = 0; i < count; ++i) {
                const uint64_t number = events[i].data.u64 & ((uint64_t{1} << 56) - 1);
                switch (static_cast<Tag>(events[i].data.u64 >> 56)) {
                    case Tag::Wake: return;
                    case Tag::Udp: receive_datagrams(sockets_[number].get()); break;
                    case Tag::Listen: accept_connections(sockets_[number].get()); break;
                    case Tag::Connection: serve_connection(number); break;
                    case Tag::Forward: receive_forward(number); break;
                }
            }
            expire();
        }
    }

    void receive_datagrams(int fd) {
        char buffer[4096];
        for (int i = 0; i < 64; ++i) {
            Client client{fd, {}, 0};
            client.address.size = sizeof client.address.storage;
            ssize_t n = ::recvfrom(fd, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&client.address.storage), &client.address.size);
            if (n < 0) return;
            if (auto query = parse_query(std::string_view(buffer, static_cast<size_t>(n)))) handle(client, *query);
        }
    }

    void accept_connections(int fd) {
        for (;;) {
            Fd peer(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
            if (!peer) return;
            if (connections_.size() >= kConnectionsMax) continue;
            const uint64_t number = ++last_number_;
            watch(peer.get(), EPOLLIN, tag(Tag::Connection, number));
            connections_[number] = {std::move(peer), {}, {}, now() + kIdleTimeout};
        }
    }

    void serve_connection(uint64_t number) {
        auto it = connections_.find(number);
        if (it == connections_.end()) return;
        auto& connection = it->second;
        if (!flush(connection.fd.get(), connection.out)) return void(connections_.erase(it));
        char buffer[4096];
        ssize_t n = ::recv(connection.fd.get(), buffer, sizeof buffer, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN)) return void(connections_.erase(it));
        if (n > 0) connection.in.append(buffer, static_cast<size_t>(n));
        if (connection.in.size() > kTcpBytesMax) return void(connections_.erase(it));
        connection.deadline = now() + kIdleTimeout;
        while (auto packet = take_framed(connection.in)) {
            auto query = parse_query(*packet);
            if (!query) return void(connections_.erase(number));
            handle({-1, {}, number}, *query);
            if (!connections_.count(number)) return;
        }
    }

    static std::optional<std::string> take_framed(std::string& bytes) {
        if (bytes.size() < 2) return std::nullopt;
        size_t size = (static_cast<size_t>(static_cast<unsigned char>(bytes[0])) << 8) | static_cast<unsigned char>(bytes[1]);
        if (bytes.size() < 2 + size) return std::nullopt;
        std::string packet = bytes.substr(2, size);
        bytes.erase(0, 2 + size);
        return packet;
    }

    static std::string framed(const std::string& packet) {
        return std::string{static_cast<char>(packet.size() >> 8), static_cast<char>(packet.size())} + packet;
    }

    // False when the connection is dead.
    static bool flush(int fd, std::string& out) {
        while (!out.empty()) {
            ssize_t n = ::send(fd, out.data(), out.size(), MSG_NOSIGNAL);
            if (n < 0) return errno == EAGAIN || errno == ENOTCONN || errno == EINPROGRESS;
            out.erase(0, static_cast<size_t>(n));
        }
        return true;
    }

    void handle(const Client& client, const Query& query) {
        const size_t room = client.udp_fd >= 0 ? query.udp_size : 65535;
        if (auto answer = zone_.answer(query.question)) return reply(client, write_answer(query, *answer, room));
        if (const auto* cached = cache_.find(query.question, now()); cached && cached->size() <= room) {
            auto packet = *cached;
            set_id(packet, query.id);
            return reply(client, packet);
        }
        forward(client, query);
    }

    void reply(const Client& client, const std::string& packet) {
        if (client.udp_fd >= 0) {
            ::sendto(client.udp_fd, packet.data(), packet.size(), MSG_NOSIGNAL, client.address.get(), client.address.size);
            return;
        }
        auto it = connections_.find(client.connection);
        if (it == connections_.end()) return;
        it->second.out += framed(packet);
        if (!flush(it->second.fd.get(), it->second.out)) return void(connections_.erase(it));
        watch(it->second.fd.get(), it->second.out.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT, tag(Tag::Connection, client.connection));
    }

    void fail(const Client& client, const Query& query, Code code) {
        Answer answer;
        answer.code = code;
        answer.authoritative = false;
        reply(client, write_answer(query, answer, 512));
    }

    void forward(const Client& client, const Query& query) {
        if (resolvers_.current(Clock::system()).empty()) return fail(client, query, Code::ServerFailure);
        if (forwards_.size() >= kInFlightMax) return fail(client, query, Code::Refused);
        const uint64_t number = ++last_number_;
        auto& forward = forwards_[number];
        forward.client = client;
        forward.query = query;
        forward.tcp = client.udp_fd < 0;
        ask(number);
    }

    // Sends the query to the next upstream; gives up after kTriesMax.
    void ask(uint64_t number) {
        auto it = forwards_.find(number);
        if (it == forwards_.end()) return;
        auto& forward = it->second;
        const auto& upstreams = resolvers_.current(Clock::system());
        while (forward.tries < kTriesMax && !upstreams.empty()) {
            const auto& to = upstreams[forward.upstream++ % upstreams.size()];
            ++forward.tries;
            forward.id = static_cast<uint16_t>(random_u64());
            forward.fd.reset(::socket(to.family(), (forward.tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            forward.in.clear();
            if (::connect(forward.fd.get(), to.get(), to.size) < 0 && errno != EINPROGRESS) continue;
            auto packet = write_query(forward.id, forward.query.question);
            forward.deadline = now() + kTryTimeout;
            if (forward.tcp) {
                forward.out = framed(packet);
                watch(forward.fd.get(), EPOLLIN | EPOLLOUT, tag(Tag::Forward, number));
            } else {
                watch(forward.fd.get(), EPOLLIN, tag(Tag::Forward, number));
                if (::send(forward.fd.get(), packet.data(), packet.size(), MSG_NOSIGNAL) < 0) continue;
            }
            return;
        }
        auto client = forward.client;
        auto query = forward.query;
        forwards_.erase(it);
        fail(client, query, Code::ServerFailure);
    }

    void receive_forward(uint64_t number) {
        auto it = forwards_.find(number);
        if (it == forwards_.end()) return;
        auto& forward = it->second;
        if (forward.tcp) {
            if (!flush(forward.fd.get(), forward.out)) return ask(number);
            if (forward.out.empty()) watch(forward.fd.get(), EPOLLIN, tag(Tag::Forward, number));
        }
        char buffer[8192];
        ssize_t n = ::recv(forward.fd.get(), buffer, sizeof buffer, 0);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) return ask(number);
        std::string packet(buffer, static_cast<size_t>(n));
        if (forward.tcp) {
            forward.in += packet;
            if (forward.in.size() > kTcpBytesMax) return ask(number);
            auto whole = take_framed(forward.in);
            if (!whole) return;
            packet = std::move(*whole);
        }
        // Anything that does not fit the question is ignored: it may be forged.
        if (!answers(packet, forward.id, forward.query.question)) return;
        auto ttl = answer_ttl(packet);
        if (ttl && !truncated(packet) && *ttl > 0) cache_.put(forward.query.question, packet, now() + std::chrono::seconds(*ttl));
        set_id(packet, forward.query.id);
        auto client = forward.client;
        const size_t room = client.udp_fd >= 0 ? forward.query.udp_size : 65535;
        auto query = forward.query;
        forwards_.erase(it);
        if (packet.size() <= room) return reply(client, packet);
        Answer cut;
        cut.authoritative = false;
        auto short_answer = write_answer(query, cut, 512);
        short_answer[2] = static_cast<char>(short_answer[2] | 0x02);   // TC: ask again by TCP
        reply(client, short_answer);
    }

    void expire() {
        const auto at = now();
        std::vector<uint64_t> late;
        for (const auto& [number, forward] : forwards_)
            if (forward.deadline <= at) late.push_back(number);
        for (auto number : late) ask(number);
        std::erase_if(connections_, [&](const auto& item) { return item.second.deadline <= at; });
    }

    Options options_;
    std::unique_ptr<Directory> directory_;
    Zone zone_;
    Resolvers resolvers_;
    AnswerCache cache_;
    Fd poll_, wake_;
    std::vector<Fd> sockets_;
    std::map<uint64_t, Connection> connections_;
    std::map<uint64_t, Forward> forwards_;
    uint64_t last_number_ = 0;
    uint16_t port_ = 0;
    std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<DnsServer>> DnsServer::start(Options options, std::unique_ptr<Directory> directory) {
    auto server = std::make_unique<EpollDnsServer>(std::move(options), std::move(directory));
    TRY(server->listen());
    return std::unique_ptr<DnsServer>(std::move(server));
}

}  // namespace skiff::dns
