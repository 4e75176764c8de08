// The fan-out of a watch: WATCHERS connections of one lean client follow a config map that another connection changes, RATE times a second.
// From before the write leaves to each delivery; the client is one thread, so that half of a two-core machine stays the server's.
// usage: fanout FOLDER HOST PORT [WATCHERS] [EVENTS] [RATE]     (1000, 100, 10); the folder has ca.crt, client.crt and client.key
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

using Time = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    ERR_print_errors_fp(stderr);
    std::exit(2);
}

struct Peer {
    std::string host;
    int port;
    SSL_CTX* context;
};

SSL* connect_to(const Peer& peer) {
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(peer.port));
    ::inet_pton(AF_INET, peer.host.c_str(), &address.sin_addr);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    SSL* ssl = SSL_new(peer.context);
    SSL_set_fd(ssl, fd);
    if (SSL_connect(ssl) != 1) fail("TLS");
    return ssl;
}

void send_text(SSL* ssl, const std::string& text) {
    if (SSL_write(ssl, text.data(), static_cast<int>(text.size())) <= 0) fail("write");
}

std::string request(const Peer& peer, const char* method, const std::string& path, const std::string& type, const std::string& body) {
    return std::string(method) + " " + path + " HTTP/1.1\r\nHost: " + peer.host + "\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// One answer with a length.
int answer(SSL* ssl) {
    std::string got;
    char buffer[16384];
    for (;;) {
        int n = SSL_read(ssl, buffer, sizeof buffer);
        if (n <= 0) fail("read");
        got.append(buffer, static_cast<size_t>(n));
        size_t end = got.find("\r\n\r\n"), length = got.find("Content-Length: ");
        if (end != std::string::npos && length < end && got.size() >= end + 4 + static_cast<size_t>(std::atol(&got[length + 16]))) return std::atoi(&got[9]);
    }
}

SSL_CTX* credentials(const std::string& folder) {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    if (SSL_CTX_load_verify_locations(context, (folder + "/ca.crt").c_str(), nullptr) != 1 || SSL_CTX_use_certificate_chain_file(context, (folder + "/client.crt").c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, (folder + "/client.key").c_str(), SSL_FILETYPE_PEM) != 1) fail("credentials");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    return context;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return std::fprintf(stderr, "usage: fanout FOLDER HOST PORT [WATCHERS] [EVENTS] [RATE]\n"), 2;
    rlimit files{65536, 65536};
    ::setrlimit(RLIMIT_NOFILE, &files);
    const Peer peer{argv[2], std::atoi(argv[3]), credentials(argv[1])};
    const int watchers = argc > 4 ? std::atoi(argv[4]) : 1000, events = argc > 5 ? std::atoi(argv[5]) : 100, rate = argc > 6 ? std::atoi(argv[6]) : 10;
    const std::string path = "/api/v1/namespaces/default/configmaps";
    SSL* writer = connect_to(peer);
    send_text(writer, request(peer, "POST", path, "application/json", R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"fan","labels":{"fan":"out"}}})"));
    if (int code = answer(writer); code != 201 && code != 409) return std::fprintf(stderr, "create: %d\n", code), 2;

    int poll = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<SSL*> followers;
    for (int i = 0; i < watchers; ++i) {
        SSL* ssl = connect_to(peer);
        send_text(ssl, request(peer, "GET", path + "?watch=1&labelSelector=fan%3Dout&timeoutSeconds=600", "application/json", ""));
        ::fcntl(SSL_get_fd(ssl), F_SETFL, O_NONBLOCK);
        epoll_event wanted{EPOLLIN, {.ptr = ssl}};
        ::epoll_ctl(poll, EPOLL_CTL_ADD, SSL_get_fd(ssl), &wanted);
        followers.push_back(ssl);
    }
    std::vector<Time::time_point> sent(static_cast<size_t>(events));
    std::thread changes([&] {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        auto next = Time::now();
        for (int i = 0; i < events; ++i) {
            std::this_thread::sleep_until(next);
            next += std::chrono::microseconds(1'000'000 / rate);
            sent[static_cast<size_t>(i)] = Time::now();
            send_text(writer, request(peer, "PATCH", path + "/fan", "application/merge-patch+json", R"({"data":{"seq":"n)" + std::to_string(i) + R"("}})"));
            if (answer(writer) != 200) fail("patch");
        }
    });
    std::vector<double> delays;
    const size_t all = static_cast<size_t>(watchers) * static_cast<size_t>(events);
    const auto deadline = Time::now() + std::chrono::seconds(events / rate + 20);
    std::vector<epoll_event> ready(256);
    char buffer[65536];
    while (delays.size() < all && Time::now() < deadline) {
        int n = ::epoll_wait(poll, ready.data(), static_cast<int>(ready.size()), 1000);
        for (int i = 0; i < n; ++i) {
            auto* ssl = static_cast<SSL*>(ready[static_cast<size_t>(i)].data.ptr);
            int got = SSL_read(ssl, buffer, sizeof buffer - 1);
            if (got <= 0) continue;
            buffer[got] = 0;
            const auto now = Time::now();
            for (const char* at = buffer; (at = std::strstr(at, "\"seq\":\"n")) != nullptr;) {
                at += 8;
                const Time::time_point before = sent[static_cast<size_t>(std::atoi(at)) % sent.size()];
                if (before == Time::time_point{}) continue;   // of an earlier run
                delays.push_back(std::chrono::duration<double, std::milli>(now - before).count());
            }
        }
    }
    changes.join();
    std::sort(delays.begin(), delays.end());
    if (delays.empty()) return std::fprintf(stderr, "nothing was delivered\n"), 1;
    auto quantile = [&](double q) { return delays[static_cast<size_t>(q * static_cast<double>(delays.size() - 1))]; };
    std::printf("%d watchers, %d events, %d/s: delivered %zu of %zu, p50 %.2f ms, p99 %.2f ms, max %.2f ms\n", watchers, events, rate, delays.size(), all, quantile(.5), quantile(.99), quantile(1));
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    std::printf("client CPU %.1f s\n", static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
    return delays.size() == all ? 0 : 1;
}
