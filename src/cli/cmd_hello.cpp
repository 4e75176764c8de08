// The hello page: plain blocking sockets and a few threads, so that the image needs nothing but this executable.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/fd.h"
#include "base/strings.h"
#include "cli/command.h"

namespace skiff::cli {

namespace {

constexpr int kRequestBytesMax = 16384;
constexpr int kRequestTimeoutMs = 5000;

std::string host_name() {
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
}

std::string environment(const char* name, std::string fallback) {
    const char* value = std::getenv(name);
    return value && *value ? value : std::move(fallback);
}

// Reads up to the end of the head; "" when the peer is too slow, too long or gone.
std::string read_head(int connection) {
    std::string head;
    char buffer[2048];
    while (head.size() < kRequestBytesMax && head.find("\r\n\r\n") == std::string::npos) {
        pollfd ready{connection, POLLIN, 0};
        if (::poll(&ready, 1, kRequestTimeoutMs) <= 0) return "";
        ssize_t n = ::read(connection, buffer, sizeof buffer);
        if (n <= 0) return "";
        head.append(buffer, static_cast<size_t>(n));
    }
    return head;
}

void serve(Fd connection, const std::string& peer) {
    auto head = read_head(connection.get());
    if (head.empty()) return;
    auto line = head.substr(0, head.find("\r\n"));
    auto words = split(line, ' ');
    std::string body = "Hello from skiff!\n";
    body += "pod:     " + environment("POD_NAME", host_name()) + "\n";
    body += "node:    " + environment("SKIFF_NODE_NAME", "unknown") + "\n";
    body += "request: " + (words.size() > 1 ? words[0] + " " + words[1] : line) + "\n";
    body += "from:    " + peer + "\n";
    std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n" + (words.empty() || words[0] != "HEAD" ? body : "");
    for (size_t sent = 0; sent < answer.size();) {
        ssize_t n = ::send(connection.get(), answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) return;
        sent += static_cast<size_t>(n);
    }
    std::printf("%s %s\n", peer.c_str(), line.c_str());
    std::fflush(stdout);
}

}  // namespace

int cmd_hello(const std::vector<std::string>& args) {
    if (wants_help(args)) {
        std::fputs(std::string(help_text("hello")).c_str(), stdout);
        return 0;
    }
    auto port = parse_int(args.empty() ? environment("PORT", "8080") : args[0]);
    if (!port || *port < 1 || *port > 65535) return fail("hello", error(Reason::BadRequest, "the port must be a number from 1 to 65535"));

    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, nullptr);
    Fd ended(::signalfd(-1, &ends, SFD_CLOEXEC));
    Fd listener(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    int off = 0, on = 1;
    ::setsockopt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(static_cast<uint16_t>(*port));
    if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&any), sizeof any) < 0 || ::listen(listener.get(), 64) < 0)
        return fail("hello", errno_status("listen on port " + std::to_string(*port), errno));
    std::printf("hello: listening on port %d\n", static_cast<int>(*port));
    std::fflush(stdout);
    for (;;) {
        pollfd ready[2] = {{listener.get(), POLLIN, 0}, {ended.get(), POLLIN, 0}};
        if (::poll(ready, 2, -1) < 0) continue;
        if (ready[1].revents) return 0;
        sockaddr_in6 from{};
        socklen_t size = sizeof from;
        Fd connection(::accept4(listener.get(), reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC));
        if (!connection) continue;
        char text[INET6_ADDRSTRLEN] = {};
        ::inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof text);
        std::string peer = text;
        serve(std::move(connection), peer.starts_with("::ffff:") ? peer.substr(7) : peer);
    }
}

}  // namespace skiff::cli
