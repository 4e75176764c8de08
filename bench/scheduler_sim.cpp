// Scheduling in one process: queue, cycles and assumed pods over nodes that exist only as objects; no API, no writes. Prints pods/s beside the budget.
//   build: ninja scheduler_sim (release flags)      usage: scheduler_sim [NODES] [PODS]      (1000 and 10000)
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include "json/parse.h"
#include "server/scheduler/cluster_state.h"
#include "server/scheduler/cycle.h"
#include "server/scheduler/queue.h"

using namespace skiff;
using namespace skiff::scheduler;

namespace {

api::ObjectPtr object(const std::string& text) { return api::Object::from_tree(*json::parse(text)); }

api::ObjectPtr node(size_t i) {
    return object(fmt::format(R"({{"apiVersion":"v1","kind":"Node","metadata":{{"name":"fake-{0:05}","labels":{{"kubernetes.io/hostname":"fake-{0:05}",
        "topology.kubernetes.io/zone":"zone-{1}","kubernetes.io/os":"linux","kubernetes.io/arch":"amd64"}}}},"spec":{{}},
        "status":{{"allocatable":{{"cpu":"32","memory":"256Gi","pods":"250"}}}}}})", i, i % 10));
}

// 100 controllers; extra: members of the spec, %app% stands for the controller's label.
api::ObjectPtr pod(size_t i, std::string extra) {
    const std::string app = fmt::format("app-{}", i % 100);
    for (size_t at; (at = extra.find("%app%")) != std::string::npos;) extra.replace(at, 5, app);
    return object(fmt::format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p-{0}","namespace":"default","uid":"00000000-0000-0000-0000-{0:012}","labels":{{"app":"{1}"}},
        "creationTimestamp":"2026-01-01T00:00:00Z","ownerReferences":[{{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"{1}","uid":"11111111-0000-0000-0000-{1}","controller":true}}]}},
        "spec":{{"containers":[{{"name":"c","image":"pause","resources":{{"requests":{{"cpu":"100m","memory":"64Mi"}}}}}}],
        "tolerations":[{{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}}]{2}}}}})", i, app, extra));
}

bool run(const char* what, size_t nodes, size_t pods, const std::string& extra, double budget) {
    ClusterState state;
    for (size_t i = 0; i < nodes; ++i) state.apply_node(nullptr, node(i));
    std::vector<api::ObjectPtr> objects;
    for (size_t i = 0; i < pods; ++i) objects.push_back(pod(i, extra));
    PodQueue queue;
    std::string start;
    size_t placed = 0;
    const auto began = std::chrono::steady_clock::now();
    for (const auto& one : objects) queue.put(state.apply_pod(nullptr, one).pod);
    for (uint64_t seed = 0; auto next = queue.pop(Duration(0)); ++seed) {
        auto decision = decide(*next, state.snapshot(), seed, default_profile(), start);
        start = decision.next;
        queue.remove(next->uid);
        if (decision.node.empty()) continue;
        state.assume(next, decision.node);
        queue.move_lonely(Duration(0));
        ++placed;
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    const double rate = static_cast<double>(placed) / seconds;
    fmt::print("{:<52} {:>8.0f} pods/s   budget {:.0f}{}\n", what, rate, budget, placed == pods ? "" : fmt::format("   ONLY {} PLACED", placed));
    return rate >= budget && placed == pods;
}

}  // namespace

int main(int count, char** arguments) {
    const size_t nodes = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 1000, pods = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 10000;
    fmt::print("{} pods of 100 controllers on {} nodes of 10 zones\n", pods, nodes);
    bool good = run("plain pods", nodes, pods, "", 5000);
    good &= run("anti-affinity by host", nodes, pods, R"(,"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[
        {"labelSelector":{"matchLabels":{"app":"%app%"}},"topologyKey":"kubernetes.io/hostname"}]}})", 1000);
    good &= run("spread over zones, DoNotSchedule", nodes, pods, R"(,"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"topology.kubernetes.io/zone",
        "whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"%app%"}}}])", 1000);
    good &= run("both, and spread over hosts", nodes, pods, R"(,"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[
        {"labelSelector":{"matchLabels":{"app":"%app%"}},"topologyKey":"kubernetes.io/hostname"}],"preferredDuringSchedulingIgnoredDuringExecution":[
        {"weight":10,"podAffinityTerm":{"labelSelector":{"matchLabels":{"app":"%app%"}},"topologyKey":"topology.kubernetes.io/zone"}}]}},
        "topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"kubernetes.io/hostname","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"%app%"}}},
        {"maxSkew":2,"topologyKey":"topology.kubernetes.io/zone","whenUnsatisfiable":"ScheduleAnyway","labelSelector":{"matchLabels":{"app":"%app%"}}}])", 1000);
    return good ? 0 : 1;
}
