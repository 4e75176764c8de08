// Answers that kube-apiserver v1.34.4 gave where skiff once gave others (test/differential found them).
#include <catch2/catch.hpp>

#include "api/kinds/image_reference.h"
#include "api/kinds/validate_status.h"
#include "json/parse.h"
#include "unit/api/kinds/kind_case.h"

using Lines = std::vector<std::string>;

namespace {

std::string pod(const std::string& spec) { return R"({"metadata":{"name":"a"},"spec":{)" + spec + R"(,"containers":[{"name":"c","image":"i"}]}})"; }

std::string autoscaler(const std::string& metric) {
    return R"({"metadata":{"name":"a"},"spec":{"maxReplicas":3,"scaleTargetRef":{"kind":"D","name":"a","apiVersion":"apps/v1"},"metrics":[)" + metric + "]}}";
}

}  // namespace

TEST_CASE("only a reference without a tag or with latest is pulled each time") {
    using skiff::api::kinds::is_latest_image;
    for (auto image : {"a", "a:latest", "r.io:5000/a/b", "Upper.io/a", "localhost/a"}) CHECK(is_latest_image(image));
    for (auto image : {"a:1", "A_b", "a b", "/p", "..", "a__-b", "r.io:port/a"}) CHECK_FALSE(is_latest_image(image));
}

TEST_CASE("fields whose features are off are not stored") {
    auto made_pod = made("", "v1", "Pod", R"({"metadata":{"name":"a"},"spec":{"hostnameOverride":"h","containers":[{"name":"c","image":"i","lifecycle":{"stopSignal":"SIGINT"}}]}})");
    CHECK_FALSE(made_pod["spec"].has("hostnameOverride"));
    CHECK_FALSE(made_pod["spec"]["containers"][0].has("lifecycle"));
    auto lease = made("coordination.k8s.io", "v1", "Lease", R"({"metadata":{"name":"a"},"spec":{"strategy":"OldestEmulationVersion"}})");
    CHECK_FALSE(lease["spec"].has("strategy"));
}

TEST_CASE("host processes come all or none") {
    auto lines = complaints("", "v1", "Pod", R"({"metadata":{"name":"a"},"spec":{"hostNetwork":true,"containers":[{"name":"c","image":"i"},
        {"name":"d","image":"i","securityContext":{"windowsOptions":{"hostProcess":true}}}]}})");
    CHECK(lines == Lines{"spec: Invalid value: \"\": If pod contains any hostProcess containers then all containers must be HostProcess containers"});
}

TEST_CASE("resources of a whole pod cover those of its containers") {
    CHECK(complaints("", "v1", "Pod", pod(R"("resources":{"limits":{"storage":"1"}})")) ==
          Lines{R"(spec.resources.limits[storage]: Unsupported value: "storage": supported values: "cpu", "hugepages-", "memory")"});
}

TEST_CASE("an autoscaler's metric has the source of its type and no other") {
    CHECK(complaints("autoscaling", "v2", "HorizontalPodAutoscaler",
                     autoscaler(R"({"type":"Pods","pods":{"metric":{"name":"m"},"target":{"type":"AverageValue","averageValue":"1"}},
                                    "resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":1}}})")) ==
          Lines{"spec.metrics[0].resource: Forbidden: must populate the given metric source only"});
    CHECK(complaints("autoscaling", "v2", "HorizontalPodAutoscaler", autoscaler(R"({"type":"Pods","pods":{"metric":{"name":"m"},"target":{"type":"Value","value":"1"}}})")) ==
          Lines{"spec.metrics[0].pods.target.averageValue: Required value: must specify a positive target averageValue"});
}

TEST_CASE("limits are of standard types and resources") {
    CHECK(complaints("", "v1", "LimitRange", R"({"metadata":{"name":"a"},"spec":{"limits":[{"type":"a"}]}})") ==
          Lines{R"(spec.limits[0].type: Invalid value: "a": must be a standard limit type or fully qualified)"});
}

TEST_CASE("the scopes of a quota fit its resources") {
    CHECK(complaints("", "v1", "ResourceQuota", R"({"metadata":{"name":"a"},"spec":{"hard":{"services":"1"},"scopes":["Terminating"]}})") ==
          Lines{R"(spec.scopes: Invalid value: ["Terminating"]: unsupported scope applied to resource)"});
    CHECK(complaints("", "v1", "ResourceQuota",
                     R"({"metadata":{"name":"a"},"spec":{"hard":{"pods":"1"},"scopeSelector":{"matchExpressions":[{"scopeName":"x","operator":"Exists"}]}}})") ==
          Lines{R"(spec.scopeSelector.matchExpressions.scopeName: Invalid value: "x": unsupported scope)"});
}

TEST_CASE("a subject of a flow schema has the part of its kind and no other") {
    CHECK(complaints("flowcontrol.apiserver.k8s.io", "v1", "FlowSchema",
                     R"({"metadata":{"name":"a"},"spec":{"matchingPrecedence":2,"priorityLevelConfiguration":{"name":"x"},"rules":[{"subjects":[{"kind":"User",
                         "user":{"name":"u"},"group":{"name":"g"}}],"nonResourceRules":[{"verbs":["get"],"nonResourceURLs":["/x"]}]}]}})") ==
          Lines{"spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'"});
}

TEST_CASE("claims for devices name what they want") {
    auto claim = [](const std::string& devices) { return R"({"metadata":{"name":"a"},"spec":{"devices":)" + devices + "}}"; };
    CHECK(complaints("resource.k8s.io", "v1", "ResourceClaim", claim(R"({"requests":[{"name":"r","exactly":{"deviceClassName":"c"}}]})")).empty());
    CHECK(complaints("resource.k8s.io", "v1", "ResourceClaim", claim(R"({"requests":[{"name":"r"}]})")) ==
          Lines{"spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required"});
    CHECK(complaints("resource.k8s.io", "v1", "ResourceClaim",
                     claim(R"({"requests":[{"name":"r","exactly":{"deviceClassName":"c"}}],"constraints":[{"requests":["q"],"matchAttribute":"a.b/c"}]})")) ==
          Lines{"spec.devices.constraints[0].requests[0]: Invalid value: \"q\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"});
}

TEST_CASE("an update is judged as a whole, not only by what may not change") {
    const char* pod = R"({"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i:1"}]}})";
    auto wrong = update_complaints("", "v1", "Pod", pod, R"({"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i:2","livenessProbe":{}}]}})");
    REQUIRE(wrong.size() == 2);
    CHECK(wrong[0] == "spec.containers[0].livenessProbe: Required value: must specify a handler type");
    auto binding = [](const char* subject) {
        return std::string(R"({"metadata":{"name":"a"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},"subjects":[)") + subject + "]}";
    };
    CHECK(update_complaints("rbac.authorization.k8s.io", "v1", "RoleBinding", binding(""), binding(R"({"kind":"Users","name":"u"})")).size() == 2);
    CHECK_FALSE(update_complaints("storage.k8s.io", "v1", "CSINode", R"({"metadata":{"name":"a"},"spec":{"drivers":[{"name":"d","nodeID":"n"}]}})",
                                  R"({"metadata":{"name":"a"},"spec":{"drivers":[{"name":"d","nodeID":"m"}]}})")
                    .empty());
}

TEST_CASE("conditions have one of three states, a time and a reason") {
    skiff::api::FieldErrors errors;
    auto conditions = skiff::json::parse(R"([{"type":"A","status":"Maybe","lastTransitionTime":"2026-01-01T00:00:00Z","reason":"no reason"},{"type":"A","status":"True"}])").value();
    skiff::api::kinds::check_conditions(conditions, skiff::api::FieldPath("c"), errors);
    Lines found;
    for (const auto& cause : errors.causes()) found.push_back(cause.field + " " + cause.type);
    CHECK(found == Lines{"c[0].status FieldValueNotSupported", "c[0].reason FieldValueInvalid", "c[1].type FieldValueDuplicate", "c[1].lastTransitionTime FieldValueRequired",
                         "c[1].reason FieldValueRequired"});
}

TEST_CASE("a metric may describe an object of the core, what is scaled has a group") {
    auto scaler = [](const char* target, const char* described) {
        return std::string(R"({"metadata":{"name":"a"},"spec":{"maxReplicas":3,"scaleTargetRef":)") + target + R"(,"metrics":[{"type":"Object","object":{"metric":{"name":"m"},
            "target":{"type":"Value","value":"1"},"describedObject":)" + described + "}}]}}";
    };
    const char *deployment = R"({"apiVersion":"apps/v1","kind":"Deployment","name":"d"})", *service = R"({"apiVersion":"v1","kind":"Service","name":"s"})";
    CHECK(complaints("autoscaling", "v2", "HorizontalPodAutoscaler", scaler(deployment, service)).empty());
    CHECK(complaints("autoscaling", "v2", "HorizontalPodAutoscaler", scaler(service, service)) ==
          Lines{R"(spec.scaleTargetRef.apiVersion: Invalid value: "v1": apiVersion must specify API group)"});
}
