// Guarded<T>: a value that can only be reached with its mutex held.
//   Guarded<std::map<K, V>> map;   map.lock()->insert(...);   auto held = map.lock(); ... held->...
#pragma once

#include <mutex>
#include <utility>

namespace skiff {

template <typename T>
class Guarded {
public:
    Guarded() = default;
    explicit Guarded(T value) : value_(std::move(value)) {}

    class Held {
    public:
        Held(std::mutex& mutex, T& value) : lock_(mutex), value_(&value) {}
        T* operator->() { return value_; }
        T& operator*() { return *value_; }
        std::unique_lock<std::mutex>& lock() { return lock_; }

    private:
        std::unique_lock<std::mutex> lock_;
        T* value_;
    };

    Held lock() { return Held(mutex_, value_); }
    Held lock() const { return Held(mutex_, const_cast<T&>(value_)); }

private:
    mutable std::mutex mutex_;
    T value_{};
};

}  // namespace skiff
