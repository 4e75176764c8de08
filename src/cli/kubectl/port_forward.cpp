// port-forward: local ports to a pod's, each connection two SPDY streams (error and data) in one session that runs over a WebSocket.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "base/fd.h"
#include "base/strings.h"
#include "cli/kubectl/deletion.h"
#include "cli/kubectl/pod_choice.h"
#include "cli/kubectl/remote_command.h"
#include "cli/kubectl/verb_list.h"
#include "cli/terminal.h"
#include "net/spdy.h"

namespace skiff::cli::kubectl {

namespace {

constexpr size_t kPieceBytes = 32 << 10, kHeldBytesMax = 1 << 20;

struct Pair {
    uint16_t local = 0, remote = 0;
};

struct Listener {
    Fd fd;
    Pair pair;
};

// One local connection. A thread reads it, another writes it, so that a slow side holds up nobody else.
class Link : public std::enable_shared_from_this<Link> {
public:
    Link(Fd socket, std::shared_ptr<net::SpdyStream> data, std::shared_ptr<net::SpdyStream> errors) : socket_(std::move(socket)), data_(std::move(data)), errors_(std::move(errors)) {}
    void start() {
        errors_->start([](std::string_view text) { print_error(fmt::format("an error occurred forwarding: {}\n", text)); }, [](Status) {});
        errors_->shutdown_write();
        const auto when_alive = [weak = weak_from_this()](const auto& what) {
            if (const auto self = weak.lock()) what(*self);
        };
        data_->start([=](std::string_view bytes) { when_alive([&](Link& self) { self.arrived(bytes); }); }, [=](Status) { when_alive([](Link& self) { self.ended(); }); });
        data_->on_drained([=] { when_alive([](Link& self) { self.changed(); }); });
        writer_ = std::jthread([this] { write_local(); });
        reader_ = std::jthread([this] { read_local(); });
    }
    ~Link() {
        ::shutdown(socket_.get(), SHUT_RDWR);
        data_->close();
        ended();
        if (reader_.joinable()) reader_.join();
        if (writer_.joinable()) writer_.join();
    }
    bool done() {
        std::lock_guard lock(mutex_);
        return read_done_ && write_done_;
    }

private:
    void arrived(std::string_view bytes) {
        std::lock_guard lock(mutex_);
        held_ += bytes;
        if (held_.size() > kHeldBytesMax) data_->pause();
        ready_.notify_all();
    }
    void ended() {
        std::lock_guard lock(mutex_);
        remote_ended_ = true;
        ready_.notify_all();
    }
    void changed() {
        std::lock_guard lock(mutex_);
        ready_.notify_all();
    }
    void write_local() {
        for (;;) {
            std::unique_lock lock(mutex_);
            ready_.wait(lock, [&] { return !held_.empty() || remote_ended_; });
            std::string piece;
            piece.swap(held_);
            const bool last = piece.empty();
            lock.unlock();
            data_->resume();
            if (last || !write_all(socket_.get(), piece)) break;
        }
        ::shutdown(socket_.get(), SHUT_WR);
        std::lock_guard lock(mutex_);
        write_done_ = true;
    }
    void read_local() {
        std::string buffer(kPieceBytes, '\0');
        for (;;) {
            const auto got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
            if (got <= 0) break;
            if (!data_->write(net::make_bytes(buffer.substr(0, static_cast<size_t>(got))))) break;
            std::unique_lock lock(mutex_);
            ready_.wait(lock, [&] { return data_->queued_bytes() < kHeldBytesMax || remote_ended_; });
        }
        data_->shutdown_write();
        std::lock_guard lock(mutex_);
        read_done_ = true;
    }

    Fd socket_;
    std::shared_ptr<net::SpdyStream> data_, errors_;
    std::mutex mutex_;
    std::condition_variable ready_;
    std::string held_;
    bool remote_ended_ = false, read_done_ = false, write_done_ = false;
    std::jthread reader_, writer_;
};

Result<Listener> listen_on(const std::string& address, Pair pair) {
    const bool six = contains(address, ":");
    Fd fd(::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_storage storage{};
    socklen_t length = sizeof(sockaddr_in);
    if (six) {
        ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
        auto& where = reinterpret_cast<sockaddr_in6&>(storage);
        where.sin6_family = AF_INET6;
        where.sin6_port = htons(pair.local);
        if (::inet_pton(AF_INET6, address.c_str(), &where.sin6_addr) != 1) return local_error("{} is not a valid IP", address);
        length = sizeof(sockaddr_in6);
    } else {
        auto& where = reinterpret_cast<sockaddr_in&>(storage);
        where.sin_family = AF_INET;
        where.sin_port = htons(pair.local);
        if (::inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) return local_error("{} is not a valid IP", address);
    }
    if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&storage), length) != 0 || ::listen(fd.get(), 128) != 0)
        return local_error("unable to listen on port {}: {}", pair.local, errno_status("listen", errno).message());
    ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&storage), &length);
    pair.local = ntohs(six ? reinterpret_cast<sockaddr_in6&>(storage).sin6_port : reinterpret_cast<sockaddr_in&>(storage).sin_port);
    print(fmt::format("Forwarding from {}:{} -> {}\n", six ? "[" + address + "]" : address, pair.local, pair.remote));
    return Listener{std::move(fd), pair};
}

// A container port by number or name.
Result<uint16_t> container_port(const json::Value& pod, const json::Value& port) {
    if (port.is_int()) return static_cast<uint16_t>(port.as_int());
    if (const auto number = parse_int(port.as_string())) return static_cast<uint16_t>(*number);
    for (const auto& container : pod["spec"]["containers"].items())
        for (const auto& one : container["ports"].items())
            if (one["name"].as_string() == port.as_string()) return static_cast<uint16_t>(one["containerPort"].as_int());
    return local_error("Pod '{}' does not have a named port '{}'", pod["metadata"]["name"].as_string(), port.as_string());
}

// LOCAL:REMOTE, :REMOTE, REMOTE. A Service's port is the pod's target port.
Result<Pair> read_pair(const std::string& text, const json::Value& pod, const json::Value& service) {
    const auto colon = text.rfind(':');
    const auto remote = text.substr(colon == std::string::npos ? 0 : colon + 1);
    if (remote.empty()) return local_error("remote port cannot be empty");
    Pair pair;
    json::Value wanted = remote;
    auto local_default = parse_int(remote).value_or(0);
    if (service.is_object()) {
        const json::Value* found = nullptr;
        for (const auto& port : service["spec"]["ports"].items())
            if (port["name"].as_string() == remote || std::to_string(port["port"].as_int()) == remote) found = &port;
        if (!found) return local_error("Service {} does not have a service port {}", service["metadata"]["name"].as_string(), remote);
        if ((*found)["protocol"].as_string() == "UDP") return local_error("UDP protocol is not supported for {}", remote);
        local_default = (*found)["port"].as_int();
        wanted = service["spec"]["clusterIP"].as_string() == "None" || (*found)["targetPort"].is_null() ? (*found)["port"] : (*found)["targetPort"];
    }
    pair.remote = TRY(container_port(pod, wanted));
    if (!local_default) local_default = pair.remote;
    const auto local = colon == std::string::npos ? std::to_string(local_default) : text.substr(0, colon);
    const auto number = parse_int(local.empty() ? "0" : local);
    if (!number || *number < 0 || *number > 65535) return local_error("error parsing local port '{}'", local);
    pair.local = static_cast<uint16_t>(*number);
    return pair;
}

struct Lost {
    std::mutex mutex;
    bool over = false;
    Fd wake{::eventfd(0, EFD_CLOEXEC)};
};

Status serve(net::SpdySession& spdy, const std::vector<Listener>& listeners, Lost& lost) {
    std::list<std::shared_ptr<Link>> links;
    uint64_t request = 0;
    for (;;) {
        std::vector<pollfd> fds = {{lost.wake.get(), POLLIN, 0}};
        for (const auto& listener : listeners) fds.push_back({listener.fd.get(), POLLIN, 0});
        if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return errno_status("poll", errno);
        if (fds[0].revents) return local_error("lost connection to pod");
        links.remove_if([](const std::shared_ptr<Link>& link) { return link->done(); });
        for (size_t i = 0; i < listeners.size(); ++i) {
            if (!fds[i + 1].revents) continue;
            Fd socket(::accept4(listeners[i].fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!socket.valid()) continue;
            print(fmt::format("Handling connection for {}\n", listeners[i].pair.local));
            std::fflush(stdout);
            const auto headers = [&](const char* type) {
                net::Headers made;
                made.set("streamtype", type);
                made.set("port", std::to_string(listeners[i].pair.remote));
                made.set("requestid", std::to_string(request));
                return made;
            };
            auto errors = spdy.open(headers("error"));
            auto data = spdy.open(headers("data"));
            ++request;
            if (!errors || !data) return local_error("lost connection to pod");
            links.push_back(std::make_shared<Link>(std::move(socket), std::move(data), std::move(errors)));
            links.back()->start();
        }
    }
}

}  // namespace

Status port_forward(Call& call) {
    std::vector<std::string> addresses = {"localhost"};
    std::string running_timeout = "1m0s";
    call.options.comma_list("address", 0, &addresses, "Addresses to listen on (comma separated). Only accepts IP addresses or localhost as a value.");
    call.options.text("pod-running-timeout", 0, &running_timeout, "The length of time to wait until at least one pod is running");
    TRY(call.parse());
    if (call.words.size() < 2) return call.usage_error("TYPE/NAME and list of ports are required for port-forward");
    auto& session = *TRY(call.session());
    const auto target = TRY(one_target(call, {call.words[0]}, "pods"));
    const auto pod = TRY(choose_pod(call, target, Preference::Active, TRY(read_timeout(running_timeout))));
    json::Value service;
    if (target.resource.kind == "Service") service = TRY(session.get(api_path(target.resource.gvr, target.ns, target.name)));
    if (pod["status"]["phase"].as_string() != "Running") return local_error("unable to forward port because pod is not running. Current status={}", pod["status"]["phase"].as_string());
    std::vector<Pair> pairs;
    for (size_t i = 1; i < call.words.size(); ++i) pairs.push_back(TRY(read_pair(call.words[i], pod, service)));
    const auto path = api_path({"", "v1", "pods"}, pod["metadata"]["namespace"].as_string(), pod["metadata"]["name"].as_string(), "portforward");
    auto socket = TRY(session.websocket(path, {"SPDY/3.1+portforward.k8s.io"}));
    auto spdy = net::SpdySession::create(net::make_websocket_stream(socket), net::SpdyRole::Client);
    auto lost = std::make_shared<Lost>();
    spdy->start([](std::shared_ptr<net::SpdyStream> stream) { stream->reset(3); },
                [lost](Status) {
                    const uint64_t one = 1;
                    (void)!::write(lost->wake.get(), &one, sizeof one);
                });
    std::vector<Listener> listeners;
    for (const auto& pair : pairs) {
        Status failure;
        bool any = false;
        for (const auto& address : addresses)
            for (const auto& one : address == "localhost" ? std::vector<std::string>{"127.0.0.1", "::1"} : std::vector<std::string>{address}) {
                auto made = listen_on(one, pair);
                if (made.ok()) listeners.push_back(std::move(*made)), any = true;
                else failure = made.status();
            }
        if (!any) return failure;
    }
    std::fflush(stdout);
    return serve(*spdy, listeners, *lost);
}

}  // namespace skiff::cli::kubectl
