// IoThreads: the process's event loop(s). Everything asynchronous in net runs here; nothing here may block.
// Owned by the composition root and outlives every server, client and stream made with it.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"

namespace skiff::net {

class IoThreads {
public:
    explicit IoThreads(size_t threads = 1);
    ~IoThreads();                                     // stop()
    void stop();                                      // joins; pending work is dropped
    void post(std::function<void()> task);
    // Runs task once after delay on an io thread; the handle cancels it when destroyed (or cancel()).
    class Timer {
    public:
        Timer() = default;
        void cancel();
        ~Timer() { cancel(); }
        Timer(Timer&&) noexcept = default;
        Timer& operator=(Timer&&) noexcept;

    private:
        friend class IoThreads;
        std::shared_ptr<void> state_;
    };
    [[nodiscard]] Timer after(Duration delay, std::function<void()> task);

    struct Impl;                                      // the asio context; only net's own files see it
    Impl& impl() { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace skiff::net
