#include "net/io_threads.h"

#include <atomic>
#include <thread>

#include "base/thread_pool.h"
#include "net/io_threads_impl.h"

namespace skiff::net {

IoThreads::IoThreads(size_t threads) : impl_(std::make_unique<Impl>()) {
    if (threads == 0) threads = 1;
    for (size_t i = 0; i < threads; ++i) impl_->loops.push_back(std::make_shared<Loop>());
    for (size_t i = 0; i < threads; ++i) {
        impl_->threads.emplace_back([loop = impl_->loops[i].get(), i] {
            set_thread_name("io-" + std::to_string(i));
            loop->run();
        });
    }
}

IoThreads::~IoThreads() { stop(); }

void IoThreads::stop() {
    impl_->resolver.stop();
    for (auto& loop : impl_->loops) loop->stop();
    for (auto& thread : impl_->threads) {
        if (thread.joinable()) thread.join();
    }
    for (auto& loop : impl_->loops) loop->refuse_tasks();
    // What is dropped closes sockets, whose waits are then dropped in the next round.
    for (int round = 0; round < 3; ++round) {
        for (auto& loop : impl_->loops) loop->drop_pending();
    }
}

void IoThreads::post(std::function<void()> task) { impl_->next_loop().post(std::move(task)); }

Loop& IoThreads::Impl::next_loop() {
    return *loops[next.fetch_add(1, std::memory_order_relaxed) % loops.size()];
}

Loop& IoThreads::Impl::this_or_next_loop() {
    for (auto& loop : loops) {
        if (loop->in_thread()) return *loop;
    }
    return next_loop();
}

namespace {
// The asio timer lives and dies on its loop's thread; the handle only says "cancelled".
struct TimerState {
    explicit TimerState(Loop& l) : keep(l.shared_from_this()), loop(l) {}
    const std::shared_ptr<Loop> keep;
    Loop& loop;
    std::atomic<bool> cancelled{false};
    std::unique_ptr<LoopTimer> timer;
    std::function<void()> task;
};
}  // namespace

IoThreads::Timer IoThreads::after(Duration delay, std::function<void()> task) {
    auto state = std::make_shared<TimerState>(impl_->this_or_next_loop());
    state->task = std::move(task);
    state->loop.post([state, delay] {
        if (state->cancelled) return;
        state->timer = std::make_unique<LoopTimer>(state->loop);
        // Weak: the handle owns the state, so that nothing is left in a ring when the loops stop.
        state->timer->arm(delay, [weak = std::weak_ptr(state)] {
            auto state = weak.lock();
            if (!state || state->cancelled) return;
            auto task = std::move(state->task);
            state->task = nullptr;
            if (task) task();
        });
    });
    Timer handle;
    handle.state_ = state;
    return handle;
}

void IoThreads::Timer::cancel() {
    auto state = std::static_pointer_cast<TimerState>(std::move(state_));
    state_.reset();
    if (!state || state->cancelled.exchange(true)) return;
    Loop& loop = state->loop;
    if (loop.stopped()) return;
    loop.post([state] {
        state->timer.reset();
        state->task = nullptr;
    });
}

IoThreads::Timer& IoThreads::Timer::operator=(Timer&& other) noexcept {
    if (this != &other) {
        cancel();
        state_ = std::move(other.state_);
    }
    return *this;
}

}  // namespace skiff::net
