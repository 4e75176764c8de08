#include "embedded/local_storage/provisioner.h"
#include "embedded/local_storage/volume_plan.h"
#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::local_storage;
using namespace skiff::test;

namespace {

const api::Gvr kClaims{"", "v1", "persistentvolumeclaims"}, kVolumes{"", "v1", "persistentvolumes"}, kClasses{"storage.k8s.io", "v1", "storageclasses"},
    kNodes{"", "v1", "nodes"};

struct Storage : ControllerBench {
    std::vector<std::string> made, removed;
    bool node_answers = true;
    Storage() {
        add(make_local_path_provisioner({[this](const std::string& node, const std::string& volume) -> Result<std::string> {
                                             if (!node_answers) return error(Reason::ServiceUnavailable, "node n1: no answer");
                                             made.push_back(node + ":" + volume);
                                             return "/data/storage/" + volume;
                                         },
                                         [this](const std::string& node, const std::string& volume) -> Status {
                                             removed.push_back(node + ":" + volume);
                                             return {};
                                         }}));
        REQUIRE(client->create(kClasses, "", storage_class()).ok());
        create(kNodes, "", R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n1","labels":{"kubernetes.io/hostname":"host-1"}}})");
    }
    void make_claim(const std::string& annotations, const std::string& mode = "ReadWriteOnce") {
        create(kClaims, "default", R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"c","annotations":{)" + annotations +
                                       R"(}},"spec":{"storageClassName":"local-path","accessModes":[")" + mode + R"("],"resources":{"requests":{"storage":"1Gi"}}}})");
    }
};

const char* kOnN1 = R"("volume.kubernetes.io/selected-node":"n1")";

}  // namespace

TEST_CASE_METHOD(Storage, "a claim gets no volume before its pod has a node") {
    make_claim("");
    settle();
    CHECK(client->trees(kVolumes).empty());
    client->change(kClaims, "default", "c", [](json::Value& tree) { tree.mut("metadata").mut("annotations").set("volume.kubernetes.io/selected-node", "n1"); });
    settle();
    REQUIRE(client->trees(kVolumes).size() == 1);
    auto volume = client->trees(kVolumes)[0];
    CHECK(volume["spec"]["claimRef"]["name"].as_string() == "c");
    CHECK(volume["spec"]["hostPath"]["path"].as_string() == "/data/storage/" + volume["metadata"]["name"].as_string());
    CHECK(volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"][0]["matchExpressions"][0]["values"][0].as_string() == "host-1");
    CHECK(made.size() == 1);
}

TEST_CASE_METHOD(Storage, "a released volume goes with its directory") {
    make_claim(kOnN1);
    settle();
    auto name = client->trees(kVolumes).at(0)["metadata"]["name"].as_string();
    client->change(kVolumes, "", name, [](json::Value& tree) { tree.mut("status").set("phase", "Released"); });
    settle();
    CHECK(removed == std::vector<std::string>{"n1:" + name});
    CHECK(client->trees(kVolumes).empty());
}

TEST_CASE_METHOD(Storage, "a node that does not answer is asked again") {
    node_answers = false;
    make_claim(kOnN1);
    settle();
    CHECK(client->trees(kVolumes).empty());
    node_answers = true;
    advance(std::chrono::seconds(10));
    CHECK(client->trees(kVolumes).size() == 1);
}

TEST_CASE_METHOD(Storage, "what a directory cannot be is refused with an event") {
    make_claim(kOnN1, "ReadWriteMany");
    settle();
    CHECK(client->trees(kVolumes).empty());
    REQUIRE(event_messages("ProvisioningFailed").size() == 1);
    CHECK(event_messages("ProvisioningFailed")[0] == "failed to provision volume with StorageClass \"local-path\": only support ReadWriteOnce access mode");
}

TEST_CASE_METHOD(Storage, "a bound claim that asks for more gets it") {
    make_claim(kOnN1);
    settle();
    auto name = client->trees(kVolumes).at(0)["metadata"]["name"].as_string();
    client->change(kClaims, "default", "c", [&](json::Value& tree) {
        tree.mut("spec").set("volumeName", name);
        tree.set("status", parse(R"({"phase":"Bound","capacity":{"storage":"1Gi"},"conditions":[{"type":"Resizing","status":"True"}]})"));
    });
    settle();
    CHECK(client->trees(kVolumes)[0]["spec"]["capacity"]["storage"].as_string() == "1Gi");
    client->change(kClaims, "default", "c", [](json::Value& tree) { tree.mut("spec").mut("resources").mut("requests").set("storage", "2Gi"); });
    settle();
    CHECK(client->trees(kVolumes)[0]["spec"]["capacity"]["storage"].as_string() == "2Gi");
    auto claim = client->tree(kClaims, "default", "c");
    CHECK(claim["status"]["capacity"]["storage"].as_string() == "2Gi");
    CHECK(claim["status"]["allocatedResources"]["storage"].as_string() == "2Gi");
    CHECK(claim["status"]["conditions"].is_null());
    CHECK(event_messages("VolumeResizeSuccessful").size() == 1);
}
