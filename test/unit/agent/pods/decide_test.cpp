#include "agent/pods/decide.h"

#include <catch2/catch.hpp>

#include "pod_fixture.h"

using namespace skiff;
using namespace skiff::agent::pods;
using runtime_state = skiff::agent::runtime::State;
using std::chrono::seconds;

namespace {
const WallTime kWall{seconds(1'700'000'100)};
Plan decide_at(const json::Value& pod, const PodState& state, Duration now = seconds(1000)) { return decide(pod, state, now, kWall); }
const char* kWithInit = R"({"initContainers":[{"name":"i1","image":"busybox"},{"name":"i2","image":"busybox"}],"containers":[{"name":"app","image":"busybox"},{"name":"side","image":"busybox"}]})";
const char* kWithSidecar = R"({"initContainers":[{"name":"proxy","image":"busybox","restartPolicy":"Always"},{"name":"i2","image":"busybox"}],"containers":[{"name":"app","image":"busybox"}]})";
}  // namespace

TEST_CASE("a new pod gets a sandbox and its container") {
    const Plan plan = decide_at(pod_json(one_container), PodState());
    CHECK(plan.create_sandbox);
    CHECK(plan.start == std::vector<std::string>{"app"});
    CHECK_FALSE(plan.terminate);
}

TEST_CASE("init containers run one after another, then all main containers at once") {
    const json::Value pod = pod_json(kWithInit);
    PodState state = state_with_sandbox();
    CHECK(decide_at(pod, state).start == std::vector<std::string>{"i1"});
    add_run(state, run_of("i1", runtime_state::Running));
    CHECK(decide_at(pod, state).start.empty());
    state.container("i1").runs = {run_of("i1", runtime_state::Exited, 0)};
    CHECK(decide_at(pod, state).start == std::vector<std::string>{"i2"});
    add_run(state, run_of("i2", runtime_state::Exited, 0));
    CHECK(decide_at(pod, state).start == std::vector<std::string>{"app", "side"});
}

TEST_CASE("a failed init container is retried, or ends a pod that never restarts") {
    PodState state = state_with_sandbox();
    add_run(state, run_of("i1", runtime_state::Exited, 3));
    CHECK(decide_at(pod_json(kWithInit), state).start == std::vector<std::string>{"i1"});
    const Plan never = decide_at(pod_json(kWithInit, "Never"), state);
    CHECK(never.terminate);
    CHECK(never.start.empty());
}

TEST_CASE("a sidecar must have started before the next init container, and restarts on its own") {
    const json::Value pod = pod_json(kWithSidecar);
    PodState state = state_with_sandbox();
    CHECK(decide_at(pod, state).start == std::vector<std::string>{"proxy"});
    add_run(state, run_of("proxy", runtime_state::Running), false);
    CHECK(decide_at(pod, state).start.empty());
    state.container("proxy").started = true;
    CHECK(decide_at(pod, state).start == std::vector<std::string>{"i2"});
    add_run(state, run_of("i2", runtime_state::Exited, 0));
    add_run(state, run_of("app", runtime_state::Running));
    CHECK(decide_at(pod, state).start.empty());
    state.container("proxy").runs = {run_of("proxy", runtime_state::Exited, 0)};
    CHECK(decide_at(pod, state).start == std::vector<std::string>{"proxy"});
}

TEST_CASE("restart policies decide what an ended container does") {
    PodState ok = state_with_sandbox(), failed = state_with_sandbox();
    add_run(ok, run_of("app", runtime_state::Exited, 0));
    add_run(failed, run_of("app", runtime_state::Exited, 1));
    CHECK(decide_at(pod_json(one_container, "Always"), ok).start.size() == 1);
    CHECK(decide_at(pod_json(one_container, "OnFailure"), failed).start.size() == 1);
    CHECK(decide_at(pod_json(one_container, "OnFailure"), ok).terminate);
    CHECK(decide_at(pod_json(one_container, "Never"), failed).terminate);
}

TEST_CASE("a crash loop waits ten seconds, then twenty, and says so") {
    const json::Value pod = pod_json(one_container);
    PodState state = state_with_sandbox();
    add_run(state, run_of("app", runtime_state::Exited, 1));
    ContainerState& app = state.container("app");
    app.current()->ended = seconds(1000);
    CHECK(decide_at(pod, state, seconds(1000)).start.size() == 1);   // the first restart is at once
    app.backoff.next(seconds(1000), seconds(1000));
    app.current()->ended = seconds(1001);
    const Plan waiting = decide_at(pod, state, seconds(1002));
    CHECK(waiting.start.empty());
    REQUIRE(waiting.waiting.count("app"));
    CHECK(waiting.waiting.at("app").reason == "CrashLoopBackOff");
    CHECK(waiting.waiting.at("app").message == "back-off 10s restarting failed container=app pod=web_default(u-1)");
    CHECK(*waiting.wake_after == seconds(9));
    CHECK(decide_at(pod, state, seconds(1011)).start.size() == 1);
    app.backoff.next(seconds(1001), seconds(1011));
    CHECK(app.backoff.delay() == seconds(20));
}

TEST_CASE("an unhealthy container is stopped, and a changed image replaces a container") {
    PodState state = state_with_sandbox();
    add_run(state, run_of("app", runtime_state::Running));
    CHECK(decide_at(pod_json(one_container), state).stop.empty());
    state.container("app").unhealthy = "Container app failed liveness probe, will be restarted";
    state.container("app").unhealthy_grace_s = 5;
    const Plan sick = decide_at(pod_json(one_container), state);
    REQUIRE(sick.stop.size() == 1);
    CHECK(sick.stop[0].grace_s == 5);
    state.container("app").unhealthy.clear();
    const Plan changed = decide_at(pod_json(R"({"containers":[{"name":"app","image":"other"}]})"), state);
    REQUIRE(changed.stop.size() == 1);
    CHECK(changed.stop[0].message == "Container app definition changed, will be restarted");
}

TEST_CASE("a pod past its deadline ends as failed, and wakes for it before") {
    json::Value pod = pod_json(one_container);
    pod.mut("spec").set("activeDeadlineSeconds", 60);
    PodState state = state_with_sandbox();
    add_run(state, run_of("app", runtime_state::Running));
    state.start_time = kWall - seconds(50);
    CHECK(*decide_at(pod, state).wake_after == seconds(10));
    state.start_time = kWall - seconds(60);
    const Plan over = decide_at(pod, state);
    REQUIRE(over.terminate);
    CHECK(over.terminate->reason == "DeadlineExceeded");
    CHECK(over.terminate->failed);
}

TEST_CASE("main containers stop first, sidecars afterwards from the last to the first") {
    const json::Value pod = pod_json(R"({"initContainers":[{"name":"s1","image":"busybox","restartPolicy":"Always"},{"name":"s2","image":"busybox","restartPolicy":"Always"}],"containers":[{"name":"app","image":"busybox"}]})");
    PodState state = state_with_sandbox();
    for (const char* name : {"s1", "s2", "app"}) add_run(state, run_of(name, runtime_state::Running));
    CHECK(stop_next(pod, state) == std::vector<std::string>{"app"});
    state.container("app").stopping = Stopping{};
    CHECK(stop_next(pod, state).empty());
    state.container("app").runs = {run_of("app", runtime_state::Exited)};
    CHECK(stop_next(pod, state) == std::vector<std::string>{"s2"});
    state.container("s2").runs = {run_of("s2", runtime_state::Exited)};
    CHECK(stop_next(pod, state) == std::vector<std::string>{"s1"});
}

TEST_CASE("a new sandbox runs init containers again") {
    PodState state = state_with_sandbox();
    for (const char* name : {"i1", "i2", "app", "side"}) {
        Run old = run_of(name, runtime_state::Exited, 0);
        old.status.sandbox_id = "u-1-old";
        add_run(state, old);
    }
    CHECK(decide_at(pod_json(kWithInit), state).start == std::vector<std::string>{"i1"});
}

TEST_CASE("a finished pod without a sandbox gets none") {
    PodState state;
    Run ended = run_of("app", runtime_state::Exited, 137);
    ended.status.sandbox_id.clear();
    add_run(state, ended);
    const Plan plan = decide_at(pod_json(one_container, "Never"), state);
    CHECK_FALSE(plan.create_sandbox);
    CHECK(plan.terminate);
}
