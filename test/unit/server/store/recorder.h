// A watcher that remembers what it was told and can be waited for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "server/store/store.h"

struct Recorder : skiff::store::Watcher {
    void on_events(const std::vector<skiff::store::Event>& events) override {
        std::lock_guard lock(mutex);
        sizes.push_back(events.size());
        for (const auto& event : events) all.push_back(event);
        changed.notify_all();
    }
    // All events, once there are count of them.
    std::vector<skiff::store::Event> wait(size_t count) {
        std::unique_lock lock(mutex);
        changed.wait_for(lock, std::chrono::seconds(10), [&] { return all.size() >= count; });
        return all;
    }
    // "+a@1 ~a@2 -a@3": created, changed, deleted.
    std::string text(size_t count) {
        std::string out;
        for (const auto& event : wait(count)) {
            if (!out.empty()) out += ' ';
            out += event.type == skiff::store::Event::Type::Delete ? '-' : event.previous ? '~' : '+';
            out += event.entry->key + "@" + std::to_string(event.entry->mod_revision);
        }
        return out;
    }
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<skiff::store::Event> all;
    std::vector<size_t> sizes;
};
