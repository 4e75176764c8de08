#include "agent/pods/pod_status.h"

#include <catch2/catch.hpp>

#include "agent/pods/container_status.h"
#include "pod_fixture.h"

using namespace skiff;
using namespace skiff::agent::pods;
using runtime_state = skiff::agent::runtime::State;
using std::chrono::seconds;

namespace {
const WallTime kNow{seconds(1'700'000'100)};
const NodeFacts kNode{{"192.0.2.10"}};
json::Value condition(const json::Value& status, const char* type) {
    for (const auto& entry : status["conditions"].items())
        if (entry["type"].as_string() == type) return entry;
    return {};
}
}  // namespace

TEST_CASE("a pod that has just come is pending and creating") {
    PodState state;
    const json::Value status = pod_status(pod_json(one_container), state, kNode, kNow);
    CHECK(status["phase"].as_string() == "Pending");
    CHECK(status["qosClass"].as_string() == "BestEffort");
    CHECK(status["hostIP"].as_string() == "192.0.2.10");
    CHECK_FALSE(status.has("podIP"));
    const json::Value& app = status["containerStatuses"][0];
    CHECK(app["state"]["waiting"]["reason"].as_string() == "ContainerCreating");
    CHECK(app["image"].as_string() == "busybox");
    CHECK_FALSE(app["ready"].as_bool());
    CHECK(condition(status, "Ready")["reason"].as_string() == "ContainersNotReady");
    CHECK(condition(status, "Ready")["message"].as_string() == "containers with unready status: [app]");
    CHECK(condition(status, "Initialized")["status"].as_string() == "True");
    CHECK(condition(status, "PodReadyToStartContainers")["status"].as_string() == "False");
    CHECK(condition(status, "PodScheduled")["status"].as_string() == "True");
    CHECK(status["observedGeneration"].as_int() == 1);
}

TEST_CASE("a running pod is ready when its containers are") {
    PodState state = state_with_sandbox();
    add_run(state, run_of("app", runtime_state::Running));
    state.container("app").current()->status.labels = {{label::kImageName, "docker.io/library/busybox:latest"}, {label::kImageId, "sha256:1"},
                                                       {label::kUid, "0"}, {label::kGid, "0"}, {label::kGroups, "0,10"}};
    const json::Value status = pod_status(pod_json(one_container), state, kNode, kNow);
    CHECK(status["phase"].as_string() == "Running");
    CHECK(status["podIP"].as_string() == "10.42.0.5");
    CHECK(status["podIPs"][0]["ip"].as_string() == "10.42.0.5");
    const json::Value& app = status["containerStatuses"][0];
    CHECK(app["ready"].as_bool());
    CHECK(app["started"].as_bool());
    CHECK(app["state"]["running"]["startedAt"].as_string() == "2023-11-14T22:13:20Z");
    CHECK(app["image"].as_string() == "docker.io/library/busybox:latest");
    CHECK(app["user"]["linux"]["supplementalGroups"].size() == 2);
    CHECK(condition(status, "Ready")["status"].as_string() == "True");
    CHECK(condition(status, "ContainersReady")["status"].as_string() == "True");
}

TEST_CASE("a container that failed once and runs again shows both states") {
    PodState state = state_with_sandbox();
    Run failed = run_of("app", runtime_state::Exited, 7, 0);
    failed.termination_message = "no config";
    add_run(state, failed);
    add_run(state, run_of("app", runtime_state::Running, 0, 1));
    const json::Value app = pod_status(pod_json(one_container), state, kNode, kNow)["containerStatuses"][0];
    CHECK(app["restartCount"].as_int() == 1);
    CHECK(app["lastState"]["terminated"]["exitCode"].as_int() == 7);
    CHECK(app["lastState"]["terminated"]["reason"].as_string() == "Error");
    CHECK(app["lastState"]["terminated"]["message"].as_string() == "no config");
    CHECK_FALSE(app["state"]["running"].is_null());
}

TEST_CASE("a container in back-off waits, and its end moves to lastState") {
    PodState state = state_with_sandbox();
    add_run(state, run_of("app", runtime_state::Exited, 1, 2));
    state.container("app").waiting = Waiting{"CrashLoopBackOff", "back-off 10s ..."};
    const json::Value status = pod_status(pod_json(one_container), state, kNode, kNow);
    CHECK(status["phase"].as_string() == "Running");
    const json::Value& app = status["containerStatuses"][0];
    CHECK(app["state"]["waiting"]["reason"].as_string() == "CrashLoopBackOff");
    CHECK(app["lastState"]["terminated"]["exitCode"].as_int() == 1);
    CHECK(app["restartCount"].as_int() == 2);
}

TEST_CASE("success and failure are told once everything has stopped") {
    const json::Value pod = pod_json(one_container, "Never");
    PodState state = state_with_sandbox();
    add_run(state, run_of("app", runtime_state::Exited, 0));
    CHECK(pod_status(pod, state, kNode, kNow)["phase"].as_string() == "Running");
    state.termination = Termination{};
    state.termination->containers_stopped = true;
    json::Value status = pod_status(pod, state, kNode, kNow);
    CHECK(status["phase"].as_string() == "Succeeded");
    CHECK(condition(status, "Ready")["reason"].as_string() == "PodCompleted");
    CHECK(condition(status, "Initialized")["status"].as_string() == "True");
    state.container("app").current()->status.exit_code = 2;
    status = pod_status(pod, state, kNode, kNow);
    CHECK(status["phase"].as_string() == "Failed");
    CHECK(condition(status, "ContainersReady")["reason"].as_string() == "PodFailed");
}

TEST_CASE("a deleted Always pod ends by its exit codes, one that never ran fails") {
    PodState state = state_with_sandbox();
    state.termination = Termination{};
    state.termination->containers_stopped = true;
    CHECK(pod_status(pod_json(one_container), state, kNode, kNow)["phase"].as_string() == "Failed");
    add_run(state, run_of("app", runtime_state::Exited, 0));
    CHECK(pod_status(pod_json(one_container), state, kNode, kNow)["phase"].as_string() == "Succeeded");
}

TEST_CASE("while init containers run the pod is pending and initializing") {
    const json::Value pod = pod_json(R"({"initContainers":[{"name":"setup","image":"busybox"}],"containers":[{"name":"app","image":"busybox"}]})");
    PodState state = state_with_sandbox();
    add_run(state, run_of("setup", runtime_state::Running), false, false);
    const json::Value status = pod_status(pod, state, kNode, kNow);
    CHECK(status["phase"].as_string() == "Pending");
    CHECK(status["containerStatuses"][0]["state"]["waiting"]["reason"].as_string() == "PodInitializing");
    CHECK(condition(status, "Initialized")["reason"].as_string() == "ContainersNotInitialized");
    CHECK(condition(status, "Initialized")["message"].as_string() == "containers with incomplete status: [setup]");
}

TEST_CASE("readiness gates hold a pod back") {
    json::Value pod = pod_json(R"({"readinessGates":[{"conditionType":"example.com/ok"}],"containers":[{"name":"app","image":"busybox"}]})");
    PodState state = state_with_sandbox();
    add_run(state, run_of("app", runtime_state::Running));
    json::Value ready = condition(pod_status(pod, state, kNode, kNow), "Ready");
    CHECK(ready["reason"].as_string() == "ReadinessGatesNotReady");
    CHECK(ready["message"].as_string() == "corresponding condition of pod readiness gate \"example.com/ok\" does not exist.");
    pod.mut("status").set("conditions", json::Value::array({json::Value::object({{"type", "example.com/ok"}, {"status", "True"}})}));
    CHECK(condition(pod_status(pod, state, kNode, kNow), "Ready")["status"].as_string() == "True");
}

TEST_CASE("an evicted pod carries its reason from the start") {
    PodState state = state_with_sandbox();
    add_run(state, run_of("app", runtime_state::Running));
    state.termination = Termination{.reason = "Evicted", .message = "The node was low on resource: memory.", .failed = true};
    const json::Value status = pod_status(pod_json(one_container), state, kNode, kNow);
    CHECK(status["phase"].as_string() == "Failed");
    CHECK(status["reason"].as_string() == "Evicted");
}

TEST_CASE("transition times stay while a condition keeps its status") {
    PodState state = state_with_sandbox();
    add_run(state, run_of("app", runtime_state::Running));
    const json::Value pod = pod_json(one_container);
    state.last_status = pod_status(pod, state, kNode, kNow);
    const json::Value later = pod_status(pod, state, kNode, kNow + seconds(60));
    CHECK(condition(later, "Ready")["lastTransitionTime"] == condition(state.last_status, "Ready")["lastTransitionTime"]);
    state.container("app").ready = false;
    CHECK_FALSE(condition(pod_status(pod, state, kNode, kNow + seconds(60)), "Ready")["lastTransitionTime"] == condition(state.last_status, "Ready")["lastTransitionTime"]);
}

TEST_CASE("a status patch holds only what differs") {
    PodState state = state_with_sandbox();
    add_run(state, run_of("app", runtime_state::Running));
    const json::Value pod = pod_json(one_container);
    const json::Value first = pod_status(pod, state, kNode, kNow);
    CHECK(status_patch(first, first).is_null());
    state.container("app").ready = false;
    state.ips = {"10.42.0.9"};
    const json::Value patch = status_patch(first, pod_status(pod, state, kNode, kNow));
    CHECK(patch.has("containerStatuses"));
    CHECK(patch["conditions"].size() == 2);
    CHECK_FALSE(patch.has("phase"));
    CHECK(patch["podIPs"].size() == 2);
    CHECK(patch["podIPs"][1]["$patch"].as_string() == "delete");
}

TEST_CASE("an absent member and an empty one are no difference") {
    auto a = json::parse(R"({"phase":"Running","conditions":[{"type":"Ready","status":"True","lastProbeTime":null}],"containerStatuses":[{"name":"a","lastState":{}}]})");
    auto b = json::parse(R"({"phase":"Running","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"a"}]})");
    CHECK(status_patch(*b, *a).is_null());
}
