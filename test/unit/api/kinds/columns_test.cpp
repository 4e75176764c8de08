#include <catch2/catch.hpp>

#include "unit/api/kinds/kind_case.h"

using Cells = std::vector<std::string>;

namespace {

Cells pod(const std::string& spec, const std::string& status) {
    Cells all = cells("", "v1", "Pod", R"({"metadata":{"name":"p","creationTimestamp":"2026-01-01T00:00:00Z"},"spec":)" + spec + R"(,"status":)" + status + "}");
    all.resize(5);
    return all;
}

const std::string kOne = R"({"containers":[{"name":"c","image":"i"}]})";

}  // namespace

TEST_CASE("a running pod shows restarts and when the last one was") {
    CHECK(pod(kOne, R"({"phase":"Running","containerStatuses":[{"name":"c","ready":true,"restartCount":3,"state":{"running":{}},
        "lastState":{"terminated":{"exitCode":1,"finishedAt":"2026-01-01T00:55:00Z"}}}]})") == Cells{"p", "1/1", "Running", "3 (5m ago)", "60m"});
}

TEST_CASE("a pod whose container waits shows why") {
    CHECK(pod(kOne, R"({"phase":"Running","containerStatuses":[{"name":"c","restartCount":0,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]})")[2] ==
          "CrashLoopBackOff");
    CHECK(pod(kOne, R"({"phase":"Failed","containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":2}}}]})")[2] == "ExitCode:2");
    CHECK(pod(kOne, R"({"phase":"Succeeded","containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]})")[2] == "Completed");
}

TEST_CASE("a pod that initializes shows how far it is") {
    const std::string spec = R"({"containers":[{"name":"c","image":"i"}],"initContainers":[{"name":"a","image":"i"},{"name":"b","image":"i"}]})";
    CHECK(pod(spec, R"({"phase":"Pending","initContainerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0}}},{"name":"b","state":{"running":{}}}],
        "containerStatuses":[{"name":"c","state":{"waiting":{"reason":"PodInitializing"}}}]})")[2] == "Init:1/2");
    CHECK(pod(spec, R"({"phase":"Pending","initContainerStatuses":[{"name":"a","state":{"terminated":{"exitCode":1,"reason":"Error"}}}]})")[2] == "Init:Error");
}

TEST_CASE("services and nodes print as Kubernetes does") {
    Cells service = cells("", "v1", "Service", R"({"metadata":{"name":"s","creationTimestamp":"2026-01-01T00:59:50Z"},"spec":{"type":"NodePort",
        "clusterIP":"10.43.0.9","ports":[{"port":80,"nodePort":30080},{"port":53,"protocol":"UDP"}],"selector":{"b":"2","a":"1"}}})");
    CHECK(service == Cells{"s", "NodePort", "10.43.0.9", "<none>", "80:30080/TCP,53/UDP", "10s", "a=1,b=2"});
    Cells node = cells("", "v1", "Node", R"({"metadata":{"name":"n","labels":{"node-role.kubernetes.io/control-plane":""}},"spec":{"unschedulable":true},
        "status":{"conditions":[{"type":"Ready","status":"True"}],"nodeInfo":{"kubeletVersion":"v1"}}})");
    CHECK(node[1] == "Ready,SchedulingDisabled");
    CHECK(node[2] == "control-plane");
    CHECK(node[3] == "<unknown>");
    CHECK(node[5] == "<none>");
}

TEST_CASE("jobs show completions and how long they ran") {
    Cells job = cells("batch", "v1", "Job", R"({"metadata":{"name":"j"},"spec":{"completions":3,"template":{"spec":{"containers":[]}}},
        "status":{"succeeded":3,"startTime":"2026-01-01T00:00:00Z","completionTime":"2026-01-01T00:01:30Z","conditions":[{"type":"Complete","status":"True"}]}})");
    CHECK(Cells(job.begin(), job.begin() + 4) == Cells{"j", "Complete", "3/3", "90s"});
}

TEST_CASE("each address of endpoints comes with each port, and three are shown") {
    auto shown = [](const std::string& subset) { return cells("", "v1", "Endpoints", R"({"metadata":{"name":"e","creationTimestamp":"2026-01-01T00:59:50Z"},"subsets":[)" + subset + "]}")[1]; };
    CHECK(shown(R"({"addresses":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}],"ports":[{"port":80},{"port":81}]})") == "10.0.0.1:80,10.0.0.2:80,10.0.0.1:81 + 1 more...");
    CHECK(shown(R"({"addresses":[{"ip":"10.0.0.1"},{"ip":"fd00::2"}],"ports":[{"port":80}]})") == "10.0.0.1:80,[fd00::2]:80");
    CHECK(shown(R"({"addresses":[{"ip":"10.0.0.1"}]},{"addresses":[{"ip":"10.0.0.2"}],"ports":[{"port":8}]})") == "10.0.0.1,10.0.0.2:8");
    CHECK(shown(R"({"notReadyAddresses":[{"ip":"10.0.0.1"}],"ports":[{"port":80}]})") == "<none>");
}
