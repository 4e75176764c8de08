#include "net/loop.h"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/log.h"

namespace skiff::net {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {
thread_local const Loop* current_loop = nullptr;
constexpr Duration kTurnMax = std::chrono::seconds(1);
}

LoopTurn::~LoopTurn() {
    const Duration took = Clock::system().elapsed() - start_;
    if (took > kTurnMax) log::warn("net", "all connections waited for one callback", {{"of", what_}, {"ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
}

// Opens up the first half of a context's end: handlers are destroyed, services stay usable for what is destroyed later.
class Context : public asio::io_context {
public:
    Context() : asio::io_context(1) {}
    void drop_handlers() { shutdown(); }
};

struct Loop::Impl {
    Context context;
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::atomic<bool> stopped{false}, refusing{false};
    std::unique_ptr<char[]> scratch;
    std::deque<std::function<void()>> slow[2];            // by kind; loop thread only, as are the next two
    size_t slow_turn = 0;
    bool slow_posted = false;
    void run_slow() {
        slow_posted = false;
        slow_turn = 1 - slow_turn;
        auto& queue = slow[slow[slow_turn].empty() ? 1 - slow_turn : slow_turn];
        if (queue.empty()) return;
        auto task = std::move(queue.front());
        queue.pop_front();
        task();
        schedule_slow();
    }
    void schedule_slow() {
        if ((slow[0].empty() && slow[1].empty()) || std::exchange(slow_posted, true)) return;
        asio::post(context, [this] { run_slow(); });
    }
    std::mutex mutex;
    std::unordered_map<LoopMember*, std::weak_ptr<LoopMember>> members;   // guarded by mutex
};

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

void Loop::run() {
    current_loop = this;
    impl_->context.run();
    current_loop = nullptr;
}

void Loop::stop() {
    impl_->stopped = true;
    impl_->context.stop();
}

bool Loop::stopped() const { return impl_->stopped; }

void Loop::refuse_tasks() { impl_->refusing = true; }

void Loop::drop_pending() {
    std::unordered_map<LoopMember*, std::weak_ptr<LoopMember>> members;
    {
        std::lock_guard lock(impl_->mutex);
        members.swap(impl_->members);
    }
    for (auto& entry : members) {
        if (auto member = entry.second.lock()) member->abandon();
    }
    for (auto& queue : impl_->slow) queue.clear();
    impl_->context.drop_handlers();
}

void Loop::join(const std::shared_ptr<LoopMember>& member) {
    std::lock_guard lock(impl_->mutex);
    impl_->members.emplace(member.get(), member);
}

void Loop::leave(LoopMember* member) {
    std::lock_guard lock(impl_->mutex);
    impl_->members.erase(member);
}

void Loop::post(std::function<void()> task) {
    if (impl_->refusing) return;
    asio::post(impl_->context, [task = std::move(task)] {
        LoopTurn turn("a task");
        task();
    });
}

void Loop::post_slow(Slow kind, std::function<void()> task) {
    if (impl_->refusing) return;
    impl_->slow[static_cast<size_t>(kind)].push_back(std::move(task));
    impl_->schedule_slow();
}

bool Loop::in_thread() const { return current_loop == this; }

char* Loop::scratch() {
    if (!impl_->scratch) impl_->scratch.reset(new char[kScratchBytes]);
    return impl_->scratch.get();
}

struct LoopTimer::State {
    explicit State(Loop& loop) : keep(loop.shared_from_this()), timer(loop.impl().context) {}
    const std::shared_ptr<Loop> keep;
    asio::steady_timer timer;
    uint64_t armed = 0;   // a task runs only when it is still the last one armed
    std::function<void()> task;
};

LoopTimer::LoopTimer(Loop& loop) : state_(std::make_shared<State>(loop)) {}

LoopTimer::~LoopTimer() { cancel(); }

void LoopTimer::arm(Duration delay, std::function<void()> task) {
    const uint64_t turn = ++state_->armed;
    state_->task = std::move(task);
    state_->timer.expires_after(delay);
    state_->timer.async_wait([state = state_, turn](ErrorCode ec) {
        if (ec || state->armed != turn) return;
        auto task = std::move(state->task);
        state->task = nullptr;
        LoopTurn held("a timer");
        task();
    });
}

void LoopTimer::cancel() {
    ++state_->armed;
    state_->task = nullptr;
    state_->timer.cancel();
}

struct Socket::Impl {
    Impl(Loop& loop, int fd) : keep(loop.shared_from_this()), descriptor(loop.impl().context, fd) {}
    const std::shared_ptr<Loop> keep;
    asio::posix::stream_descriptor descriptor;
};

Socket::Socket(Loop& loop, Fd fd) : impl_(std::make_unique<Impl>(loop, fd.release())) {
    ErrorCode ignored;
    impl_->descriptor.non_blocking(true, ignored);
}

Socket::~Socket() { close(); }

int Socket::fd() const {
    return impl_->descriptor.is_open() ? impl_->descriptor.native_handle() : -1;
}

void Socket::wait_readable(std::shared_ptr<SocketEvents> events) {
    impl_->descriptor.async_wait(asio::posix::descriptor_base::wait_read, [events = std::move(events)](ErrorCode ec) {
        if (ec != asio::error::operation_aborted) events->on_readable();
    });
}

void Socket::wait_writable(std::shared_ptr<SocketEvents> events) {
    impl_->descriptor.async_wait(asio::posix::descriptor_base::wait_write, [events = std::move(events)](ErrorCode ec) {
        if (ec != asio::error::operation_aborted) events->on_writable();
    });
}

void Socket::close() {
    ErrorCode ignored;
    if (impl_->descriptor.is_open()) impl_->descriptor.close(ignored);
}

Fd Socket::release() { return impl_->descriptor.is_open() ? Fd(impl_->descriptor.release()) : Fd(); }

}  // namespace skiff::net
