#include <catch2/catch.hpp>

#include "api/kind.h"
#include "json/write.h"
#include "net/http.h"
#include "server/apiserver/admission/request_document.h"
#include "server/apiserver/registry/operations.h"

using namespace skiff;
using namespace skiff::apiserver;

TEST_CASE("a webhook and a policy see the kind of a subresource's body and the client's options") {
    auto kinds = api::KindRegistry::builtin();
    const api::KindInfo& deployments = *kinds->find(api::Gvr{"apps", "v1", "deployments"});
    User user{.name = "ada", .groups = {"team"}};
    AdmissionRequest scale{Operation::Update, deployments, "shop", "d", "scale", user};
    api::KindInfo body;
    body.gvk = {"autoscaling", "v1", "Scale"};
    scale.body = &body;
    net::Request http;
    http.query = *net::Query::parse("fieldManager=kubectl&fieldValidation=Strict");
    RequestContext context;
    context.http = &http;
    scale.context = &context;
    scale.dry_run = true;
    CHECK(json::write(request_document(scale, deployments, "u")) ==
          R"({"uid":"u","kind":{"group":"autoscaling","version":"v1","kind":"Scale"},"resource":{"group":"apps","version":"v1","resource":"deployments"},)"
          R"("requestKind":{"group":"autoscaling","version":"v1","kind":"Scale"},"requestResource":{"group":"apps","version":"v1","resource":"deployments"},)"
          R"("subResource":"scale","requestSubResource":"scale","name":"d","namespace":"shop","operation":"UPDATE","userInfo":{"username":"ada","groups":["team"]},)"
          R"("dryRun":true,"options":{"kind":"UpdateOptions","apiVersion":"meta.k8s.io/v1","dryRun":["All"],"fieldManager":"kubectl","fieldValidation":"Strict"}})");
}

TEST_CASE("a deletion shows its options, a namespace is in itself, and a connection has no options") {
    auto kinds = api::KindRegistry::builtin();
    const api::KindInfo& namespaces = *kinds->find(api::Gvr{"", "v1", "namespaces"});
    User user{.name = "ada"};
    AdmissionRequest request{Operation::Delete, namespaces, "", "shop", "", user};
    DeleteOptions deletion{.grace_period_s = 5, .propagation = "Orphan", .uid = "x"};
    request.deletion = &deletion;
    json::Value document = request_document(request, namespaces, "");
    CHECK(document["namespace"].as_string() == "shop");
    CHECK(json::write(document["options"]) == R"({"kind":"DeleteOptions","apiVersion":"meta.k8s.io/v1","gracePeriodSeconds":5,"preconditions":{"uid":"x"},"propagationPolicy":"Orphan"})");
    request.operation = Operation::Connect;
    CHECK(request_document(request, namespaces, "")["options"].is_null());
}
