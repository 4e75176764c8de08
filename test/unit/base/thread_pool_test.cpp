#include "base/thread_pool.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

using namespace skiff;

namespace {

// Tasks that stay until they are let go.
struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;
    int inside = 0, passed = 0;

    void stay() {
        std::unique_lock lock(mutex);
        ++inside;
        changed.notify_all();
        changed.wait(lock, [&] { return open; });
        ++passed;
        changed.notify_all();
    }
    bool wait_inside(int count) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, std::chrono::seconds(5), [&] { return inside >= count; });
    }
    bool wait_passed(int count) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, std::chrono::seconds(5), [&] { return passed >= count; });
    }
    void let_go() {
        std::lock_guard lock(mutex);
        open = true;
        changed.notify_all();
    }
};

}  // namespace

TEST_CASE("a lane with much work leaves threads to the others") {
    Gate crowd, lease;
    ThreadPool pool("test", 6, 100);
    for (int i = 0; i < 20; ++i) REQUIRE(pool.submit({"crowd", 0.1}, [&] { crowd.stay(); }));
    REQUIRE(crowd.wait_inside(4));
    REQUIRE(pool.submit({"lease", 0.1}, [&] { lease.stay(); }));
    REQUIRE(lease.wait_inside(1));
    CHECK(crowd.inside == 4);
    lease.let_go();
    crowd.let_go();
    CHECK(crowd.wait_passed(20));
}

TEST_CASE("tasks that wait for somebody outside are replaced, whatever their lane") {
    Gate blocked, after;
    ThreadPool pool("test", 4, 100);
    for (int i = 0; i < 6; ++i)
        REQUIRE(pool.submit({"crowd", 0.1}, [&] {
            ThreadPool::Blocking waiting;
            blocked.stay();
        }));
    REQUIRE(blocked.wait_inside(6));
    REQUIRE(pool.submit({"crowd", 0.1}, [&] { after.stay(); }));
    CHECK(after.wait_inside(1));
    after.let_go();
    blocked.let_go();
}

TEST_CASE("a full pool refuses, a stopped one drops what waits") {
    Gate gate;
    ThreadPool pool("test", 1, 1);
    REQUIRE(pool.submit([&] { gate.stay(); }));
    REQUIRE(gate.wait_inside(1));
    bool ran = false;
    REQUIRE(pool.submit([&] { ran = true; }));
    CHECK_FALSE(pool.submit([] {}));
    CHECK(pool.queued() == 1);
    gate.let_go();
    pool.stop();
    CHECK_FALSE(pool.submit([] {}));
    (void)ran;
}
