#include "server/scheduler/cluster_state.h"

#include "snapshot_fixture.h"

using namespace skiff;
using namespace skiff::test;

namespace {

// spec, allocated, in force: milli-CPU; sidecars stand among the init containers.
api::ObjectPtr resized(int spec, int allocated, int actual, const std::string& condition = "", bool sidecar = false) {
    const auto cpu = [](int milli) { return R"({"cpu":")" + std::to_string(milli) + "m\"}"; };
    const std::string main = R"({"name":"c","image":"i",)" + std::string(sidecar ? R"("restartPolicy":"Always",)" : "") + R"("resources":{"requests":)" + cpu(spec) + "}}";
    const std::string status = R"([{"name":"c","allocatedResources":)" + cpu(allocated) + R"(,"resources":{"requests":)" + cpu(actual) + "}}]";
    return api::Object::from_tree(tree_of(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"default","uid":"u"},"spec":{"nodeName":"a",")" +
                                          std::string(sidecar ? "initContainers" : "containers") + "\":[" + main + R"(]},"status":{"phase":"Running",")" +
                                          std::string(sidecar ? "initContainerStatuses" : "containerStatuses") + "\":" + status +
                                          (condition.empty() ? "" : R"(,"conditions":[{"type":"PodResizePending","status":"True","reason":")" + condition + "\"}]") + "}}"));
}

int64_t request_of(const api::ObjectPtr& pod) { return pod_info(pod)->request.milli_cpu; }

}  // namespace

TEST_CASE("a pod that is being resized takes the largest of what it asks for, was given and has") {
    CHECK(request_of(resized(300, 500, 1000)) == 1000);
    CHECK(request_of(resized(300, 500, 400)) == 500);
    CHECK(request_of(resized(900, 500, 400)) == 900);
    CHECK(request_of(resized(900, 500, 400, "Deferred")) == 900);
    CHECK(request_of(resized(900, 500, 400, "Infeasible")) == 500);
    CHECK(request_of(resized(300, 500, 1000, "", true)) == 1000);
}

TEST_CASE("a pod that shrinks leaves room, one that grows or stays does not") {
    ClusterState state;
    auto tree = tree_of(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"a"},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"10"}}})");
    state.apply_node(nullptr, api::Object::from_tree(std::move(tree)));
    const auto large = resized(1000, 1000, 1000), asked = resized(333, 1000, 1000), done = resized(333, 333, 333);
    CHECK(state.apply_pod(nullptr, large).fresh);
    CHECK_FALSE(state.apply_pod(large, asked).left);
    CHECK(state.apply_pod(asked, done).left);
    CHECK_FALSE(state.apply_pod(done, done).left);
    CHECK_FALSE(state.apply_pod(done, large).left);
}
