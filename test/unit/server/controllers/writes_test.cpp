// How many writes controllers need for a pod, and that none run while nothing changes.
#include "server/controllers/deployment.h"
#include "server/controllers/endpoint_slice.h"
#include "server/controllers/endpoints.h"
#include "server/controllers/replica_set.h"
#include "support/controller_bench.h"

#include <cstdlib>

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;

namespace {

// Enough that counts are paced; SKIFF_REPLICAS=500 measures what the issue asks for (minutes without optimization).
const int kReplicas = std::getenv("SKIFF_REPLICAS") ? std::atoi(std::getenv("SKIFF_REPLICAS")) : 100;
// What the scheduler and a kubelet write for a pod from start to ready: binding, the event of it, the status.
constexpr double kOthersWrites = 3;
constexpr auto kBetweenPods = std::chrono::milliseconds(10);

struct Fleet : ControllerBench {
    int assigned = 0;
    Fleet() {
        client->graceful_pods = true;
        auto facts = std::make_shared<PodFactsCache>();
        add(make_deployment_controller(facts));
        add(make_replica_set_controller(facts));
        add(make_endpoint_slice_controller(facts));
        add(make_endpoints_controller(facts));
        create(kServices, "default", R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"clusterIP":"10.43.0.5","selector":{"app":"web"},"ports":[{"port":80}]}})");
        create(kDeployments, "default", R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":)" + std::to_string(kReplicas) +
                                            R"(,"selector":{"matchLabels":{"app":"web"}},"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}},
            "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"v1"}]}}}})");
    }
    // What nodes do, one pod after the other, controllers running after each: a pod that is deleted goes, one that waits becomes ready.
    // False: there was nothing to do.
    bool serve_nodes() {
        bool served = false;
        for (const auto& pod : pods()) {
            const auto& name = pod["metadata"]["name"].as_string();
            const bool going = !pod["metadata"]["deletionTimestamp"].is_null();
            if (!going && pod["status"]["conditions"][0]["status"].as_string() == "True") continue;
            served = true;
            if (going) {
                client->erase(kPods, "default", name);
            } else {
                ++assigned;
                client->change(kPods, "default", name, [&](json::Value& tree) {
                    tree.mut("spec").set("nodeName", "n" + std::to_string(assigned % 10));
                    tree.set("status", parse(R"({"phase":"Running","podIPs":[{"ip":"10.42.)" + std::to_string(assigned / 250 % 250) + "." + std::to_string(assigned % 250 + 1) +
                                             R"("}],"conditions":[{"type":"Ready","status":"True","lastTransitionTime":")" + reconcile::format_time(clock.now()) + R"("}]})"));
                });
            }
            advance(kBetweenPods);
        }
        return served;
    }
    double writes_a_pod(const char* what) {
        std::map<std::string, int> kinds;
        int count = 0;
        for (const auto& call : client->take_calls()) {
            if (call.verb == "change") continue;
            ++count;
            ++kinds[call.verb + " " + call.resource + (call.subresource.empty() ? "" : "/" + call.subresource)];
        }
        std::string text;
        for (const auto& [kind, number] : kinds) text += fmt::format(" {} {},", number, kind);
        const double all = static_cast<double>(count) / kReplicas + kOthersWrites;
        WARN(fmt::format("{}: {:.2f} API writes a pod, {} of them by scheduler and kubelet;{}", what, all, kOthersWrites, text));
        return all;
    }
};

}  // namespace

TEST_CASE_METHOD(Fleet, "many replicas start and roll with at most six writes a pod, and then nothing runs") {
    settle();
    for (int i = 0; i < 20 && serve_nodes(); ++i) {}
    advance(std::chrono::seconds(1));
    CHECK(client->tree(kDeployments, "default", "web")["status"]["availableReplicas"].as_int() == kReplicas);
    CHECK(client->tree(kEndpoints, "default", "web")["subsets"][0]["addresses"].size() == static_cast<size_t>(kReplicas));
    CHECK(writes_a_pod("start") <= 6);

    client->change(kDeployments, "default", "web", [](json::Value& tree) { tree.mut("spec").mut("template").mut("spec").mut("containers").mut_items()[0].set("image", "v2"); });
    client->take_calls();
    settle();
    for (int i = 0; i < 200 && serve_nodes(); ++i) {}
    for (int i = 0; i < 5; ++i) advance(std::chrono::seconds(1));      // counts are paced
    CHECK(client->tree(kDeployments, "default", "web")["status"]["updatedReplicas"].as_int() == kReplicas);
    CHECK(client->tree(kDeployments, "default", "web")["status"]["terminatingReplicas"].is_null());
    // A new pod and the end of an old one.
    CHECK(writes_a_pod("rolling update") <= 8);

    CHECK(settle() == 0);
    clock.advance(std::chrono::seconds(1));
    CHECK(settle() == 0);
    CHECK(client->take_calls().empty());
}
