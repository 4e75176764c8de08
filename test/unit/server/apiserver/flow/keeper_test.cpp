#include "server/apiserver/flow/keeper.h"

#include <catch2/catch.hpp>

#include "server/apiserver/api_server.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

const api::Gvr kSchemas{"flowcontrol.apiserver.k8s.io", "v1", "flowschemas"};
const api::Gvr kLevels{"flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations"};

struct Fixture {
    std::unique_ptr<store::Store> store = store::open_memory();
    std::unique_ptr<ApiServer> server;
    std::shared_ptr<client::Client> client;
    Fixture() {
        ApiServerOptions options;
        options.store = store.get();
        options.kinds = api::KindRegistry::builtin();
        options.write_threads = 2;
        server = ApiServer::create(std::move(options)).value_or(nullptr);
        REQUIRE(server);
        REQUIRE(server->start().ok());
        User user;
        user.name = "test";
        client = server->local_client(user);
    }
    json::Value tree(const api::Gvr& gvr, const char* name) { return *client->get(gvr, "", name).value()->tree(); }
    void change(const api::Gvr& gvr, const char* name, const char* part, const char* key, json::Value value) {
        json::Value object = tree(gvr, name);
        object.mut("spec").mut(part).set(key, std::move(value));
        REQUIRE(client->update(gvr, "", std::move(object)).ok());
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "default objects come back; changed ones too, unless their annotation leaves them to the user") {
    flow::Keeper keeper(server->core());
    REQUIRE(client->remove(kSchemas, "", "probes").ok());
    change(kLevels, "exempt", "exempt", "lendablePercent", 10);
    change(kLevels, "system", "limited", "nominalConcurrencyShares", 31);
    json::Value own = tree(kLevels, "node-high");
    own.mut("metadata").mut("annotations").set("apf.kubernetes.io/autoupdate-spec", "false");
    own.mut("spec").mut("limited").set("nominalConcurrencyShares", 41);
    REQUIRE(client->update(kLevels, "", std::move(own)).ok());
    keeper.restore_defaults();
    CHECK(client->get(kSchemas, "", "probes").ok());
    CHECK(tree(kLevels, "exempt")["spec"]["exempt"]["lendablePercent"].as_int() == 0);
    CHECK(tree(kLevels, "system")["spec"]["limited"]["nominalConcurrencyShares"].as_int() == 30);
    CHECK(tree(kLevels, "node-high")["spec"]["limited"]["nominalConcurrencyShares"].as_int() == 41);
    int64_t revision = server->reader().revision(kLevels);
    keeper.restore_defaults();
    CHECK(server->reader().revision(kLevels) == revision);   // what is in order is not written
}
