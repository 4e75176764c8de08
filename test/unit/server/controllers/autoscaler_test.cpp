// HorizontalPodAutoscaler: what metrics ask for, and how fast it may be followed.
#include "server/controllers/horizontal_autoscaler.h"
#include "server/controllers/hpa_behavior.h"
#include "server/controllers/hpa_replicas.h"
#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;
using namespace std::chrono_literals;

namespace {

PodValues values(std::initializer_list<std::pair<const char*, int64_t>> list) {
    PodValues out;
    for (const auto& [name, milli] : list) out[name].milli = milli;
    return out;
}

PodGroups ready(size_t count) {
    PodGroups groups;
    groups.ready = count;
    return groups;
}

const std::map<std::string, int64_t> kRequests{{"a", 100}, {"b", 100}, {"c", 100}};

}  // namespace

TEST_CASE("utilization in proportion, with a tolerance") {
    CHECK(replicas_by_utilization(2, 50, values({{"a", 100}, {"b", 100}}), kRequests, ready(2))->replicas == 4);
    CHECK(replicas_by_utilization(2, 50, values({{"a", 52}, {"b", 54}}), kRequests, ready(2))->replicas == 2);
    CHECK(replicas_by_utilization(3, 50, values({{"a", 10}, {"b", 10}, {"c", 10}}), kRequests, ready(3))->replicas == 1);
    CHECK(replicas_by_utilization(2, 50, values({{"a", 100}, {"b", 50}}), kRequests, ready(2))->utilization == 75);
}

TEST_CASE("what is not measured speaks against the change") {
    auto groups = ready(1);
    groups.missing = {"b", "c"};
    // Alone, a would ask for the double; with two idle pods beside it nothing changes.
    CHECK(replicas_by_utilization(3, 50, values({{"a", 100}}), kRequests, groups)->replicas == 3);
    // And down: the missing ones are taken to be busy.
    CHECK(replicas_by_utilization(3, 50, values({{"a", 1}}), kRequests, groups)->replicas == 3);
    groups = ready(1);
    groups.unready = {"b"};
    CHECK(replicas_by_utilization(2, 50, values({{"a", 400}}), kRequests, groups)->replicas == 8);
    CHECK_FALSE(replicas_by_utilization(2, 50, values({{"b", 400}}), kRequests, groups).ok());
}

TEST_CASE("averages and totals") {
    CHECK(replicas_by_average(2, 100, values({{"a", 300}, {"b", 100}}), ready(2))->replicas == 4);
    CHECK(replicas_by_total(4, 1000, 100) == 10);
    CHECK(replicas_by_total(10, 1050, 100) == 10);
    CHECK(replicas_by_value(3, 200, 100, 3) == 6);
}

TEST_CASE("up at once but by no more than the double or four, down after five minutes") {
    ScalingHistory history;
    auto up = up_rules(json::Value()), down = down_rules(json::Value());
    auto first = limit_scaling(up, down, history, 1, 50, 1, 100, 1h);
    CHECK(first.replicas == 5);
    CHECK(first.limited_reason == "ScaleUpLimit");
    CHECK(limit_scaling(up, down, history, 5, 50, 1, 100, 1h + 5s).replicas == 5);
    CHECK(limit_scaling(up, down, history, 5, 50, 1, 100, 1h + 15s).replicas == 10);
    CHECK(limit_scaling(up, down, history, 10, 50, 1, 12, 1h + 30s).replicas == 12);
    auto held = limit_scaling(up, down, history, 12, 1, 1, 100, 1h + 60s);
    CHECK(held.replicas == 12);
    CHECK(held.able_reason == "ScaleDownStabilized");
    auto gone = limit_scaling(up, down, history, 12, 0, 1, 100, 1h + 400s);
    CHECK(gone.replicas == 1);
    CHECK(gone.limited_reason == "TooFewReplicas");
}

TEST_CASE("policies of the user: pods and percent, the smaller of them, disabled") {
    auto behavior = *json::parse(R"({"scaleUp":{"selectPolicy":"Min","policies":[{"type":"Pods","value":2,"periodSeconds":60},{"type":"Percent","value":100,"periodSeconds":60}]},
        "scaleDown":{"stabilizationWindowSeconds":0,"policies":[{"type":"Percent","value":10,"periodSeconds":60}]}})");
    ScalingHistory history;
    CHECK(limit_scaling(up_rules(behavior), down_rules(behavior), history, 10, 50, 1, 100, 1h).replicas == 12);
    ScalingHistory fresh;
    CHECK(limit_scaling(up_rules(behavior), down_rules(behavior), fresh, 100, 1, 1, 100, 1h).replicas == 90);
    auto off = *json::parse(R"({"scaleDown":{"selectPolicy":"Disabled"}})");
    ScalingHistory none;
    CHECK(limit_scaling(up_rules(off), down_rules(off), none, 10, 1, 1, 100, 1h).replicas == 10);
}

TEST_CASE_METHOD(ControllerBench, "an autoscaler tells why it cannot scale") {
    runtime->informers().informer(kDeployments);   // others follow it too, in the real server
    add(make_horizontal_autoscaler(api::KindRegistry::builtin()));
    create(kAutoscalers, "default", R"({"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"h","generation":1},"spec":{"minReplicas":1,"maxReplicas":4,
        "scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"},"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}}]}})");
    settle();
    CHECK(condition_text(client->tree(kAutoscalers, "default", "h"), "AbleToScale") ==
          "False FailedGetScale: the HPA controller was unable to get the target's current scale: deployments.apps \"d\" not found");
    create(kDeployments, "default", R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":2,"selector":{"matchLabels":{"a":"b"}}},"status":{"replicas":2}})");
    advance(15s);
    CHECK(condition_text(client->tree(kAutoscalers, "default", "h"), "ScalingActive").rfind("False FailedGetResourceMetric: the HPA was unable to compute the replica count: ", 0) == 0);
    CHECK(client->tree(kDeployments, "default", "d")["spec"]["replicas"].as_int() == 2);
}
