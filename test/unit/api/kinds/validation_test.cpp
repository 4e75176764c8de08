#include <catch2/catch.hpp>

#include "api/kind.h"
#include "api/kinds/validate.h"
#include "json/parse.h"
#include "unit/api/kinds/kind_case.h"

using namespace skiff::api::kinds;
using Lines = std::vector<std::string>;

TEST_CASE("a pod needs a container with a name and an image") {
    CHECK(complaints("", "v1", "Pod", R"({"metadata":{"name":"a"},"spec":{}})") == Lines{"spec.containers: Required value"});
    CHECK(complaints("", "v1", "Pod", R"({"metadata":{"name":"a"},"spec":{"containers":[{}]}})") ==
          Lines{"spec.containers[0].name: Required value", "spec.containers[0].image: Required value"});
}

TEST_CASE("a mount names a volume of the pod") {
    CHECK(complaints("", "v1", "Pod", R"({"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}})") ==
          Lines{R"(spec.containers[0].volumeMounts[0].name: Not found: "v")"});
}

TEST_CASE("requests stay below limits") {
    CHECK(complaints("", "v1", "Pod", R"({"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}}]}})") ==
          Lines{R"(spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1)"});
}

TEST_CASE("of a pod's spec only the image and a few other fields change") {
    const char* pod = R"({"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i:1"}]}})";
    CHECK(update_complaints("", "v1", "Pod", pod, R"({"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i:2","imagePullPolicy":"IfNotPresent"}]}})").empty());
    auto wrong = update_complaints("", "v1", "Pod", pod, R"({"metadata":{"name":"a"},"spec":{"hostname":"h","containers":[{"name":"c","image":"i:1"}]}})");
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].starts_with("spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`"));
}

TEST_CASE("a deployment's selector matches its template and never changes") {
    auto text = [](const std::string& selector, const std::string& label) {
        return R"({"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"app":")" + selector + R"("}},"template":{"metadata":{"labels":{"app":")" + label +
               R"("}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})";
    };
    CHECK(complaints("apps", "v1", "Deployment", text("a", "a")).empty());
    CHECK(complaints("apps", "v1", "Deployment", text("a", "b")) ==
          Lines{R"(spec.template.metadata.labels: Invalid value: {"app":"b"}: `selector` does not match template `labels`)"});
    CHECK(update_complaints("apps", "v1", "Deployment", text("a", "a"), text("b", "b")) ==
          Lines{R"(spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable)"});
}

TEST_CASE("a service of several ports names them") {
    CHECK(complaints("", "v1", "Service", R"({"metadata":{"name":"a"},"spec":{"ports":[{"port":80},{"port":81}]}})") ==
          Lines{"spec.ports[0].name: Required value", "spec.ports[1].name: Required value"});
    CHECK(complaints("", "v1", "Service", R"({"metadata":{"name":"a"},"spec":{"clusterIP":"None"}})").empty());
}

TEST_CASE("an immutable ConfigMap stays as it is") {
    const char* map = R"({"metadata":{"name":"a"},"data":{"k":"v"},"immutable":true})";
    CHECK(update_complaints("", "v1", "ConfigMap", map, map).empty());
    CHECK(update_complaints("", "v1", "ConfigMap", map, R"({"metadata":{"name":"a"},"data":{"k":"w"},"immutable":true})") ==
          Lines{"data: Forbidden: field is immutable when `immutable` is set"});
}

TEST_CASE("schedules are checked field by field") {
    CHECK(cron_complaint("*/5 0-12,18 1 jan-mar sun") == "");
    CHECK(cron_complaint("@daily") == "");
    CHECK(cron_complaint("@often") == "unrecognized descriptor: @often");
    CHECK(cron_complaint("* * *") == "expected exactly 5 fields, found 3: [* * *]");
    CHECK(cron_complaint("60 * * * *") == "end of range (60) above maximum (59): 60");
    CHECK(cron_complaint("5-1 * * * *") == "beginning of range (5) beyond end of range (1): 5-1");
    CHECK(cron_complaint("x * * * *") == R"(failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax)");
    CHECK(cron_complaint("*/0 * * * *") == "step of range should be a positive number: */0");
}

TEST_CASE("addresses and ranges") {
    CHECK(check_ip("10.0.0.1").empty());
    CHECK(check_ip("::1").empty());
    CHECK(check_ip("10.0.0.01") == skiff::api::Complaints{"must not have leading 0s"});
    CHECK(check_cidr("10.0.0.0/8").empty());
    CHECK(!check_cidr("10.0.0.0/33").empty());
    CHECK(is_strict_subnet("10.0.0.0/8", "10.1.0.0/16"));
    CHECK(!is_strict_subnet("10.0.0.0/8", "10.0.0.0/8"));
    CHECK(!is_strict_subnet("10.0.0.0/8", "11.0.0.0/16"));
}

TEST_CASE("mutating policies are kinds only where their version is served, and are checked as in Kubernetes") {
    using namespace skiff;
    CHECK(api::KindRegistry::builtin()->find(api::Gvr{"admissionregistration.k8s.io", "v1beta1", "mutatingadmissionpolicies"}) == nullptr);
    auto kinds = api::KindRegistry::builtin(api::KindRegistry::optional_versions());
    const api::KindInfo* policies = kinds->find(api::Gvr{"admissionregistration.k8s.io", "v1beta1", "mutatingadmissionpolicies"});
    REQUIRE(policies);
    REQUIRE(kinds->find(api::Gvr{"admissionregistration.k8s.io", "v1alpha1", "mutatingadmissionpolicies"}));
    json::Value policy = *json::parse(R"({"spec":{"matchConstraints":{"resourceRules":[{"operations":["DELETE"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]}]},
        "mutations":[{"patchType":"JSONPatch"},{"patchType":"Merge"},{"patchType":"ApplyConfiguration","applyConfiguration":{},"jsonPatch":{}}]}})");
    policies->hooks.set_defaults(policy);
    CHECK(policy["spec"]["failurePolicy"].as_string() == "Fail");
    api::FieldErrors errors;
    policies->hooks.validate_create(policy, errors);
    std::string all;
    const Status status = errors.to_status("g", "K", "n");
    for (const auto& cause : status.causes()) all += cause.field + ": " + cause.message + "\n";
    CHECK(all ==
          "spec.matchConstraints.resourceRules.operations: Unsupported value: \"DELETE\": supported values: \"*\", \"CONNECT\", \"CREATE\", \"UPDATE\"\n"
          "spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch\n"
          "spec.mutations[1].patchType: Unsupported value: \"Merge\": supported values: \"ApplyConfiguration\", \"JSONPatch\"\n"
          "spec.mutations[2].applyConfiguration.expression: Required value\n"
          "spec.mutations[2].jsonPatch: Invalid value: \"{jsonPatch}\": must not be specified when patchType is ApplyConfiguration\n"
          "spec.reinvocationPolicy: Required value\n");
}

TEST_CASE("a container's claims are those of its pod") {
    auto claims = [](const char* of_pod, const char* of_container) {
        return complaints("", "v1", "Pod", std::string(R"({"metadata":{"name":"a"},"spec":{"resourceClaims":)") + of_pod +
                                               R"(,"containers":[{"name":"c","image":"i","resources":{"claims":)" + of_container + "}}]}}");
    };
    CHECK(claims("[]", R"([{"name":"x"}])") ==
          Lines{R"(spec.containers[0].resources.claims[0]: Not found: "x": must be one of the names in pod.spec.resourceClaims which is empty)"});
    CHECK(claims(R"([{"name":"x","resourceClaimName":"c"}])", R"([{"name":"x","request":"r"},{"name":"x"}])") ==
          Lines{R"(spec.containers[0].resources.claims[1]: Duplicate value: "x")"});
    CHECK(claims(R"([{"name":"x","resourceClaimName":"c"}])", R"([{"name":"x","request":"r"},{"name":"x","request":"s"}])").empty());
}

TEST_CASE("an iSCSI volume is named as initiators are") {
    auto volume = [](const char* source) {
        return complaints("", "v1", "Pod", std::string(R"({"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}],"volumes":[{"name":"v","iscsi":)") + source + "}]}}");
    };
    CHECK(volume(R"({"targetPortal":"p","iqn":"iqn.2001-04.com.example:disk","lun":0})").empty());
    CHECK(volume(R"({"targetPortal":"p","iqn":"eui.0123456789abcdef","lun":0})").empty());
    CHECK(volume(R"({"targetPortal":"p","iqn":"iqn.x","lun":0})") == Lines{R"(spec.volumes[0].iscsi.iqn: Invalid value: "iqn.x": must be valid format)"});
    CHECK(volume(R"({"targetPortal":"p","iqn":"naa","lun":0,"chapAuthSession":true})") ==
          Lines{R"(spec.volumes[0].iscsi.iqn: Invalid value: "naa": must be valid format)", "spec.volumes[0].iscsi.secretRef: Required value"});
}

TEST_CASE("a suspended job that never ran may change where its pods go and nothing else") {
    auto job = [](const char* more) {
        return std::string(R"({"metadata":{"name":"a"},"spec":{"suspend":true,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}])") + more + "}}}}";
    };
    CHECK(update_complaints("batch", "v1", "Job", job(""), job(R"(,"nodeSelector":{"a":"b"},"affinity":{"nodeAffinity":{}})")).empty());
    CHECK(update_complaints("batch", "v1", "Job", job(""), job(R"(,"affinity":{"podAffinity":{}})")).size() == 1);
    CHECK(update_complaints("batch", "v1", "Job", job(""), job(R"(,"hostname":"h")")).size() == 1);
}

TEST_CASE("a stateful set that names its strategy gets no numbers for it") {
    auto strategy = [](const char* given) {
        return made("apps", "v1", "StatefulSet",
                    std::string(R"({"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[]}})") + given + "}}")["spec"]["updateStrategy"];
    };
    CHECK(strategy("") == *skiff::json::parse(R"({"type":"RollingUpdate","rollingUpdate":{"partition":0}})"));
    CHECK(strategy(R"(,"updateStrategy":{"type":"RollingUpdate"})") == *skiff::json::parse(R"({"type":"RollingUpdate"})"));
}

TEST_CASE("a strategy of an unknown type is quoted whole") {
    auto strategy = [](const char* kind, const char* given) {
        return complaints("apps", "v1", kind,
                          std::string(R"({"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
                              "spec":{"containers":[{"name":"c","image":"i"}]}},"updateStrategy":{"type":"x","rollingUpdate":)") + given + "}}}");
    };
    CHECK(strategy("StatefulSet", R"({"partition":2})") ==
          Lines{R"(spec.updateStrategy: Invalid value: {"Type":"x","RollingUpdate":{"Partition":2,"MaxUnavailable":null}}: must be 'RollingUpdate' or 'OnDelete')"});
    CHECK(strategy("StatefulSet", "{}") ==
          Lines{R"(spec.updateStrategy: Invalid value: {"Type":"x","RollingUpdate":{"Partition":0,"MaxUnavailable":null}}: must be 'RollingUpdate' or 'OnDelete')"});
    CHECK(strategy("DaemonSet", R"({"maxSurge":1})").front().starts_with(R"(spec.updateStrategy: Unsupported value: {"Type":"x","RollingUpdate":{"MaxUnavailable":0,"MaxSurge":1}})"));
}

TEST_CASE("templates may have images with blanks around them, pods may not") {
    const std::string spec = R"({"containers":[{"name":"c","image":" i"}]})";
    CHECK(complaints("", "v1", "Pod", R"({"metadata":{"name":"p"},"spec":)" + spec + "}") ==
          std::vector<std::string>{"spec.containers[0].image: Invalid value: \" i\": must not have leading or trailing whitespace"});
    CHECK(complaints("", "v1", "PodTemplate", R"({"metadata":{"name":"t"},"template":{"metadata":{"labels":{"a":"b"}},"spec":)" + spec + "}}").empty());
}

TEST_CASE("the name of an indexed job is one of pods as well") {
    auto job = [](const std::string& name, const std::string& more) {
        return complaints("batch", "v1", "Job",
                          R"({"metadata":{"name":")" + name + R"("},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}})" + more + "}}");
    };
    CHECK(job("a.b", R"(,"completions":3)").empty());
    CHECK(job("a", R"(,"completions":3,"completionMode":"Indexed")").empty());
    CHECK(job("a.b", R"(,"completions":3,"completionMode":"Indexed")") == Lines{R"(metadata.name: Invalid value: "a.b": will not able to create pod with invalid DNS label: a.b-2)"});
}

TEST_CASE("containers find valid volumes only") {
    auto said = [](const std::string& volumes) {
        return complaints("", "v1", "Pod", R"({"metadata":{"name":"a"},"spec":{"volumes":)" + volumes + R"(,"containers":[{"name":"c","image":"i","volumeMounts":[{"name":"v","mountPath":"/m"}]}]}})");
    };
    const std::string lost = R"(spec.containers[0].volumeMounts[0].name: Not found: "v")", empty = "spec.volumes[0].hostPath.path: Required value";
    CHECK(said(R"([{"name":"v","hostPath":{"path":""}}])") == Lines{empty, lost});
    CHECK(said(R"([{"name":"v","hostPath":{"path":""}},{"name":"v"}])") == Lines{empty});
    CHECK(said(R"([{"name":"v","emptyDir":{}},{"name":"v"}])") == Lines{R"(spec.volumes[1].name: Duplicate value: "v")"});
    CHECK(said(R"([{"name":"v","emptyDir":{},"downwardAPI":{}}])") == Lines{"spec.volumes[0].downwarAPI: Forbidden: may not specify more than 1 volume type", lost});
}

TEST_CASE("a claim that names two different sources is refused") {
    auto said = [](const std::string& sources) {
        return complaints("", "v1", "PersistentVolumeClaim", R"({"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1"}},)" + sources + "}}");
    };
    const std::string odd = R"({"apiGroup":"x.y","kind":"K","name":"a"})", claim = R"({"kind":"PersistentVolumeClaim","name":"a"})";
    CHECK(said("\"dataSource\":" + odd + ",\"dataSourceRef\":" + claim) == Lines{"spec: Invalid value: {}: must match dataSourceRef"});
    CHECK(said("\"dataSource\":" + odd).empty());
    CHECK(said("\"dataSource\":" + odd + R"(,"dataSourceRef":{"kind":"PersistentVolumeClaim","name":"a","namespace":"x"})").empty());
}

TEST_CASE("addresses of a slice whose type nobody knows are not looked at") {
    CHECK(complaints("discovery.k8s.io", "v1", "EndpointSlice", R"({"metadata":{"name":"a"},"addressType":"x","endpoints":[{"addresses":["a"]}]})").size() == 1);
    CHECK(complaints("discovery.k8s.io", "v1", "EndpointSlice", R"({"metadata":{"name":"a"},"addressType":"IPv6","endpoints":[{"addresses":["a"]}]})").size() == 1);
}
