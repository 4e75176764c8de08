#include "api/decode.h"

#include <catch2/catch.hpp>

#include "api/defaulting.h"
#include "builtin.h"

using namespace skiff;
using namespace skiff::api;

namespace {

Result<json::Value> decode(std::string_view api_version, std::string_view kind, std::string_view bytes, StrictProblems* strict = nullptr) {
    const auto& info = kind_of(api_version, kind);
    return decode_json(info.gvk, *info.schema, bytes, strict);
}
std::string text(std::string_view api_version, std::string_view kind, std::string_view bytes) {
    return json::write(decode(api_version, kind, bytes).value());
}
std::string wrong(std::string_view api_version, std::string_view kind, std::string_view bytes) {
    return decode(api_version, kind, bytes).status().message();
}

}  // namespace

TEST_CASE("decoding gives what a round trip through Go's types gives") {
    CHECK(text("v1", "ConfigMap", R"({"data":{"a":null,"b":"x"},"metadata":{"name":"a","labels":null,"annotations":{},"creationTimestamp":null}})") ==
          R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"a":"","b":"x"}})");
    CHECK(text("rbac.authorization.k8s.io/v1", "ClusterRole", R"({"metadata":{"name":"a"}})") ==
          R"({"kind":"ClusterRole","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"a"},"rules":null})");
    CHECK(text("apps/v1", "Deployment", R"({"kind":"Deployment","apiVersion":"apps/v1","spec":{"replicas":0,"minReadySeconds":0,"paused":false}})") ==
          R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{},"spec":{"replicas":0,"selector":null,"template":{"metadata":{},)"
          R"("spec":{"containers":null}},"strategy":{}},"status":{}})");
}

TEST_CASE("quantities and times become canonical") {
    auto pod = decode("v1", "Pod", R"({"metadata":{"creationTimestamp":"2024-01-01T01:00:00+01:00"},"spec":{"containers":[
        {"name":"c","resources":{"requests":{"cpu":0.5,"memory":"1024Mi"}}}]}})").value();
    CHECK(pod["metadata"]["creationTimestamp"].as_string() == "2024-01-01T00:00:00Z");
    CHECK(json::write(pod["spec"]["containers"][0]) == R"({"name":"c","resources":{"requests":{"cpu":"500m","memory":"1Gi"}}})");
}

TEST_CASE("type errors are worded as Go's decoder words them") {
    CHECK(wrong("apps/v1", "Deployment", R"({"spec":{"replicas":"x"}})") ==
          "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field "
          "DeploymentSpec.spec.replicas of type int32");
    CHECK(wrong("apps/v1", "Deployment", R"({"spec":{"replicas":1.5}})").ends_with("cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32"));
    CHECK(wrong("apps/v1", "Deployment", R"({"spec":{"replicas":0.0}})").ends_with("number 0.0 into Go struct field DeploymentSpec.spec.replicas of type int32"));
    CHECK(wrong("v1", "Pod", R"({"spec":{"hostNetwork":"true"}})").ends_with("cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool"));
    CHECK(wrong("v1", "ConfigMap", R"({"data":{"a":1}})") ==
          "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string");
    CHECK(wrong("v1", "ConfigMap", R"({"data":["a"]})").ends_with("cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string"));
    CHECK(wrong("v1", "Pod", R"({"spec":{"containers":[1]}})").ends_with("cannot unmarshal number into Go struct field PodSpec.spec.containers of type v1.Container"));
    CHECK(wrong("v1", "Pod", R"({"spec":"x"})").ends_with("cannot unmarshal string into Go struct field Pod.spec of type v1.PodSpec"));
    CHECK(wrong("v1", "Secret", R"({"data":{"a":"%%"}})") == "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 0");
    CHECK(wrong("v1", "ConfigMap", R"({"metadata":{"creationTimestamp":"x"}})").ends_with(R"(parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006")"));
}

TEST_CASE("merged trees are read in the words of Go's converter, and large numbers wrap around") {
    const auto& info = kind_of("apps/v1", "Deployment");
    auto wrong_tree = [&](std::string_view json) {
        auto tree = json::parse(json).value();
        return normalize(*info.schema, tree, nullptr, Reader::Converter).message();
    };
    CHECK(wrong_tree(R"({"spec":{"paused":"x"}})") == "unrecognized type: bool");
    CHECK(wrong_tree(R"({"spec":{"replicas":1.5}})") == "cannot convert float64 to int32");
    CHECK(wrong_tree(R"({"metadata":{"labels":{"a":1}}})") == "cannot convert int64 to string");
    CHECK(wrong_tree(R"({"metadata":{"labels":[]}})") == "cannot restore map from slice");
    CHECK(wrong_tree(R"({"spec":"x"})") == "cannot restore struct from: string");
    auto tree = json::parse(R"({"spec":{"replicas":4294967297}})").value();
    REQUIRE(normalize(*info.schema, tree, nullptr, Reader::Converter).ok());
    CHECK(tree["spec"]["replicas"].as_int() == 1);
}

TEST_CASE("bad JSON is unrecognized") {
    CHECK(wrong("v1", "ConfigMap", R"({"kind":"ConfigMap","apiVersion":"v1",)") ==
          "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input "
          "({\"kind\":\"ConfigMap\",\"apiVersio ...)");
    CHECK(wrong("v1", "ConfigMap", "[1]") ==
          "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: json: cannot unmarshal array "
          "into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" } (5b315d)");
}

TEST_CASE("unknown and duplicate fields are reported with their paths") {
    StrictProblems problems;
    auto pod = decode("v1", "Pod", R"({"metadata":{"name":"a","name":"b"},"spec":{"containers":[{"name":"c","imge":"x","ports":[{"containerPort":1,"prot":"T"}]}],
        "tolerations":[{"kay":"x"}]},"foo":1})", &problems).value();
    CHECK(problems == StrictProblems{R"(duplicate field "metadata.name")", R"(unknown field "spec.containers[0].imge")",
                                     R"(unknown field "spec.containers[0].ports[0].prot")", R"(unknown field "spec.tolerations[0].kay")",
                                     R"(unknown field "foo")"});
    CHECK_FALSE(pod.has("foo"));
    CHECK(strict_error({"", "v1", "Pod"}, {R"(unknown field "a")"}).message() ==
          R"(Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "a")");
}

TEST_CASE("table defaults are set inside lists") {
    const auto& kind = kind_of("v1", "Service");
    auto service = decode("v1", "Service", R"({"metadata":{"name":"a"},"spec":{"ports":[{"port":80}]}})").value();
    set_table_defaults(*kind.schema, service);
    CHECK(service["spec"]["ports"][0]["protocol"].as_string() == "TCP");
}

TEST_CASE("maps are in the order of their keys, as Go prints them") {
    CHECK(text("v1", "ConfigMap", R"({"metadata":{"name":"a","labels":{"z":"1","a":"2"}},"data":{"b":"x","B":"y","a":"z"}})") ==
          R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","labels":{"a":"2","z":"1"}},"data":{"B":"y","a":"z","b":"x"}})");
}

TEST_CASE("a time that cannot be read is told before a number that is none") {
    const KindInfo& kind = kind_of("events.k8s.io/v1", "Event");
    json::Value event = tree(R"({"series":{"count":"5","lastObservedTime":"2030-01-01T00:00:00Z"}})");
    Status status = normalize(*kind.schema, event);
    REQUIRE_FALSE(status.ok());
    CHECK(status.message().find("parsing time") != std::string::npos);
}

TEST_CASE("a list of numbers is read into bytes") {
    CHECK(text("v1", "Secret", R"({"metadata":{"name":"a"},"data":{"a":[1,null,255],"b":[]}})") ==
          R"({"kind":"Secret","apiVersion":"v1","metadata":{"name":"a"},"data":{"a":"AQD/","b":""}})");
    const KindInfo& kind = kind_of("v1", "Secret");
    for (const char* wrong : {"256", R"("x")"}) {
        json::Value secret = tree(std::string(R"({"data":{"a":[)") + wrong + "]}}");
        Status status = normalize(*kind.schema, secret);
        CHECK(status.message() == std::string("json: cannot unmarshal ") + (*wrong == '2' ? "number 256" : "string") + " into Go struct field Secret.data of type uint8");
    }
}
