// Upstream resolvers: addresses from resolv.conf, and the cache of what they answered. One thread.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <list>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/text_map.h"
#include "embedded/dns/message.h"

namespace skiff::dns {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
    int family() const { return storage.ss_family; }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    // "10.0.0.1", "10.0.0.1:5353", "::1", "[::1]:53"
    static std::optional<SocketAddress> parse(std::string_view text, uint16_t default_port);
    std::string ip() const;
};

// nameserver lines, without the addresses in own (which would be a loop).
class Resolvers {
public:
    Resolvers(std::string resolv_conf, std::vector<std::string> fixed, std::vector<std::string> own);
    // Reads the file again when it has changed, at most once a second.
    const std::vector<SocketAddress>& current(Clock& clock);

private:
    std::string path_;
    bool fixed_;
    std::vector<std::string> own_;
    std::vector<SocketAddress> list_;
    Duration looked_at_{-1};
    timespec changed_{};
};

// Answers by question, least recently used first out.
class AnswerCache {
public:
    explicit AnswerCache(size_t entries_max) : entries_max_(entries_max) {}
    const std::string* find(const Question& question, Duration now);
    void put(const Question& question, std::string packet, Duration expires);

private:
    struct Entry {
        std::string key, packet;
        Duration expires;
    };
    size_t entries_max_;
    std::list<Entry> order_;
    TextMap<std::list<Entry>::iterator> index_;
};

}  // namespace skiff::dns
