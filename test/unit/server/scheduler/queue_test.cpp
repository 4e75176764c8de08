#include "server/scheduler/queue.h"

#include "snapshot_fixture.h"

using namespace skiff;
using namespace skiff::test;
using namespace std::chrono_literals;

namespace {

struct Queued : Cluster {
    PodQueue queue;
    PodPtr add(const std::string& name, int priority = 0) {
        auto made = pod(name, "1", R"("priority":)" + std::to_string(priority));
        queue.put(made);
        return made;
    }
    std::string next(Duration now = 0s) {
        auto popped = queue.pop(now);
        return popped ? popped->name : "";
    }
};

}  // namespace

TEST_CASE_METHOD(Queued, "higher priorities first, then in the order of arrival") {
    add("first");
    add("second");
    add("vip", 5);
    CHECK(next() == "vip");
    CHECK(next() == "first");
    CHECK(next() == "second");
    CHECK(next().empty());
}

TEST_CASE_METHOD(Queued, "a pod that failed stays until something happens, and not before its back-off") {
    add("p");
    auto p = queue.pop(0s);
    queue.failed(p, 0s, false);
    CHECK(next(1h).empty());
    queue.move_all(500ms);
    CHECK(next(900ms).empty());
    CHECK(next(1s) == "p");
}

TEST_CASE_METHOD(Queued, "back-off doubles from one second to ten") {
    add("p");
    Duration now = 0s;
    for (auto wait : {1s, 2s, 4s, 8s, 10s, 10s}) {
        auto p = queue.pop(now);
        REQUIRE(p);
        queue.failed(p, now, true);
        CHECK(next(now + wait - 1ms).empty());
        now += wait;
    }
}

TEST_CASE_METHOD(Queued, "a pod that was removed while it flew does not come back") {
    auto p = add("p");
    auto flying = queue.pop(0s);
    queue.remove(p->uid);
    queue.failed(flying, 0s, true);
    CHECK(queue.size() == 0);
    CHECK(next(1h).empty());
}

TEST_CASE_METHOD(Queued, "an update frees an unschedulable pod, a mere replacement does not") {
    add("p");
    auto p = queue.pop(0s);
    queue.failed(p, 0s, false);
    queue.replace(p);
    CHECK(next(1h).empty());
    queue.put(p);
    CHECK(next(1h) == "p");
}
