// Resolver: host names to addresses with getaddrinfo, which blocks, so it runs on its own threads, started at the first name.
// Literal addresses never get here. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/thread_pool.h"

namespace skiff::net {

class Resolver {
public:
    // Addresses as text, in the order to try them. done runs on a resolver thread.
    void resolve(const std::string& host, std::function<void(Result<std::vector<std::string>>)> done);
    void stop();

private:
    std::mutex mutex_;
    std::unique_ptr<ThreadPool> pool_;
    bool stopped_ = false;
};

// Blocking. ServiceUnavailable when the name has no address.
Result<std::vector<std::string>> resolve_now(const std::string& host);
bool is_ip_literal(const std::string& host);

}  // namespace skiff::net
