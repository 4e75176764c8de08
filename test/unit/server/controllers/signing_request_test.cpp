#include "server/controllers/signing_request.h"

#include "base/encoding.h"
#include "pki/ca.h"
#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;

namespace {

json::Value usages(std::initializer_list<const char*> names) {
    auto list = json::Value::array();
    for (auto name : names) list.push_back(name);
    return list;
}

const pki::Names kNode{"system:node:n1", {"system:nodes"}, {}, {}};

}  // namespace

TEST_CASE("signers refuse what their rules do not allow") {
    CHECK(refuse_request("kubernetes.io/kube-apiserver-client", {"jane", {"dev"}, {}, {}}, usages({"client auth", "digital signature"})).empty());
    CHECK(!refuse_request("kubernetes.io/kube-apiserver-client", {"jane", {}, {}, {}}, usages({"server auth"})).empty());
    CHECK(refuse_request("kubernetes.io/kube-apiserver-client-kubelet", kNode, usages({"client auth", "key encipherment"})).empty());
    CHECK(!refuse_request("kubernetes.io/kube-apiserver-client-kubelet", {"jane", {"system:masters"}, {}, {}}, usages({"client auth"})).empty());
    CHECK(!refuse_request("kubernetes.io/kubelet-serving", kNode, usages({"server auth"})).empty());
    CHECK(refuse_request("kubernetes.io/kubelet-serving", {"system:node:n1", {"system:nodes"}, {"n1"}, {}}, usages({"server auth", "digital signature"})).empty());
    CHECK(is_kubelet_client(kNode, usages({"client auth"})));
    CHECK(!is_kubelet_client({"system:node:n1", {"system:nodes"}, {"n1"}, {}}, usages({"client auth"})));
}

TEST_CASE_METHOD(ControllerBench, "an approved request is signed by its signer's CA, a bad one fails") {
    auto ca = pki::CertificateAuthority::create("client-ca", clock.now());
    auto key = pki::PrivateKey::generate();
    REQUIRE(ca.ok());
    REQUIRE(key.ok());
    auto csr = pki::make_csr(*key, {"jane", {"dev"}, {}, {}});
    REQUIRE(csr.ok());
    add(make_csr_signer({{"kubernetes.io/kube-apiserver-client", ca->certificate_pem(), ca->key_pem()}}));
    auto make = [&](const char* name, const char* usage) {
        create(kSigningRequests, "", std::string(R"({"apiVersion":"certificates.k8s.io/v1","kind":"CertificateSigningRequest","metadata":{"name":")") + name +
                                         R"("},"spec":{"signerName":"kubernetes.io/kube-apiserver-client","expirationSeconds":3600,"usages":[")" + usage + R"("],"request":")" +
                                         base64_encode(*csr) + R"("}})");
    };
    make("good", "client auth");
    make("bad", "server auth");
    settle();
    CHECK(client->tree(kSigningRequests, "", "good")["status"]["certificate"].is_null());
    for (auto name : {"good", "bad"})
        client->change(kSigningRequests, "", name, [&](json::Value& request) { request.set("status", parse(R"({"conditions":[{"type":"Approved","status":"True"}]})")); });
    settle();
    auto pem = base64_decode(client->tree(kSigningRequests, "", "good")["status"]["certificate"].as_string());
    REQUIRE(pem);
    auto certificate = pki::parse_certificate(*pem);
    REQUIRE(certificate.ok());
    CHECK(certificate->names.common_name == "jane");
    CHECK(certificate->names.organizations == std::vector<std::string>{"dev"});
    CHECK(certificate->client_auth);
    CHECK(certificate->not_after_s - certificate->not_before_s == 3600 + 300);      // what was asked for, backdated by five minutes
    CHECK(condition_text(client->tree(kSigningRequests, "", "bad"), "Failed").rfind("True SignerValidationFailure", 0) == 0);
}
