// All controllers with their own identities over the real API server (in-memory store, RBAC of the bootstrap policy), on real threads.
#include <catch2/catch.hpp>

#include "json/parse.h"
#include "server/apiserver/api_server.h"
#include "server/apiserver/authz/bootstrap_policy.h"
#include "server/apiserver/authz/rbac.h"
#include "server/controllers/controllers.h"
#include "server/controllers/resources.h"

using namespace skiff;
using namespace skiff::controllers;

namespace {

constexpr auto kPatience = std::chrono::seconds(20);

apiserver::User user(std::string name, std::vector<std::string> groups) {
    groups.emplace_back(apiserver::kAuthenticated);
    return {std::move(name), "", std::move(groups), {}};
}

struct Cluster {
    std::unique_ptr<store::Store> store = store::open_memory();
    std::shared_ptr<const api::KindRegistry> kinds = api::KindRegistry::builtin();
    std::unique_ptr<apiserver::ApiServer> server;
    std::unique_ptr<reconcile::Runtime> runtime;
    std::shared_ptr<client::Client> client;

    Cluster() {
        apiserver::ApiServerOptions options;
        options.store = store.get();
        options.kinds = kinds;
        options.write_threads = 2;
        options.bootstrap_objects = apiserver::bootstrap_policy_objects();
        auto made = apiserver::ApiServer::create(std::move(options));
        if (!made.ok()) FAIL(made.status().message());
        server = std::move(*made);
        server->set_authorizer(std::make_shared<apiserver::Rbac>(server->reader()));
        auto started = server->start();
        if (!started.ok()) FAIL(started.message());
        client = server->local_client(user("admin", {std::string(apiserver::kMasters)}), apiserver::ApiServer::Authorize::No);
        reconcile::Runtime::Options runtime_options;
        runtime_options.workers = 2;
        runtime_options.informer_client = server->local_client(user("system:kube-controller-manager", {}));
        runtime_options.client_for = [this](const std::string& name) {
            return server->local_client(user("system:serviceaccount:kube-system:" + name, {"system:serviceaccounts", "system:serviceaccounts:kube-system"}));
        };
        runtime = reconcile::Runtime::create(std::move(runtime_options));
        Options controller_options;
        controller_options.server_ca_pem = "PEM";
        controller_options.kinds = kinds;
        add_all(*runtime, controller_options);
        runtime->start();
    }
    ~Cluster() {
        runtime->stop();
        server->stop();
    }
    void create(const Gvr& gvr, const std::string& ns, const std::string& text) {
        auto made = client->create(gvr, ns, *json::parse(text));
        if (!made.ok()) FAIL(made.status().message());
    }
    // Waits for something to become true of a resource; looks after each change of it.
    bool eventually(const Gvr& gvr, const std::function<bool(reconcile::Informer&)>& holds) {
        auto informer = runtime->informers().informer(gvr);
        runtime->informers().start();
        return informer->wait_for([&] { return holds(*informer); }, kPatience);
    }
    bool count(const Gvr& gvr, const std::string& ns, size_t wanted) {
        return eventually(gvr, [&](reconcile::Informer& informer) { return informer.list(ns).size() == wanted; });
    }
    // What the kubelet does to a pod that is deleted.
    void finish_deleted_pods(const std::string& ns) {
        client::ListOptions options;
        options.ns = ns;
        auto pods = client->list(kPods, options);
        for (const auto& pod : pods->items)
            if (pod->meta().deleting()) {
                client::DeleteOptions now;
                now.grace_period_s = 0;
                (void)client->remove(kPods, ns, pod->meta().name, now);
            }
    }
};

constexpr const char* kDeployment = R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":3,
    "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"i:1","ports":[{"name":"http","containerPort":80}]}]}}}})";

}  // namespace

TEST_CASE_METHOD(Cluster, "controllers work with exactly the rights of their roles") {
    create(kNamespaces, "", R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}})");
    CHECK(eventually(kServiceAccounts, [](reconcile::Informer& accounts) { return accounts.get("shop", "default") != nullptr; }));
    CHECK(eventually(kConfigMaps, [](reconcile::Informer& maps) { return maps.get("shop", "kube-root-ca.crt") != nullptr; }));

    create(kDeployments, "shop", kDeployment);
    create(kServices, "shop", R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80,"targetPort":"http"}]}})");
    create(kJobs, "shop", R"({"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"job"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}})");
    create(kStatefulSets, "shop", R"({"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"db"},"spec":{"serviceName":"db","selector":{"matchLabels":{"app":"db"}},
        "template":{"metadata":{"labels":{"app":"db"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})");
    create(kNodes, "", R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"}})");
    create(kDaemonSets, "shop", R"({"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"ds"},"spec":{"selector":{"matchLabels":{"app":"ds"}},
        "template":{"metadata":{"labels":{"app":"ds"}},"spec":{"tolerations":[{"operator":"Exists"}],"containers":[{"name":"c","image":"i"}]}}}})");
    CHECK(count(kPods, "shop", 3 + 1 + 1 + 1));
    CHECK(eventually(kEndpointSlices, [](reconcile::Informer& slices) { return slices.list("shop").size() == 1; }));
    CHECK(eventually(kEndpoints, [](reconcile::Informer& endpoints) { return endpoints.get("shop", "web") != nullptr; }));
    CHECK(eventually(kNodes, [](reconcile::Informer& nodes) { return (*nodes.get("", "n1")->tree())["spec"]["podCIDR"].as_string() == "10.42.0.0/24"; }));
    CHECK(eventually(kDeployments, [](reconcile::Informer& all) { return (*all.get("shop", "web")->tree())["status"]["replicas"].as_int() == 3; }));
    CHECK(eventually(kJobs, [](reconcile::Informer& all) { return (*all.get("shop", "job")->tree())["status"]["active"].as_int() == 1; }));
    CHECK(eventually(kDaemonSets, [](reconcile::Informer& all) { return (*all.get("shop", "ds")->tree())["status"]["desiredNumberScheduled"].as_int() == 1; }));

    // A scaled Deployment follows, a deleted one takes everything along.
    REQUIRE(client->patch(kDeployments, "shop", "web", client::PatchType::Merge, *json::parse(R"({"spec":{"replicas":5}})")).ok());
    CHECK(count(kPods, "shop", 5 + 3));
    REQUIRE(client->remove(kDeployments, "shop", "web").ok());
    CHECK(count(kReplicaSets, "shop", 0));

    REQUIRE(client->remove(kNamespaces, "", "shop").ok());
    CHECK(eventually(kPods, [&](reconcile::Informer& pods) {
        finish_deleted_pods("shop");
        return pods.list("shop").empty();
    }));
    CHECK(eventually(kNamespaces, [](reconcile::Informer& namespaces) { return !namespaces.get("", "shop"); }));
}
