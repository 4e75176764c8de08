#include "api/protobuf.h"

#include <catch2/catch.hpp>

#include "api/decode.h"
#include "builtin.h"

using namespace skiff;
using namespace skiff::api;

namespace {

// What comes back after the wire, normalised as a request is.
std::string round_trip(std::string_view api_version, std::string_view kind, std::string_view text) {
    const auto& info = kind_of(api_version, kind);
    auto object = decode_json(info.gvk, *info.schema, text).value();
    drop_empty_lists(info, object);   // as before anything is stored: the wire has no [] apart from none
    std::string bytes = encode_protobuf_object(*info.schema, object);
    auto envelope = open_protobuf(bytes).value();
    CHECK(envelope.kind == kind);
    auto back = decode_tree(info.gvk, *info.schema, decode_protobuf(*info.schema, envelope.raw).value()).value();
    CHECK(json::write(back) == json::write(object));
    return json::write(back);
}

}  // namespace

TEST_CASE("a ConfigMap has the bytes that Kubernetes writes") {
    const auto& kind = kind_of("v1", "ConfigMap");
    auto object = tree(R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"k":"v"}})");
    std::string expected("k8s\0\x0a\x0f\x0a\x02v1\x12\x09"
                         "ConfigMap\x12\x0d\x0a\x03\x0a\x01"
                         "a\x12\x06\x0a\x01k\x12\x01v\x1a\x00\x22\x00",
                         4 + 2 + 15 + 2 + 13 + 4);
    CHECK(encode_protobuf_object(*kind.schema, object) == expected);
}

TEST_CASE("objects survive the wire") {
    round_trip("v1", "Pod", R"({"metadata":{"name":"a","creationTimestamp":"2024-01-01T00:00:00Z","labels":{"a":"b","c":"d"},
        "ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n","uid":"u","controller":false}],"finalizers":["x/y"]},
        "spec":{"terminationGracePeriodSeconds":0,"hostNetwork":true,"nodeSelector":{"x":"y"},
        "volumes":[{"name":"v","emptyDir":{"sizeLimit":"1Gi"}},{"name":"c","configMap":{"name":"m","defaultMode":420,"items":[{"key":"k","path":"p"}]}},
                   {"name":"p","projected":{"sources":[{"serviceAccountToken":{"path":"t","expirationSeconds":3600}}]}}],
        "containers":[{"name":"c","image":"i","args":["a","b"],"ports":[{"containerPort":80,"protocol":"TCP"}],
          "env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}],
          "resources":{"limits":{"cpu":"1500m","memory":"1Gi"}},
          "livenessProbe":{"httpGet":{"path":"/","port":"web"},"initialDelaySeconds":3},
          "readinessProbe":{"tcpSocket":{"port":8080}},"securityContext":{"runAsUser":-1,"privileged":false}}]},
        "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":"2024-01-01T00:00:00Z"}]}})");
    round_trip("v1", "Secret", R"({"metadata":{"name":"a"},"data":{"a":"AAEC/w==","b":""},"type":"Opaque"})");
    round_trip("apps/v1", "Deployment", R"({"spec":{"replicas":0,"selector":{"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]},
        "strategy":{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":1}},"template":{"spec":{"containers":[]}}}})");
    round_trip("coordination.k8s.io/v1", "Lease", R"({"spec":{"renewTime":"2024-01-01T00:00:00.123456Z","leaseDurationSeconds":40}})");
    round_trip("apps/v1", "ControllerRevision", R"({"data":{"a":[1,2,{"b":null}]},"revision":3})");
    round_trip("networking.k8s.io/v1", "Ingress", R"({"spec":{"rules":[{"host":"h","http":{"paths":[{"path":"/","pathType":"Prefix",
        "backend":{"service":{"name":"s","port":{"number":80}}}}]}}]}})");
    round_trip("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration",
               R"({"webhooks":[{"name":"a","clientConfig":{"url":"u"},"rules":[{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"]}],
               "sideEffects":"None","admissionReviewVersions":["v1"]}]})");
}

TEST_CASE("malformed bytes are refused") {
    CHECK(open_protobuf("not protobuf").status().message() ==
          "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
    CHECK(open_protobuf(std::string("k8s\0broken", 10)).status().message() == "unexpected EOF");
    const auto& kind = kind_of("v1", "ConfigMap");
    CHECK_FALSE(decode_protobuf(*kind.schema, "\x0a\x05x").ok());
    CHECK_FALSE(decode_protobuf(*kind.schema, std::string_view("\x08\x01", 2)).ok());
}
