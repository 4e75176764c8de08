#include "agent/sys/poller.h"

#include <catch2/catch.hpp>
#include <future>

TEST_CASE("a task that posts another one is followed by it without outside help") {
    skiff::agent::sys::Poller poller;
    std::promise<int> last;
    std::function<void(int)> step = [&](int left) {
        if (left == 0) return last.set_value(0);
        poller.post([&, left] { step(left - 1); });
    };
    poller.post([&] { step(200); });
    CHECK(last.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}
