#include <catch2/catch.hpp>

#include "../fake_reader.h"
#include "json/parse.h"
#include "server/apiserver/admission/plugins.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

struct Fixture {
    Fixture() : plugin(make_node_restriction(reader)), kinds(api::KindRegistry::builtin()) {
        reader.put({"", "v1", "nodes"}, R"({"metadata":{"name":"n1","uid":"node-uid"}})");
        reader.put({"", "v1", "pods"}, R"({"metadata":{"name":"mine","namespace":"ns","uid":"u1"},"spec":{"nodeName":"n1","volumes":[{"name":"t","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}}]}})");
        reader.put({"", "v1", "pods"}, R"({"metadata":{"name":"theirs","namespace":"ns","uid":"u2"},"spec":{"nodeName":"n2"}})");
    }
    std::string said(const char* resource, const char* name, const char* subresource, const std::string& body) {
        User node{.name = "system:node:n1", .groups = {"system:nodes"}};
        AdmissionRequest request{Operation::Create, *kinds->find(api::Gvr{"", "v1", resource}), "ns", name, subresource, node};
        json::Value object = json::parse(body).value_or(json::Value());
        request.object = &object;
        Status status = plugin->mutate(request);
        return status.ok() ? "" : status.message();
    }
    std::string token(const std::string& ref) { return said("serviceaccounts", "default", "token", R"({"spec":{"boundObjectRef":)" + ref + "}}"); }
    std::string mirror(const std::string& owners, const std::string& spec) {
        return said("pods", "m", "", R"({"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"},"ownerReferences":)" + owners + R"(},"spec":{"nodeName":"n1")" + spec + "}}");
    }
    FakeReader reader;
    std::unique_ptr<AdmissionPlugin> plugin;
    std::shared_ptr<const api::KindRegistry> kinds;
};

}  // namespace

TEST_CASE("a node gets tokens only for pods that run on it") {
    Fixture f;
    CHECK(f.token("null") == "serviceaccounts \"default\" is forbidden: node requested token not bound to a pod");
    CHECK(f.token(R"({"apiVersion":"v1","kind":"Secret","name":"s","uid":"u"})") == "serviceaccounts \"default\" is forbidden: node requested token not bound to a pod");
    CHECK(f.token(R"({"apiVersion":"v1","kind":"Pod","name":"mine"})") == "serviceaccounts \"default\" is forbidden: node requested token with a pod binding without a uid");
    CHECK(f.token(R"({"apiVersion":"v1","kind":"Pod","name":"theirs","uid":"u2"})") == "serviceaccounts \"default\" is forbidden: node requested token bound to a pod scheduled on a different node");
    CHECK(f.token(R"({"apiVersion":"v1","kind":"Pod","name":"mine","uid":"u1"})").empty());
    CHECK(f.token(R"({"apiVersion":"v1","kind":"Pod","name":"mine","uid":"u1"},"audiences":["vault"])").find("audience \"vault\" not found in pod spec volume") != std::string::npos);
}

TEST_CASE("a node makes only mirror pods that it owns and that need nothing of the API") {
    Fixture f;
    const std::string own = R"([{"apiVersion":"v1","kind":"Node","name":"n1","uid":"node-uid","controller":true}])";
    CHECK(f.mirror(own, "").empty());
    CHECK(f.mirror("[]", "") == "pods \"m\" is forbidden: node \"n1\" can only create pods with an owner reference set to itself");
    CHECK(f.mirror(R"([{"apiVersion":"v1","kind":"Node","name":"n1","uid":"old","controller":true}])", "") == "pods \"m\" is forbidden: node n1 UID mismatch: expected old got node-uid");
    CHECK(f.mirror(own, R"(,"volumes":[{"name":"v","configMap":{"name":"c"}}])") == "pods \"m\" is forbidden: node \"n1\" can not create pods that reference configmaps");
    CHECK(f.mirror(own, R"(,"volumes":[{"name":"v","hostPath":{"path":"/x"}}])").empty());
}
