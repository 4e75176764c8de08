#include "net/client_pool.h"

namespace skiff::net {

namespace {
constexpr size_t kIdlePerOriginMax = 64;
constexpr Duration kIdleTime = std::chrono::seconds(60);   // below the server's 90 s, so that it seldom closes under a request
}  // namespace

// Watches an idle connection: whatever comes means that it is of no more use.
struct ClientPool::Idle final : public ConnectionEvents {
    Idle(std::weak_ptr<ClientPool> p, std::string k, std::shared_ptr<Connection> c)
        : pool(std::move(p)), key(std::move(k)), connection(std::move(c)), expiry(connection->loop()) {}
    void on_data(std::string_view) override { drop(); }
    void on_closed(Status) override { drop(); }
    void drop() {
        expiry.cancel();
        if (auto p = pool.lock()) p->remove(key, this);
        connection->close();
    }
    std::weak_ptr<ClientPool> pool;
    const std::string key;
    std::shared_ptr<Connection> connection;
    LoopTimer expiry;
};

std::shared_ptr<Connection> ClientPool::take(const std::string& key, const Loop* only) {
    std::shared_ptr<Idle> idle;
    {
        std::lock_guard lock(mutex_);
        auto found = idle_.find(key);
        if (found == idle_.end()) return nullptr;
        auto& list = found->second;
        auto entry = list.end();
        while (entry != list.begin() && !idle) {   // the last used one first
            --entry;
            if (!only || &(*entry)->connection->loop() == only) idle = *entry;
        }
        if (!idle) return nullptr;
        list.erase(entry);
        if (found->second.empty()) idle_.erase(found);
    }
    auto connection = idle->connection;
    connection->loop().post([idle] { idle->expiry.cancel(); });
    return connection;
}

void ClientPool::put(const std::string& key, std::shared_ptr<Connection> connection) {
    auto idle = std::make_shared<Idle>(weak_from_this(), key, connection);
    {
        std::lock_guard lock(mutex_);
        auto& list = idle_[key];
        if (closed_ || list.size() >= kIdlePerOriginMax) {
            connection->close();
            return;
        }
        list.push_back(idle);
    }
    connection->set_events(idle);
    connection->set_reading(true);
    idle->expiry.arm(kIdleTime, [weak = std::weak_ptr(idle)] {
        if (auto alive = weak.lock()) alive->drop();
    });
}

// The entry may be gone already: taken in the same moment.
void ClientPool::remove(const std::string& key, const Idle* idle) {
    std::lock_guard lock(mutex_);
    auto found = idle_.find(key);
    if (found == idle_.end()) return;
    std::erase_if(found->second, [&](const auto& entry) { return entry.get() == idle; });
    if (found->second.empty()) idle_.erase(found);
}

void ClientPool::close() {
    std::map<std::string, std::vector<std::shared_ptr<Idle>>> all;
    {
        std::lock_guard lock(mutex_);
        closed_ = true;
        all.swap(idle_);
    }
    for (auto& entry : all) {
        for (auto& idle : entry.second) {
            idle->connection->loop().post([idle] {
                idle->expiry.cancel();
                idle->connection->close_now();
            });
        }
    }
}

}  // namespace skiff::net
