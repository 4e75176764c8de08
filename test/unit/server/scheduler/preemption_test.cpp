#include "server/scheduler/preemption.h"

#include "snapshot_fixture.h"

using namespace skiff;
using namespace skiff::test;

namespace {

struct Preempting : Cluster {
    std::vector<Budget> budgets;
    PodPtr at(const std::string& name, const std::string& cpu, int priority, const std::string& labels = "") {
        return pod(name, cpu, R"("priority":)" + std::to_string(priority), labels);
    }
    Preemption find(const PodPtr& wanted) {
        decision = run(wanted);
        REQUIRE(decision.node.empty());
        return find_preemption(*wanted, snapshot, decision, budgets);
    }
    static std::vector<std::string> names(const Preemption& p) {
        std::vector<std::string> out;
        for (const auto& victim : p.victims) out.push_back(victim->name);
        return out;
    }
    Decision decision;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(Preempting, "only what is needed goes, the least important first") {
    node("a");
    place(at("low", "1", 1), "a");
    place(at("mid", "2", 5), "a");
    place(at("high", "1", 9), "a");
    auto p = find(at("new", "1", 7));
    CHECK(p.node == "a");
    CHECK(names(p) == Names{"low"});
    CHECK(names(find(at("new", "3", 7))) == Names{"mid", "low"});
}

TEST_CASE_METHOD(Preempting, "equal and higher priorities are left alone") {
    node("a");
    place(at("same", "4", 7), "a");
    auto p = find(at("new", "1", 7));
    CHECK(p.node.empty());
    CHECK(p.message(decision) == " no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.");
}

TEST_CASE_METHOD(Preempting, "a node whose victims are less important is preferred") {
    node("a");
    node("b");
    place(at("six", "4", 6), "a");
    place(at("two", "2", 2), "b");
    place(at("three", "2", 3), "b");
    CHECK(find(at("new", "4", 9)).node == "b");
}

TEST_CASE_METHOD(Preempting, "fewer victims are preferred among equal priorities") {
    node("a");
    node("b");
    place(at("a1", "2", 1), "a");
    place(at("a2", "2", 1), "a");
    place(at("b1", "4", 1), "b");
    CHECK(find(at("new", "4", 9)).node == "b");
}

TEST_CASE_METHOD(Preempting, "budgets are respected where another node or pod will do, and counted one by one") {
    node("a");
    place(at("guarded", "2", 1, R"("app":"x")"), "a");
    place(at("free", "2", 3, R"("app":"y")"), "a");
    auto selector = api::LabelSelector::from_object(tree_of(R"({"matchLabels":{"app":"x"}})"));
    budgets.push_back({"default", *selector, 0, {}});
    CHECK(names(find(at("new", "2", 9))) == Names{"free"});
    budgets[0].allowed = 1;
    CHECK(names(find(at("new", "2", 9))) == Names{"guarded"});
    budgets[0].allowed = 0;
    auto both = find(at("new", "4", 9));
    CHECK(both.broken_budgets == 1);
    node("b");
    place(at("other", "4", 4), "b");
    CHECK(find(at("new", "4", 9)).node == "b");
}

TEST_CASE_METHOD(Preempting, "what no eviction can help is told as Kubernetes tells it") {
    node("a", "", R"({"unschedulable":true})");
    node("b");
    place(at("low", "4", 1), "b");
    auto selector = pod("new", "5", R"("priority":9)");
    auto p = find(selector);
    CHECK(decision.message() + p.message(decision) ==
          "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/2 nodes are available: "
          "2 Preemption is not helpful for scheduling.");
}

TEST_CASE_METHOD(Preempting, "preemptionPolicy Never") {
    node("a");
    place(at("low", "4", 1), "a");
    auto p = find(pod("new", "1", R"("priority":9,"preemptionPolicy":"Never")"));
    CHECK(p.node.empty());
    CHECK(p.message(decision) == " no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.");
}

TEST_CASE_METHOD(Preempting, "a preemptor waits for victims that still leave") {
    node("a");
    auto tree = *at("low", "4", 1)->object->tree();
    tree.mut("metadata").set("deletionTimestamp", "2026-01-01T00:00:00Z");
    tree.mut("status").set("conditions", tree_of(R"([{"type":"DisruptionTarget","status":"True","reason":"PreemptionByScheduler"}])"));
    place(pod_info(api::Object::from_tree(tree)), "a");
    auto wanted = std::make_shared<PodInfo>(*at("new", "1", 9));
    wanted->nominated_node = "a";
    auto p = find(wanted);
    CHECK(p.node.empty());
    CHECK(p.not_eligible == "not eligible due to a terminating pod on the nominated node.");
}
