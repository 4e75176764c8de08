#include "server/apiserver/flow/flow_control.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "../fake_reader.h"
#include "server/apiserver/flow/default_objects.h"

using namespace skiff;
using namespace skiff::apiserver;
using namespace skiff::apiserver::flow;

namespace {

const api::Gvr kSchemas{"flowcontrol.apiserver.k8s.io", "v1", "flowschemas"};
const api::Gvr kLevels{"flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations"};

struct Fixture {
    FakeReader reader;
    FakeClock clock;
    Fixture() {
        for (json::Value object : default_objects()) {
            bool schema = object["kind"].as_string() == "FlowSchema";
            object.mut("metadata").set("uid", object["metadata"]["name"].as_string() + "-uid");
            reader.put(schema ? kSchemas : kLevels, std::move(object));
        }
    }
    static Attributes request(const std::string& user, std::vector<std::string> groups, const std::string& verb, const std::string& group, const std::string& resource, const std::string& ns = "default") {
        Attributes a;
        a.user.name = user;
        a.user.groups = std::move(groups);
        a.verb = verb;
        a.group = group;
        a.version = "v1";
        a.resource = resource;
        a.ns = ns;
        a.resource_request = true;
        return a;
    }
    static Attributes ordinary() { return request("jane", {"system:authenticated"}, "create", "", "configmaps"); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "requests are classified by Kubernetes' suggested schemas") {
    FlowControl flows(reader, clock, nullptr);
    auto level = [&](const Attributes& a) { return flows.classify(a).level->spec().name; };
    CHECK(level(request("root", {"system:masters", "system:authenticated"}, "get", "", "pods")) == "exempt");
    CHECK(level(request("system:node:n1", {"system:nodes", "system:authenticated"}, "update", "coordination.k8s.io", "leases", "kube-node-lease")) == "node-high");
    CHECK(level(request("system:node:n1", {"system:nodes", "system:authenticated"}, "get", "", "secrets")) == "system");
    CHECK(level(request("system:serviceaccount:kube-system:x", {"system:serviceaccounts", "system:authenticated"}, "update", "coordination.k8s.io", "leases", "kube-system")) == "leader-election");
    CHECK(level(request("system:serviceaccount:a:x", {"system:serviceaccounts", "system:authenticated"}, "get", "", "pods")) == "workload-low");
    CHECK(level(ordinary()) == "global-default");
    Attributes probe;
    probe.user.name = "system:anonymous";
    probe.user.groups = {"system:unauthenticated"};
    probe.verb = "get";
    probe.path = "/readyz";
    CHECK(level(probe) == "exempt");
    CHECK(flows.classify(ordinary()).schema->uid() == "global-default-uid");
}

TEST_CASE_METHOD(Fixture, "over the limit requests wait, then are refused; leases of nodes get through") {
    FlowControl flows(reader, clock, nullptr, 60);
    auto flow = flows.classify(ordinary());
    std::vector<FlowControl::SeatPtr> seats;
    FlowControl::SeatPtr seat;
    while (flows.ask(flow, 1, seat) == FlowControl::Verdict::Run) seats.push_back(std::move(seat));
    CHECK(static_cast<int>(seats.size()) > flow.level->nominal());
    int ran = 0, late = 0;
    std::vector<FlowControl::SeatPtr> given_later;
    auto count = [&](Outcome outcome, FlowControl::SeatPtr given) {
        (outcome == Outcome::Run ? ran : late)++;
        if (given) given_later.push_back(std::move(given));
    };
    int waiting = 0;
    while (flows.wait(flow, 1, count).verdict == FlowControl::Verdict::Wait) ++waiting;
    CHECK(waiting == 300);                                 // a hand of 6 queues of 50
    auto lease = flows.classify(request("system:node:n1", {"system:nodes"}, "update", "coordination.k8s.io", "leases", "kube-node-lease"));
    CHECK(flows.ask(lease, 1, seat) == FlowControl::Verdict::Run);
    seats.erase(seats.begin());
    CHECK(ran == 1);
    clock.advance(FlowControl::kWaitMax + std::chrono::seconds(1));
    flows.expire();
    CHECK(late == 299);
    std::string metrics;
    flows.append_metrics(metrics);
    CHECK(metrics.find("apiserver_flowcontrol_rejected_requests_total{flow_schema=\"global-default\",priority_level=\"global-default\",reason=\"time-out\"} 299") != std::string::npos);
    CHECK(metrics.find("apiserver_flowcontrol_rejected_requests_total{flow_schema=\"global-default\",priority_level=\"global-default\",reason=\"queue-full\"} 1") != std::string::npos);
    CHECK(metrics.find(fmt::format("apiserver_flowcontrol_nominal_limit_seats{{priority_level=\"global-default\"}} {}", flow.level->nominal())) != std::string::npos);
    seats.clear();
    given_later.clear();
    CHECK(flow.level->in_use() == 0);
}

TEST_CASE_METHOD(Fixture, "a new schema and a changed level apply to the next request; a dangling schema is passed over") {
    FlowControl flows(reader, clock, nullptr);
    int before = flows.classify(ordinary()).level->nominal();
    reader.put(kSchemas, R"({"kind":"FlowSchema","metadata":{"name":"jane","uid":"j"},"spec":{"priorityLevelConfiguration":{"name":"jail"},"matchingPrecedence":500,
        "rules":[{"subjects":[{"kind":"User","user":{"name":"jane"}}],"resourceRules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"],"namespaces":["*"]}]}]}})");
    CHECK(flows.classify(ordinary()).schema->name() == "global-default");
    reader.put(kLevels, R"({"kind":"PriorityLevelConfiguration","metadata":{"name":"jail","uid":"l"},"spec":{"type":"Limited","limited":{"nominalConcurrencyShares":0,
        "borrowingLimitPercent":0,"limitResponse":{"type":"Reject"}}}})");
    auto flow = flows.classify(ordinary());
    CHECK(flow.schema->name() == "jane");
    FlowControl::SeatPtr seat;
    CHECK(flows.ask(flow, 1, seat) == FlowControl::Verdict::Refused);
    reader.put(kLevels, R"({"kind":"PriorityLevelConfiguration","metadata":{"name":"jail","uid":"l"},"spec":{"type":"Limited","limited":{"nominalConcurrencyShares":245,
        "limitResponse":{"type":"Reject"}}}})");
    flow = flows.classify(ordinary());
    CHECK(flow.level->nominal() == 300);
    CHECK(flows.ask(flow, 1, seat) == FlowControl::Verdict::Run);
    reader.remove(kSchemas, "jane");
    CHECK(flows.classify(ordinary()).level->nominal() < before);
}

TEST_CASE_METHOD(Fixture, "flows are told apart by user or namespace where the schema says so") {
    FlowControl flows(reader, clock, nullptr);
    auto flow = [&](const char* user, const char* ns) { return flows.classify(request(user, {"system:authenticated"}, "get", "", "pods", ns)).hash; };
    CHECK(flow("jane", "a") == flow("jane", "b"));
    CHECK(flow("jane", "a") != flow("joe", "a"));
    CHECK(flow("system:kube-scheduler", "a") != flow("system:kube-scheduler", "b"));
}
