#include <catch2/catch.hpp>

#include "api/defaulting.h"
#include "api/kinds/hooks.h"
#include "api/kinds/pod_qos.h"
#include "json/parse.h"
#include "json/write.h"
#include "unit/api/kinds/kind_case.h"

using namespace skiff;
using json::Value;

TEST_CASE("a pod gets the defaults of Kubernetes") {
    Value pod = made("", "v1", "Pod", R"({"metadata":{"name":"a"},"spec":{"hostNetwork":true,"containers":[
        {"name":"c","image":"registry:5000/i@sha256:0","ports":[{"containerPort":80}],"resources":{"limits":{"cpu":"1"}},
         "livenessProbe":{"httpGet":{"port":80}}},
        {"name":"d","image":"i:latest"}],"volumes":[{"name":"v"},{"name":"s","secret":{"secretName":"x"}}]}})");
    const Value& spec = pod["spec"];
    CHECK(spec["restartPolicy"].as_string() == "Always");
    CHECK(spec["dnsPolicy"].as_string() == "ClusterFirst");
    CHECK(spec["enableServiceLinks"].as_bool());
    CHECK(spec["containers"][0]["imagePullPolicy"].as_string() == "IfNotPresent");
    CHECK(spec["containers"][1]["imagePullPolicy"].as_string() == "Always");
    CHECK(spec["containers"][0]["ports"][0]["hostPort"].as_int() == 80);
    CHECK(spec["containers"][0]["resources"]["requests"]["cpu"].as_string() == "1");
    CHECK(spec["containers"][0]["livenessProbe"]["httpGet"]["path"].as_string() == "/");
    CHECK(spec["containers"][0]["livenessProbe"]["failureThreshold"].as_int() == 3);
    CHECK(spec["volumes"][0]["emptyDir"].is_object());
    CHECK(spec["volumes"][1]["secret"]["defaultMode"].as_int() == 420);
    CHECK(pod["status"]["phase"].as_string() == "Pending");
    CHECK(pod["status"]["qosClass"].as_string() == "Burstable");
}

TEST_CASE("a pod with limits of its own gets its requests from them and from its containers") {
    Value pod = made("", "v1", "Pod", R"({"metadata":{"name":"a"},"spec":{"resources":{"limits":{"cpu":"2","memory":"1Gi"}},"containers":[
        {"name":"c","image":"i","resources":{"limits":{"cpu":"1","hugepages-2Mi":"4Mi"}}},{"name":"d","image":"i","resources":{"requests":{"cpu":"100m"}}}]}})");
    const Value& resources = pod["spec"]["resources"];
    CHECK(resources["limits"]["hugepages-2Mi"].as_string() == "4Mi");
    CHECK(resources["requests"]["cpu"].as_string() == "1100m");
    CHECK(resources["requests"]["memory"].as_string() == "1Gi");
}

TEST_CASE("a template gets no defaults that only pods have") {
    Value object = made("apps", "v1", "Deployment", R"({"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{
        "metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"1"}}}]}}}})");
    const Value& spec = object["spec"]["template"]["spec"];
    CHECK(!spec.has("enableServiceLinks"));
    CHECK(!spec["containers"][0]["resources"].has("requests"));
    CHECK(object["spec"]["replicas"].as_int() == 1);
    CHECK(object["spec"]["strategy"]["rollingUpdate"]["maxSurge"].as_string() == "25%");
    CHECK(json::write(object["status"]) == "{}");
}

TEST_CASE("a job selects its pods by its uid") {
    Value job = made("batch", "v1", "Job",
                     R"({"metadata":{"name":"a"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}})");
    CHECK(job["spec"]["selector"]["matchLabels"]["batch.kubernetes.io/controller-uid"].as_string() == "u-1");
    CHECK(job["spec"]["template"]["metadata"]["labels"]["job-name"].as_string() == "a");
    CHECK(job["spec"]["backoffLimit"].as_int() == 6);
}

TEST_CASE("stringData becomes data") {
    Value secret = made("", "v1", "Secret", R"({"metadata":{"name":"a"},"stringData":{"k":"v"}})");
    CHECK(secret["data"]["k"].as_string() == "dg==");
    CHECK(!secret.has("stringData"));
    CHECK(secret["type"].as_string() == "Opaque");
}

TEST_CASE("a namespace has its name as label and the kubernetes finalizer") {
    Value ns = made("", "v1", "Namespace", R"({"metadata":{"name":"x"}})");
    CHECK(ns["metadata"]["labels"]["kubernetes.io/metadata.name"].as_string() == "x");
    CHECK(ns["spec"]["finalizers"][0].as_string() == "kubernetes");
    CHECK(ns["status"]["phase"].as_string() == "Active");
}

TEST_CASE("the class of a pod follows requests and limits of all containers") {
    auto qos = [](const char* containers) { return api::kinds::pod_qos_class(*json::parse(std::string(R"({"containers":)") + containers + "}")); };
    CHECK(qos(R"([{"resources":{}}])") == "BestEffort");
    CHECK(qos(R"([{"resources":{"requests":{"cpu":"1"}}}])") == "Burstable");
    CHECK(qos(R"([{"resources":{"requests":{"cpu":"1","memory":"1Gi"},"limits":{"cpu":"1000m","memory":"1024Mi"}}}])") == "Guaranteed");
    CHECK(qos(R"([{"resources":{"requests":{"cpu":"1","memory":"1Gi"},"limits":{"cpu":"1","memory":"1Gi"}}},{"resources":{}}])") == "Burstable");
}

TEST_CASE("podIP and podIPs say the same") {
    auto status = [](const char* text) { return *json::parse(text); };
    Value pod = Value::object({{"spec", Value::object()}, {"status", status(R"({"phase":"Running","podIP":"10.0.0.1"})")}});
    api::kinds::pod_hooks().set_defaults(pod);
    CHECK(pod["status"]["podIPs"][0]["ip"].as_string() == "10.0.0.1");
    pod = Value::object({{"spec", Value::object()}, {"status", status(R"({"podIPs":[{"ip":"10.0.0.2"}]})")}});
    api::kinds::pod_hooks().set_defaults(pod);
    CHECK(pod["status"]["podIP"].as_string() == "10.0.0.2");
}
