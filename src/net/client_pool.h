// ClientPool: the kept-alive connections of one HttpClient, by origin. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "net/connection.h"

namespace skiff::net {

class ClientPool : public std::enable_shared_from_this<ClientPool> {
public:
    // A connection that looked alive, null when there is none. On its loop check closed() and peer_has_ended() before use.
    // only: where set, one of this loop.
    std::shared_ptr<Connection> take(const std::string& key, const Loop* only = nullptr);
    // On the connection's loop. It must have nothing outstanding.
    void put(const std::string& key, std::shared_ptr<Connection> connection);
    void close();

private:
    struct Idle;
    void remove(const std::string& key, const Idle* idle);
    std::mutex mutex_;
    std::map<std::string, std::vector<std::shared_ptr<Idle>>> idle_;
    bool closed_ = false;
};

}  // namespace skiff::net
