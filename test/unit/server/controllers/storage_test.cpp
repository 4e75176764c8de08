// Volume binder, protection, ephemeral volumes, aggregation, cleaners.
#include "base/hash.h"
#include "server/controllers/ephemeral_volume.h"
#include "server/controllers/role_aggregation.h"
#include "server/controllers/token_cleaner.h"
#include "server/controllers/attachment_plan.h"
#include "server/controllers/volume_attach.h"
#include "server/controllers/volume_binder.h"
#include "server/controllers/volume_matching.h"
#include "server/controllers/volume_protection.h"
#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;
using namespace std::chrono_literals;

namespace {

struct Storage : ControllerBench {
    Storage() { add(make_volume_binder()); }
    void make_volume(const std::string& name, const std::string& size, const std::string& extra = "") {
        create(kVolumes, "", R"({"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":")" + name + R"("},"spec":{"capacity":{"storage":")" + size +
                                 R"("},"accessModes":["ReadWriteOnce"],"persistentVolumeReclaimPolicy":"Retain")" + extra + "}}");
    }
    void make_claim(const std::string& name, const std::string& size, const std::string& extra = "") {
        create(kVolumeClaims, "default", R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":")" + name +
                                             R"("},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":")" + size + R"("}})" + extra + "}}");
    }
    json::Value claim(const std::string& name) { return client->tree(kVolumeClaims, "default", name); }
    std::string phase(const std::string& volume) { return client->tree(kVolumes, "", volume)["status"]["phase"].as_string(); }
};

}  // namespace

TEST_CASE_METHOD(Storage, "a claim takes the smallest volume that is big enough") {
    make_volume("small", "1Gi");
    make_volume("big", "10Gi");
    make_volume("fit", "5Gi");
    settle();
    CHECK(phase("fit") == "Available");
    make_claim("c", "3Gi");
    settle();
    CHECK(claim("c")["spec"]["volumeName"].as_string() == "fit");
    CHECK(claim("c")["status"]["phase"].as_string() == "Bound");
    CHECK(claim("c")["status"]["capacity"]["storage"].as_string() == "5Gi");
    CHECK(phase("fit") == "Bound");
    CHECK(phase("big") == "Available");
    client->take_calls();
    settle();
    CHECK(client->take_calls().empty());
    client->erase(kVolumeClaims, "default", "c");
    settle();
    CHECK(phase("fit") == "Released");
    make_claim("d", "3Gi");
    settle();
    CHECK(claim("d")["spec"]["volumeName"].as_string() == "big");
}

TEST_CASE_METHOD(Storage, "a claim that is bound has the attributes' class of its volume, later another one may say so") {
    create(kVolumes, "", R"({"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"v"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],
        "volumeAttributesClassName":"gold"},"status":{"phase":"Available"}})");
    make_claim("c", "1Gi", R"(,"volumeAttributesClassName":"gold")");
    settle();
    CHECK(claim("c")["status"]["currentVolumeAttributesClassName"].as_string() == "gold");
    client->change(kVolumes, "", "v", [](json::Value& volume) { volume.mut("spec").set("volumeAttributesClassName", "silver"); });
    settle();
    CHECK(claim("c")["status"]["currentVolumeAttributesClassName"].as_string() == "gold");
}

TEST_CASE_METHOD(Storage, "a claim waits for a volume, and is lost when its volume goes") {
    make_claim("c", "1Gi");
    settle();
    CHECK(claim("c")["status"]["phase"].as_string() == "Pending");
    CHECK(event_messages("FailedBinding").size() == 1);
    make_volume("v", "1Gi");
    settle();
    CHECK(claim("c")["status"]["phase"].as_string() == "Bound");
    client->erase(kVolumes, "", "v");
    settle();
    CHECK(claim("c")["status"]["phase"].as_string() == "Lost");
    CHECK(claim("c")["status"]["capacity"].is_null());
}

TEST_CASE_METHOD(Storage, "named volumes, reservations, classes and selectors are respected") {
    make_volume("reserved", "1Gi", R"(,"claimRef":{"namespace":"default","name":"mine"})");
    make_volume("gold", "1Gi", R"(,"storageClassName":"gold")");
    make_claim("other", "1Gi");
    make_claim("mine", "1Gi");
    make_claim("golden", "1Gi", R"(,"storageClassName":"gold")");
    settle();
    CHECK(claim("other")["status"]["phase"].as_string() == "Pending");
    CHECK(claim("mine")["spec"]["volumeName"].as_string() == "reserved");
    CHECK(claim("golden")["spec"]["volumeName"].as_string() == "gold");
    make_volume("named", "1Gi");
    make_claim("asks", "1Gi", R"(,"volumeName":"named","selector":{"matchLabels":{"no":"match"}})");
    settle();
    CHECK((claim("asks")["status"]["phase"].as_string() == "Bound" || claim("other")["status"]["phase"].as_string() == "Bound"));
}

TEST_CASE_METHOD(Storage, "a class with a provisioner is asked, one that waits for the first consumer is not") {
    create(kStorageClasses, "", R"({"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"now"},"provisioner":"p/p","volumeBindingMode":"Immediate"})");
    create(kStorageClasses, "", R"({"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"later"},"provisioner":"p/p","volumeBindingMode":"WaitForFirstConsumer"})");
    make_claim("a", "1Gi", R"(,"storageClassName":"now")");
    make_claim("b", "1Gi", R"(,"storageClassName":"later")");
    settle();
    CHECK(claim("a")["metadata"]["annotations"]["volume.kubernetes.io/storage-provisioner"].as_string() == "p/p");
    CHECK(claim("b")["metadata"]["annotations"].is_null());
    CHECK(event_messages("WaitForFirstConsumer").size() == 1);
    client->change(kVolumeClaims, "default", "b", [](json::Value& c) { c.mut("metadata").mut("annotations").set(kSelectedNode, "n"); });
    settle();
    CHECK(claim("b")["metadata"]["annotations"]["volume.kubernetes.io/storage-provisioner"].as_string() == "p/p");
}

TEST_CASE_METHOD(ControllerBench, "a claim in use stays until its pod is gone, a bound volume until it is released") {
    add(make_claim_protection_controller());
    add(make_volume_protection_controller());
    create(kVolumeClaims, "default", R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"c"}})");
    create(kVolumes, "", R"({"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"v"},"status":{"phase":"Bound"}})");
    create(kPods, "default", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"nodeName":"n","volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"c"}}]}})");
    settle();
    CHECK(client->tree(kVolumeClaims, "default", "c")["metadata"]["finalizers"].size() == 1);
    REQUIRE(client->remove(kVolumeClaims, "default", "c").ok());
    REQUIRE(client->remove(kVolumes, "", "v").ok());
    settle();
    CHECK(!client->tree(kVolumeClaims, "default", "c").is_null());
    CHECK(!client->tree(kVolumes, "", "v").is_null());
    client->erase(kPods, "default", "p");
    client->change(kVolumes, "", "v", [](json::Value& v) { v.mut("status").set("phase", "Released"); });
    settle();
    CHECK(client->tree(kVolumeClaims, "default", "c").is_null());
    CHECK(client->tree(kVolumes, "", "v").is_null());
}

TEST_CASE_METHOD(ControllerBench, "a pod's ephemeral volume gets a claim that the pod owns") {
    add(make_ephemeral_volume_controller());
    create(kPods, "default", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"volumes":[{"name":"d","ephemeral":{"volumeClaimTemplate":{
        "metadata":{"labels":{"l":"v"}},"spec":{"resources":{"requests":{"storage":"1Gi"}}}}}}]}})");
    settle();
    auto claim = client->tree(kVolumeClaims, "default", "p-d");
    CHECK(claim["metadata"]["ownerReferences"][0]["kind"].as_string() == "Pod");
    CHECK(claim["metadata"]["labels"]["l"].as_string() == "v");
    CHECK(claim["spec"]["resources"]["requests"]["storage"].as_string() == "1Gi");
}

TEST_CASE_METHOD(ControllerBench, "an aggregated role is the union of what it selects") {
    add(make_role_aggregation_controller());
    create(kClusterRoles, "", R"({"metadata":{"name":"all"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"to":"all"}}]},"rules":[]})");
    create(kClusterRoles, "", R"({"metadata":{"name":"a","labels":{"to":"all"}},"rules":[{"verbs":["get"],"resources":["pods"]}]})");
    create(kClusterRoles, "", R"({"metadata":{"name":"b","labels":{"to":"all"}},"rules":[{"verbs":["get"],"resources":["pods"]},{"verbs":["list"],"resources":["nodes"]}]})");
    settle();
    CHECK(client->tree(kClusterRoles, "", "all")["rules"].size() == 2);
    client->erase(kClusterRoles, "", "b");
    settle();
    CHECK(client->tree(kClusterRoles, "", "all")["rules"].size() == 1);
}

TEST_CASE_METHOD(ControllerBench, "expired bootstrap tokens and old signing requests are removed") {
    add(make_token_cleaner());
    add(make_csr_cleaner());
    // 2023-11-14T22:14:20Z, a minute after the fake clock's start.
    create(kSecrets, "kube-system", R"({"metadata":{"name":"t"},"type":"bootstrap.kubernetes.io/token","data":{"expiration":"MjAyMy0xMS0xNFQyMjoxNDoyMFo="}})");
    create(kSigningRequests, "", R"({"metadata":{"name":"pending"}})");
    create(kSigningRequests, "", R"({"metadata":{"name":"signed"},"status":{"certificate":"eA=="}})");
    settle();
    CHECK(!client->tree(kSecrets, "kube-system", "t").is_null());
    advance(61s);
    CHECK(client->tree(kSecrets, "kube-system", "t").is_null());
    advance(1h);
    CHECK(client->tree(kSigningRequests, "", "signed").is_null());
    CHECK(!client->tree(kSigningRequests, "", "pending").is_null());
    advance(23h);
    CHECK(client->tree(kSigningRequests, "", "pending").is_null());
}

namespace {

const api::Gvr kAttachments{"storage.k8s.io", "v1", "volumeattachments"}, kDrivers{"storage.k8s.io", "v1", "csidrivers"};

struct Attaching : ControllerBench {
    Attaching() {
        add(make_volume_attach_controller());
        create(kVolumes, "", R"({"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"pv"},"spec":{"accessModes":["ReadWriteOnce"],
            "csi":{"driver":"disk.example.com","volumeHandle":"h1"},"claimRef":{"namespace":"default","name":"c"}}})");
        create(kVolumeClaims, "default", R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"c"},"spec":{"volumeName":"pv"}})");
        for (auto node : {"n1", "n2"})
            create(kNodes, "", std::string(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":")") + node + R"("},"status":{"conditions":[{"type":"Ready","status":"True"}]}})");
    }
    void run_pod(const std::string& name, const std::string& node) {
        create(kPods, "default", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"("},"spec":{"nodeName":")" + node +
                                     R"(","volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"c"}}]}})");
    }
    std::string attached_nodes() {
        std::string text;
        for (const auto& attachment : client->trees(kAttachments)) text += attachment["spec"]["nodeName"].as_string() + " ";
        return text;
    }
    json::Value node(const char* name) { return client->tree(kNodes, "", name); }
    void attached() {      // what the driver's attacher does
        for (const auto& attachment : client->trees(kAttachments))
            client->change(kAttachments, "", attachment["metadata"]["name"].as_string(), [](json::Value& tree) { tree.mut("status").set("attached", true); });
        settle();
    }
    void in_use(const char* name, const char* volumes) {
        client->change(kNodes, "", name, [&](json::Value& tree) { tree.mut("status").set("volumesInUse", parse(volumes)); });
        settle();
    }
};

}  // namespace

TEST_CASE_METHOD(Attaching, "a CSI volume is attached for its pod and detached when the node lets go") {
    settle();
    CHECK(attached_nodes().empty());
    run_pod("p", "n1");
    settle();
    REQUIRE(attached_nodes() == "n1 ");
    auto attachment = client->trees(kAttachments)[0];
    CHECK(attachment["metadata"]["name"].as_string() == "csi-" + sha256_hex("h1disk.example.comn1"));
    CHECK(attachment["spec"]["attacher"].as_string() == "disk.example.com");
    CHECK(attachment["spec"]["source"]["persistentVolumeName"].as_string() == "pv");
    attached();
    CHECK(node("n1")["status"]["volumesAttached"][0]["name"].as_string() == "kubernetes.io/csi/disk.example.com^h1");
    CHECK(event_messages("SuccessfulAttachVolume") == std::vector<std::string>{"AttachVolume.Attach succeeded for volume \"pv\" "});
    in_use("n1", R"(["kubernetes.io/csi/disk.example.com^h1"])");
    // Another node has to wait.
    run_pod("q", "n2");
    settle();
    CHECK(attached_nodes() == "n1 ");
    CHECK(event_messages("FailedAttachVolume").size() == 1);
    client->erase(kPods, "default", "p");
    settle();
    CHECK(attached_nodes() == "n1 ");
    in_use("n1", "[]");
    CHECK(attached_nodes() == "n2 ");
    CHECK(node("n1")["status"]["volumesAttached"].size() == 0);
    client->take_calls();
    settle();
    CHECK(client->take_calls().empty());
}

TEST_CASE_METHOD(Attaching, "a dead node's volume is taken after six minutes, at once when it is out of service; some drivers need no attaching") {
    run_pod("p", "n1");
    settle();
    attached();
    in_use("n1", R"(["kubernetes.io/csi/disk.example.com^h1"])");
    client->change(kNodes, "", "n1", [&](json::Value& tree) {
        tree.mut("status").set("conditions", parse(R"([{"type":"Ready","status":"Unknown","lastTransitionTime":")" + reconcile::format_time(clock.now()) + R"("}])"));
    });
    client->erase(kPods, "default", "p");
    settle();
    CHECK(attached_nodes() == "n1 ");
    SECTION("after six minutes") { advance(6min + 1s); }
    SECTION("out of service") {
        client->change(kNodes, "", "n1", [&](json::Value& tree) { tree.mut("spec").set("taints", parse(R"([{"key":"node.kubernetes.io/out-of-service","effect":"NoExecute"}])")); });
        settle();
    }
    CHECK(attached_nodes().empty());
    create(kDrivers, "", R"({"apiVersion":"storage.k8s.io/v1","kind":"CSIDriver","metadata":{"name":"disk.example.com"},"spec":{"attachRequired":false}})");
    run_pod("q", "n2");
    settle();
    CHECK(attached_nodes().empty());
}

TEST_CASE("a volume of many nodes is attached to each") {
    auto volume = *json::parse(R"({"metadata":{"name":"pv"},"spec":{"accessModes":["ReadWriteMany"]}})");
    CHECK(plan_attachments(volume, {"a", "b"}, {{"a", false, true, false}}).attach == std::vector<std::string>{"b"});
    CHECK(plan_attachments(volume, {}, {{"a", false, true, false}, {"b", true, false, false}, {"c", false, false, false}}).detach == std::vector<std::string>{"c"});
    volume.mut("spec").set("accessModes", json::Value::array({"ReadWriteOnce"}));
    auto plan = plan_attachments(volume, {"a", "b"}, {});
    CHECK(plan.attach == std::vector<std::string>{"a"});
    CHECK(plan.refused == std::vector<std::string>{"b"});
}
