#include "api/kinds/autoscaler_versions.h"

#include <catch2/catch.hpp>

#include "json/parse.h"
#include "json/write.h"
#include "unit/api/kinds/kind_case.h"

using namespace skiff;
using api::kinds::autoscaler_to_v1;
using api::kinds::autoscaler_to_v2;

namespace {

json::Value tree(const std::string& text) { return json::parse(text).value(); }

std::string annotation(const json::Value& object, const char* name) {
    return object["metadata"]["annotations"][std::string("autoscaling.alpha.kubernetes.io/") + name].as_string();
}

std::string in_v1(const std::string& annotations, const std::string& spec = "") {
    return R"({"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v1","metadata":{"name":"a","annotations":{)" + annotations +
           R"(}},"spec":{"scaleTargetRef":{"kind":"D","name":"a","apiVersion":"apps/v1"},"maxReplicas":3)" + spec + "}}";
}

std::string noted(const char* name, const std::string& value) {
    return R"("autoscaling.alpha.kubernetes.io/)" + std::string(name) + "\":" + json::write(json::Value(value));
}

}  // namespace

TEST_CASE("an autoscaler's metrics, behavior and conditions are read in v1 as kube-apiserver writes them") {
    const json::Value v1 = autoscaler_to_v1(tree(R"({"metadata":{"name":"a","managedFields":[]},"spec":{"scaleTargetRef":{},"maxReplicas":3,
        "behavior":{"scaleDown":{"stabilizationWindowSeconds":5,"policies":[{"type":"Pods","value":3,"periodSeconds":4}]}},
        "metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":5}}},
                   {"type":"Object","object":{"describedObject":{"kind":"x","name":"y"},"metric":{"name":"p"},"target":{"type":"AverageValue","averageValue":"2"}}},
                   {"type":"External","external":{"metric":{"name":"p","selector":{"matchLabels":{"a":"b"}}},"target":{"type":"AverageValue","averageValue":"2"}}}]},
        "status":{"conditions":[{"type":"A","status":"True","lastTransitionTime":null}],
                  "currentMetrics":[{"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":7}}}]}})"));
    CHECK(v1["spec"]["targetCPUUtilizationPercentage"].as_int() == 5);
    CHECK(v1["status"]["currentCPUUtilizationPercentage"].as_int() == 7);
    CHECK(annotation(v1, "metrics") == R"([{"type":"Object","object":{"target":{"kind":"x","name":"y"},"metricName":"p","targetValue":"0","averageValue":"2"}},)"
                                       R"({"type":"External","external":{"metricName":"p","metricSelector":{"matchLabels":{"a":"b"}},"targetAverageValue":"2"}}])");
    CHECK(annotation(v1, "current-metrics") == R"([{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":7,"currentAverageValue":"0"}}])");
    CHECK(annotation(v1, "behavior") == R"({"ScaleUp":null,"ScaleDown":{"StabilizationWindowSeconds":5,"SelectPolicy":null,"Policies":[{"Type":"Pods","Value":3,"PeriodSeconds":4}],"Tolerance":null}})");
    CHECK(annotation(v1, "conditions") == R"([{"type":"A","status":"True","lastTransitionTime":null}])");
    CHECK(v1["metadata"].members()[1].key == "annotations");
}

TEST_CASE("annotations of an autoscaler in v1 become fields of v2, CPU last") {
    const json::Value v2 = autoscaler_to_v2(tree(in_v1(noted("metrics", R"([{"type":"Pods","pods":{"metricName":"p","targetAverageValue":"2000m","odd":1}}])") + "," +
                                                       noted("behavior", R"({"scaleup":{"Policies":[{"type":"Pods","value":4,"periodseconds":15}]}})"), R"(,"targetCPUUtilizationPercentage":50)")));
    CHECK(json::write(v2["spec"]["metrics"]) == R"([{"type":"Pods","pods":{"metric":{"name":"p"},"target":{"type":"AverageValue","averageValue":"2"}}},)"
                                                R"({"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}}])");
    CHECK(json::write(v2["spec"]["behavior"]) == R"({"scaleUp":{"policies":[{"type":"Pods","value":4,"periodSeconds":15}]}})");
    CHECK_FALSE(v2["metadata"].has("annotations"));
}

TEST_CASE("an annotation that cannot be read counts as none, and no metric means CPU") {
    for (const std::string text : {"x", "[]", R"([{"type":1}])", R"([1])", R"([{"type":"Pods","pods":{"targetAverageValue":"x"}}])"})
        CHECK(json::write(autoscaler_to_v2(tree(in_v1(noted("metrics", text))))["spec"]["metrics"]) ==
              R"([{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}])");
    CHECK_FALSE(autoscaler_to_v2(tree(in_v1(noted("behavior", "{}"))))["spec"].has("behavior"));
}

TEST_CASE("what stands in an autoscaler's annotations is checked as the fields are") {
    auto said = complaints("autoscaling", "v1", "HorizontalPodAutoscaler",
                           in_v1(noted("metrics", R"([{"type":"Object","object":{"target":{"kind":"x","name":"y"},"metricName":"p","averageValue":"2"}}])")));
    CHECK(said == std::vector<std::string>{R"(spec.metrics[0].object.target.value: Invalid value: "0": must be positive)"});
    said = complaints("autoscaling", "v1", "HorizontalPodAutoscaler", in_v1(noted("behavior", R"({"ScaleUp":{"SelectPolicy":"Max"}})")));
    CHECK(said == std::vector<std::string>{"spec.behavior.scaleUp.policies: Required value: must specify at least one Policy"});
}

TEST_CASE("a new autoscaler in v1 has no status, and a status in v1 no metrics of its own") {
    const json::Value created = made("autoscaling", "v1", "HorizontalPodAutoscaler", in_v1(noted("current-metrics", R"([{"type":"Pods","pods":{"metricName":"p"}}])")));
    CHECK(annotation(created, "current-metrics").empty());
    json::Value object = tree(in_v1(noted("metrics", R"([{"type":"Pods","pods":{"metricName":"p","targetAverageValue":"2"}}])")));
    object.set("status", tree(R"({"currentCPUUtilizationPercentage":7})"));
    api::kinds::settle_autoscaler_v1_status(object, created);
    CHECK(annotation(object, "metrics").empty());
    CHECK(annotation(object, "current-metrics") == R"([{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":7}}])");
    const json::Value stored = autoscaler_to_v2(object);
    CHECK(json::write(stored["status"]["currentMetrics"]) == R"([{"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":7}}}])");
    CHECK(annotation(autoscaler_to_v1(stored), "current-metrics") == R"([{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":7,"currentAverageValue":"0"}}])");
}

TEST_CASE("the annotations of v1 are none of an autoscaler in v2") {
    const json::Value v2 = made("autoscaling", "v2", "HorizontalPodAutoscaler", in_v1(noted("metrics", "[]") + R"(,"x":"y")"));
    CHECK(json::write(v2["metadata"]["annotations"]) == R"({"x":"y"})");
}
