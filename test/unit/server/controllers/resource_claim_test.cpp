// ResourceClaims of pods: made, shared, released.
#include "server/controllers/resource_claim.h"
#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;

namespace {

const Gvr kClaims{"resource.k8s.io", "v1", "resourceclaims"}, kTemplates{"resource.k8s.io", "v1", "resourceclaimtemplates"};

struct Claims : ControllerBench {
    Claims() { add(make_resource_claim_controller()); }
    void make_template(const std::string& name) {
        create(kTemplates, "default", R"({"metadata":{"name":")" + name + R"("},"spec":{"metadata":{"labels":{"l":"v"},"annotations":{"a":"b"}},
            "spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"gpu"}}]}}}})");
    }
    void make_pod(const std::string& name, const std::string& claims, const std::string& spec = "") {
        create(kPods, "default", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"("},"spec":{"resourceClaims":[)" + claims + "]" + spec + "}}");
    }
    json::Value pod(const std::string& name) { return client->tree(kPods, "default", name); }
    json::Value claim(const std::string& name) { return client->tree(kClaims, "default", name); }
    // As the scheduler writes it.
    void allocate(const std::string& name, const std::vector<std::string>& users) {
        client->change(kClaims, "default", name, [&](json::Value& tree) {
            tree.mut("metadata").set("finalizers", json::Value::array({"resource.kubernetes.io/delete-protection"}));
            tree.mut("status").mut("allocation").mut("devices").set("results", json::Value::array({}));
            auto list = json::Value::array();
            for (const auto& user : users)
                list.push_back(json::Value::object({{"resource", "pods"}, {"name", user}, {"uid", pod(user)["metadata"]["uid"]}}));
            tree.mut("status").set("reservedFor", std::move(list));
        });
    }
};

constexpr const char* kFromTemplate = R"({"name":"c","resourceClaimTemplateName":"t"})";
constexpr const char* kNamed = R"({"name":"c","resourceClaimName":"shared"})";

}  // namespace

TEST_CASE_METHOD(Claims, "a claim is made from a template, belongs to the pod, and the pod is told its name") {
    make_template("t");
    make_pod("p", kFromTemplate);
    settle();
    const auto name = pod("p")["status"]["resourceClaimStatuses"][0]["resourceClaimName"].as_string();
    CHECK(name.rfind("p-c-", 0) == 0);
    CHECK(pod("p")["status"]["resourceClaimStatuses"][0]["name"].as_string() == "c");
    CHECK(claim(name)["metadata"]["annotations"]["resource.kubernetes.io/pod-claim-name"].as_string() == "c");
    CHECK(claim(name)["metadata"]["annotations"]["a"].as_string() == "b");
    CHECK(claim(name)["metadata"]["labels"]["l"].as_string() == "v");
    CHECK(claim(name)["metadata"]["ownerReferences"][0]["uid"] == pod("p")["metadata"]["uid"]);
    CHECK(claim(name)["spec"]["devices"]["requests"][0]["name"].as_string() == "r");
    client->take_calls();
    settle();
    CHECK(client->take_calls().empty());
}

TEST_CASE_METHOD(Claims, "without its template the pod is told, and served when the template comes") {
    make_pod("p", kFromTemplate);
    settle();
    REQUIRE(!event_messages("FailedResourceClaimCreation").empty());
    CHECK(event_messages("FailedResourceClaimCreation")[0] ==
          "PodResourceClaim c: resource claim template \"t\": resourceclaimtemplate.resource.k8s.io \"t\" not found");
    make_template("t");
    advance(std::chrono::minutes(20));
    CHECK(pod("p")["status"]["resourceClaimStatuses"].size() == 1);
}

TEST_CASE_METHOD(Claims, "a crash after the claim was made does not make a second one") {
    make_template("t");
    bool failed = false;
    client->on_write = [&](const Call& call) -> Status {
        if (call.verb != "patch" || std::exchange(failed, true)) return {};
        return error(Reason::InternalError, "down");
    };
    make_pod("p", kFromTemplate);
    settle();
    advance(std::chrono::minutes(1));
    CHECK(client->trees(kClaims).size() == 1);
    CHECK(pod("p")["status"]["resourceClaimStatuses"].size() == 1);
}

TEST_CASE_METHOD(Claims, "a shared claim keeps its devices until its last user is done") {
    create(kClaims, "default", R"({"metadata":{"name":"shared"},"spec":{}})");
    make_pod("p", kNamed, R"(,"nodeName":"n")");
    make_pod("q", kNamed, R"(,"nodeName":"n")");
    allocate("shared", {"p", "q"});
    settle();
    CHECK(claim("shared")["status"]["reservedFor"].size() == 2);
    set_pod(pod("p"), "Succeeded", false);
    settle();
    CHECK(claim("shared")["status"]["reservedFor"].size() == 1);
    CHECK(claim("shared")["status"]["allocation"].is_object());
    client->erase(kPods, "default", "q");
    settle();
    CHECK(claim("shared")["status"]["reservedFor"].size() == 0);
    CHECK(claim("shared")["status"]["allocation"].is_null());
    CHECK(claim("shared")["metadata"]["finalizers"].size() == 0);
}

TEST_CASE_METHOD(Claims, "a claim that was made for a pod goes when the pod is done, one that is deleted waits for its user") {
    make_template("t");
    make_pod("p", kFromTemplate, R"(,"nodeName":"n")");
    settle();
    const auto name = pod("p")["status"]["resourceClaimStatuses"][0]["resourceClaimName"].as_string();
    allocate(name, {"p"});
    REQUIRE(client->remove(kClaims, "default", name).ok());
    settle();
    CHECK(!claim(name)["metadata"]["deletionTimestamp"].is_null());
    CHECK(claim(name)["status"]["allocation"].is_object());
    set_pod(pod("p"), "Failed", false);
    settle();
    CHECK(claim(name).is_null());
}

TEST_CASE_METHOD(Claims, "a pod that somebody put on its node gets its claim reserved once that is allocated") {
    create(kClaims, "default", R"({"metadata":{"name":"shared"},"spec":{}})");
    make_pod("p", kNamed, R"(,"nodeName":"n")");
    settle();
    CHECK(claim("shared")["status"]["reservedFor"].size() == 0);
    allocate("shared", {});
    settle();
    CHECK(claim("shared")["status"]["reservedFor"][0]["name"].as_string() == "p");
}

TEST_CASE_METHOD(Claims, "names of claims leave room for what makes them unique") {
    make_template("t");
    make_pod(std::string(60, 'p'), R"({"name":")" + std::string(50, 'c') + R"(","resourceClaimTemplateName":"t"})");
    settle();
    REQUIRE(client->trees(kClaims).size() == 1);
    CHECK(client->trees(kClaims)[0]["metadata"]["generateName"].as_string() == std::string(30, 'p') + "-" + std::string(25, 'c'));
}
