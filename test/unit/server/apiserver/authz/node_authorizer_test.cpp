#include "server/apiserver/authz/node_authorizer.h"

#include <catch2/catch.hpp>

#include "../fake_reader.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

const api::Gvr kPods{"", "v1", "pods"}, kVolumes{"", "v1", "persistentvolumes"}, kClaims{"", "v1", "persistentvolumeclaims"},
    kAttachments{"storage.k8s.io", "v1", "volumeattachments"};

const char* kPod = R"({"metadata":{"name":"p","namespace":"ns","uid":"u1"},"spec":{"nodeName":"n1","serviceAccountName":"sa",
  "imagePullSecrets":[{"name":"pull"}],
  "volumes":[{"name":"v","secret":{"secretName":"s1"}},{"name":"c","persistentVolumeClaim":{"claimName":"claim"}},
    {"name":"p","projected":{"sources":[{"configMap":{"name":"cm1"}}]}}],
  "initContainers":[{"env":[{"valueFrom":{"secretKeyRef":{"name":"s2"}}}]}],
  "containers":[{"envFrom":[{"configMapRef":{"name":"cm2"}}]}]}})";

struct Fixture {
    Fixture() : authorizer(reader) {
        reader.put(kPods, kPod);
        reader.put(kPods, R"({"metadata":{"name":"mirror","namespace":"ns","uid":"u2","annotations":{"kubernetes.io/config.mirror":"x"}},
            "spec":{"nodeName":"n1","volumes":[{"secret":{"secretName":"stolen"}}]}})");
        reader.put(kClaims, R"({"metadata":{"name":"claim","namespace":"ns"},"spec":{"volumeName":"pv"}})");
        reader.put(kVolumes, R"({"metadata":{"name":"pv"},"spec":{"claimRef":{"namespace":"ns","name":"claim"},
            "csi":{"nodePublishSecretRef":{"name":"csi","namespace":"storage"}}}})");
        reader.put(kVolumes, R"({"metadata":{"name":"pv2"},"spec":{"claimRef":{"namespace":"ns","name":"claim"}}})");
        reader.put(kAttachments, R"({"metadata":{"name":"va"},"spec":{"nodeName":"n1"}})");
    }
    Verdict ask(const std::string& node, const std::string& verb, const std::string& resource, const std::string& ns, const std::string& name,
                const std::string& group = "", const std::string& field_selector = "") {
        Attributes a;
        a.user.name = "system:node:" + node;
        a.user.groups = {"system:nodes", "system:authenticated"};
        a.resource_request = true;
        a.verb = verb;
        a.group = group;
        size_t slash = resource.find('/');
        a.resource = resource.substr(0, slash);
        if (slash != std::string::npos) a.subresource = resource.substr(slash + 1);
        a.ns = ns;
        a.name = name;
        a.field_selector = field_selector;
        return authorizer.authorize(a);
    }
    template <typename... Args>
    bool may(Args... args) {
        return ask(args...).kind == Verdict::Kind::Allow;
    }
    FakeReader reader;
    NodeAuthorizer authorizer;
};

}  // namespace

TEST_CASE("a node reads what its pods refer to, and nothing else") {
    Fixture f;
    for (const char* name : {"s1", "s2", "pull"}) {
        CHECK(f.may("n1", "get", "secrets", "ns", name));
        CHECK(f.may("n1", "watch", "secrets", "ns", name));
        CHECK(!f.may("n2", "get", "secrets", "ns", name));
    }
    CHECK(f.may("n1", "list", "secrets", "ns", "", "", "metadata.name=s1"));
    CHECK(!f.may("n1", "list", "secrets", "ns", ""));
    CHECK(!f.may("n1", "update", "secrets", "ns", "s1"));
    CHECK(!f.may("n1", "get", "secrets", "other", "s1"));
    CHECK(f.ask("n2", "get", "secrets", "ns", "s1").reason == "no relationship found between node 'n2' and this object");
    CHECK(!f.may("n1", "get", "secrets", "ns", "stolen"));
    CHECK(f.may("n1", "get", "configmaps", "ns", "cm1"));
    CHECK(f.may("n1", "get", "configmaps", "ns", "cm2"));
    CHECK(f.may("n1", "get", "persistentvolumeclaims", "ns", "claim"));
    CHECK(f.may("n1", "get", "persistentvolumes", "", "pv"));
    CHECK(!f.may("n1", "get", "persistentvolumes", "", "pv2"));
    CHECK(f.may("n1", "get", "secrets", "storage", "csi"));
    CHECK(!f.may("n2", "get", "secrets", "storage", "csi"));
    CHECK(f.may("n1", "create", "serviceaccounts/token", "ns", "sa"));
    CHECK(!f.may("n1", "create", "serviceaccounts/token", "ns", "default"));
    CHECK(f.may("n1", "get", "volumeattachments", "", "va", "storage.k8s.io"));
    CHECK(!f.may("n2", "get", "volumeattachments", "", "va", "storage.k8s.io"));
}

TEST_CASE("what a node may read follows its pods at once") {
    Fixture f;
    CHECK(f.may("n1", "get", "secrets", "ns", "s1"));
    f.reader.put(kPods, R"({"metadata":{"name":"p","namespace":"ns","uid":"u1"},"spec":{"nodeName":"n2","volumes":[{"secret":{"secretName":"s1"}}]}})");
    CHECK(!f.may("n1", "get", "secrets", "ns", "s1"));
    CHECK(f.may("n2", "get", "secrets", "ns", "s1"));
    f.reader.remove(kPods, "ns/p");
    CHECK(!f.may("n2", "get", "secrets", "ns", "s1"));
}

TEST_CASE("a node minds its own node, lease and pods") {
    Fixture f;
    CHECK(f.may("n1", "get", "nodes", "", "n1"));
    CHECK(!f.may("n1", "get", "nodes", "", "n2"));
    CHECK(!f.may("n1", "list", "nodes", "", ""));
    CHECK(f.may("n1", "watch", "nodes", "", "", "", "metadata.name=n1"));
    CHECK(f.may("n1", "create", "nodes", "", ""));
    CHECK(f.may("n1", "patch", "nodes/status", "", "n1"));
    CHECK(!f.may("n1", "delete", "nodes", "", "n1"));
    CHECK(f.may("n1", "update", "leases", "kube-node-lease", "n1", "coordination.k8s.io"));
    CHECK(f.may("n1", "create", "leases", "kube-node-lease", "", "coordination.k8s.io"));
    CHECK(!f.may("n1", "update", "leases", "kube-node-lease", "n2", "coordination.k8s.io"));
    CHECK(!f.may("n1", "update", "leases", "kube-system", "n1", "coordination.k8s.io"));
    CHECK(f.may("n1", "get", "csinodes", "", "n1", "storage.k8s.io"));
    CHECK(f.may("n1", "watch", "pods", "", "", "", "spec.nodeName=n1"));
    CHECK(!f.may("n1", "list", "pods", "", "", "", "spec.nodeName=n2"));
    CHECK(!f.may("n1", "list", "pods", "", ""));
    CHECK(f.may("n1", "get", "pods", "ns", "p"));
    CHECK(!f.may("n2", "get", "pods", "ns", "p"));
    CHECK(f.may("n1", "patch", "pods/status", "ns", "p"));
    CHECK(f.may("n1", "create", "events", "ns", ""));
    CHECK(f.may("n1", "list", "services", "", ""));
    CHECK(!f.may("n1", "create", "services", "ns", ""));
}

TEST_CASE("others get no opinion") {
    Fixture f;
    Attributes a;
    a.user.name = "system:node:n1";   // without the group
    a.resource_request = true;
    a.verb = "get";
    a.resource = "nodes";
    a.name = "n1";
    CHECK(f.authorizer.authorize(a).kind == Verdict::Kind::NoOpinion);
    CHECK(f.authorizer.authorize(a).reason.empty());
}
