#include "net/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

namespace skiff::net {

bool is_ip_literal(const std::string& host) {
    unsigned char bytes[16];
    return inet_pton(AF_INET, host.c_str(), bytes) == 1 || inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

Result<std::vector<std::string>> resolve_now(const std::string& host) {
    if (is_ip_literal(host)) return std::vector<std::string>{host};
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int rc = getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (rc != 0) return error(Reason::ServiceUnavailable, "lookup {}: {}", host, gai_strerror(rc));
    std::vector<std::string> out;
    for (const addrinfo* entry = list; entry; entry = entry->ai_next) {
        char text[INET6_ADDRSTRLEN] = "";
        const void* address = nullptr;
        if (entry->ai_family == AF_INET) address = &reinterpret_cast<sockaddr_in*>(entry->ai_addr)->sin_addr;
        if (entry->ai_family == AF_INET6) address = &reinterpret_cast<sockaddr_in6*>(entry->ai_addr)->sin6_addr;
        if (address && inet_ntop(entry->ai_family, address, text, sizeof text)) out.emplace_back(text);
    }
    freeaddrinfo(list);
    if (out.empty()) return error(Reason::ServiceUnavailable, "lookup {}: no address", host);
    return out;
}

void Resolver::resolve(const std::string& host, std::function<void(Result<std::vector<std::string>>)> done) {
    bool queued = false;
    {
        std::lock_guard lock(mutex_);
        if (!stopped_) {
            if (!pool_) pool_ = std::make_unique<ThreadPool>("resolve", 2, 1024);
            queued = pool_->submit([host, done] { done(resolve_now(host)); });
        }
    }
    if (!queued) done(error(Reason::TooManyRequests, "lookup {}: too many lookups are waiting", host));
}

void Resolver::stop() {
    std::unique_ptr<ThreadPool> pool;
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
        pool = std::move(pool_);
    }
    if (pool) pool->stop();
}

}  // namespace skiff::net
