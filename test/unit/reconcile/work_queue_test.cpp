#include "reconcile/work_queue.h"

#include <catch2/catch.hpp>
#include <thread>

using namespace skiff;
using namespace skiff::reconcile;
using namespace std::chrono_literals;

TEST_CASE("a key waits at most once and is handed to one worker at a time") {
    FakeClock clock;
    auto queue = WorkQueue::create(clock);
    queue->add("a");
    queue->add("a");
    CHECK(queue->size() == 1);
    CHECK(queue->try_get() == "a");
    CHECK(!queue->try_get());
    queue->add("a");
    CHECK(!queue->try_get());
    queue->done("a");
    CHECK(queue->try_get() == "a");
    queue->done("a");
    CHECK(!queue->try_get());
}

TEST_CASE("a delayed key comes when it is due, the earliest time wins") {
    FakeClock clock;
    auto queue = WorkQueue::create(clock);
    queue->add_after("a", 10s);
    queue->add_after("a", 5s);
    queue->add_after("a", 20s);
    clock.advance(4s);
    CHECK(!queue->try_get());
    clock.advance(1s);
    CHECK(queue->try_get() == "a");
    queue->done("a");
    clock.advance(60s);
    CHECK(!queue->try_get());
}

TEST_CASE("failures back off exponentially and forget starts over") {
    FakeClock clock;
    auto queue = WorkQueue::create(clock);
    for (auto delay : {5ms, 10ms, 20ms}) {
        queue->add_rate_limited("a");
        clock.advance(delay - 1ms);
        CHECK(!queue->try_get());
        clock.advance(1ms);
        CHECK(queue->try_get() == "a");
        queue->done("a");
    }
    queue->forget("a");
    queue->add_rate_limited("a");
    clock.advance(5ms);
    CHECK(queue->try_get() == "a");
}

TEST_CASE("queues of a set take turns") {
    FakeClock clock;
    auto set = QueueSet::create(clock);
    auto& first = set->add_queue();
    auto& second = set->add_queue();
    for (auto key : {"a", "b", "c"}) first.add(key);
    second.add("x");
    std::string order;
    while (auto item = set->try_get()) {
        order += item->key;
        set->done(*item);
    }
    CHECK(order == "axbc");
}

TEST_CASE("a waiting worker wakes for new keys, for due keys and for the end") {
    auto set = QueueSet::create(Clock::system());
    auto& queue = set->add_queue();
    std::vector<std::string> got;
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::thread> workers;
    for (int i = 0; i < 3; ++i)
        workers.emplace_back([&] {
            while (auto item = set->get()) {
                set->done(*item);
                std::lock_guard lock(mutex);
                got.push_back(item->key);
                changed.notify_all();
            }
        });
    queue.add_after("late", 20ms);
    queue.add("now");
    {
        std::unique_lock lock(mutex);
        REQUIRE(changed.wait_for(lock, 5s, [&] { return got.size() == 2; }));
        CHECK(got == std::vector<std::string>{"now", "late"});
    }
    set->shut_down();
    for (auto& worker : workers) worker.join();
}
