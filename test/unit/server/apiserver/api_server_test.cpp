// The API server over the in-memory store, through its in-process client: no sockets.
#include "server/apiserver/api_server.h"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <thread>

#include "json/parse.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

const api::Gvr kConfigMaps{"", "v1", "configmaps"};
const api::Gvr kPods{"", "v1", "pods"};

struct Fixture {
    std::unique_ptr<store::Store> store = store::open_memory();
    std::unique_ptr<ApiServer> server;
    std::shared_ptr<client::Client> client;

    explicit Fixture(net::IoThreads* io = nullptr) {
        ApiServerOptions options;
        options.io = io;
        options.port = 0;
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
};

json::Value config_map(const std::string& name, const std::string& value = "1") {
    return json::Value::object({{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", json::Value::object({{"name", name}})}, {"data", json::Value::object({{"k", value}})}});
}

// Collects a watch's events for a test that waits for a number of them.
struct Events {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> seen;

    client::WatchHandler handler() {
        client::WatchHandler h;
        h.event = [this](const client::WatchEvent& e) {
            if (e.type == client::WatchEvent::Type::Bookmark) return;
            static constexpr const char* kNames[] = {"ADDED", "MODIFIED", "DELETED"};
            std::lock_guard lock(mutex);
            seen.push_back(std::string(kNames[static_cast<int>(e.type)]) + " " + e.object->meta().name);
            changed.notify_all();
        };
        h.end = [](Status) {};
        return h;
    }
    std::vector<std::string> wait(size_t count) {
        std::unique_lock lock(mutex);
        changed.wait_for(lock, std::chrono::seconds(5), [&] { return seen.size() >= count; });
        return seen;
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a created object is read back with what the server adds") {
    auto made = client->create(kConfigMaps, "default", config_map("a"), {}, {});
    REQUIRE(made.ok());
    CHECK_FALSE((*made)->meta().uid.empty());
    CHECK((*made)->meta().resource_version > 0);
    auto got = client->get(kConfigMaps, "default", "a");
    REQUIRE(got.ok());
    CHECK(*(*got)->bytes() == *(*made)->bytes());
    CHECK((*got)->bytes()->rfind(R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"default","uid":)", 0) == 0);
    CHECK(client->create(kConfigMaps, "default", config_map("a"), {}, {}).status().reason() == Reason::AlreadyExists);
    CHECK(client->create(kConfigMaps, "nowhere", config_map("a"), {}, {}).status().message() == "namespaces \"nowhere\" not found");
}

TEST_CASE_METHOD(Fixture, "a stale update conflicts and one that changes nothing is not written") {
    auto made = client->create(kConfigMaps, "default", config_map("a"), {}, {});
    REQUIRE(made.ok());
    json::Value wanted = *(*made)->tree();
    auto same = client->update(kConfigMaps, "default", wanted, {});
    REQUIRE(same.ok());
    CHECK((*same)->meta().resource_version == (*made)->meta().resource_version);
    wanted.mut("data").set("k", "2");
    REQUIRE(client->update(kConfigMaps, "default", wanted, {}).ok());
    wanted.mut("data").set("k", "3");
    CHECK(client->update(kConfigMaps, "default", wanted, {}).status().reason() == Reason::Conflict);
}

TEST_CASE_METHOD(Fixture, "a watch tells what enters, changes and leaves its selector") {
    Events events;
    client::WatchOptions options;
    options.ns = "default";
    options.label_selector = "in=yes";
    auto before = client->list(kConfigMaps, {});
    REQUIRE(before.ok());
    options.resource_version = before->resource_version;  // a watch from nowhere may begin after the writes below
    auto watch = client->watch(kConfigMaps, options, events.handler());
    REQUIRE(watch.ok());
    REQUIRE(client->create(kConfigMaps, "default", config_map("a"), {}, {}).ok());
    auto patch = [&](const char* value) {
        json::Value labels = json::Value::object({{"metadata", json::Value::object({{"labels", json::Value::object({{"in", value}})}})}});
        REQUIRE(client->patch(kConfigMaps, "default", "a", client::PatchType::Merge, labels, {}).ok());
    };
    patch("yes");
    REQUIRE(client->patch(kConfigMaps, "default", "a", client::PatchType::Merge, json::Value::object({{"data", json::Value::object({{"x", "y"}})}}), {}).ok());
    patch("no");
    CHECK(events.wait(3) == std::vector<std::string>{"ADDED a", "MODIFIED a", "DELETED a"});
}

TEST_CASE_METHOD(Fixture, "pages of a list are one snapshot") {
    for (const char* name : {"a", "b", "c"}) REQUIRE(client->create(kConfigMaps, "default", config_map(name), {}, {}).ok());
    client::ListOptions options;
    options.ns = "default";
    options.limit = 2;
    auto first = client->list(kConfigMaps, options);
    REQUIRE(first.ok());
    REQUIRE(first->items.size() == 2);
    REQUIRE(client->remove(kConfigMaps, "default", "c", {}).ok());
    REQUIRE(client->create(kConfigMaps, "default", config_map("d"), {}, {}).ok());
    options.continue_token = first->continue_token;
    auto second = client->list(kConfigMaps, options);
    REQUIRE(second.ok());
    REQUIRE(second->items.size() == 1);
    CHECK(second->items[0]->meta().name == "c");
    CHECK(second->resource_version == first->resource_version);
}

TEST_CASE_METHOD(Fixture, "a page whose snapshot is compacted has expired, also when nothing of the kind changed since") {
    for (auto name : {"a", "b", "c"}) REQUIRE(client->create(kConfigMaps, "default", config_map(name), {}, {}).ok());
    client::ListOptions options;
    options.ns = "default";
    options.limit = 1;
    auto first = client->list(kConfigMaps, options);
    REQUIRE(first.ok());
    options.continue_token = first->continue_token;
    REQUIRE(client->list(kConfigMaps, options).ok());
    REQUIRE(client->create({"", "v1", "serviceaccounts"}, "default", json::Value::object({{"metadata", json::Value::object({{"name", "other"}})}}), {}, {}).ok());
    REQUIRE(store->compact(store->current_revision()).ok());
    auto later = client->list(kConfigMaps, options);
    REQUIRE_FALSE(later.ok());
    CHECK(later.status().reason() == Reason::Expired);
}

TEST_CASE_METHOD(Fixture, "watchers see that a pod is to go before it goes, and an object's end as it was stored") {
    Events events;
    const api::Gvr pods{"", "v1", "pods"};
    json::Value account = json::Value::object({{"metadata", json::Value::object({{"name", "default"}})}});
    REQUIRE(client->create({"", "v1", "serviceaccounts"}, "default", account, {}, {}).ok());
    client::WatchOptions options;
    options.ns = "default";
    auto before = client->list(pods, {});
    REQUIRE(before.ok());
    options.resource_version = before->resource_version;
    auto watch = client->watch(pods, options, events.handler());
    REQUIRE(watch.ok());
    json::Value pod = json::parse(R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}})").value_or(json::Value());
    REQUIRE(client->create(pods, "default", pod, {}, {}).ok());
    REQUIRE(client->remove(pods, "default", "p", {}).ok());
    CHECK(events.wait(3) == std::vector<std::string>{"ADDED p", "MODIFIED p", "DELETED p"});
}

TEST_CASE_METHOD(Fixture, "an object with finalizers stays until the last one is gone") {
    json::Value object = config_map("a");
    object.mut("metadata").set("finalizers", json::Value::array({"example.com/x"}));
    REQUIRE(client->create(kConfigMaps, "default", object, {}, {}).ok());
    REQUIRE(client->remove(kConfigMaps, "default", "a", {}).ok());
    auto marked = client->get(kConfigMaps, "default", "a");
    REQUIRE(marked.ok());
    CHECK((*marked)->meta().deleting());
    json::Value patch = json::Value::object({{"metadata", json::Value::object({{"finalizers", nullptr}})}});
    REQUIRE(client->patch(kConfigMaps, "default", "a", client::PatchType::Merge, patch, {}).ok());
    CHECK(client->get(kConfigMaps, "default", "a").status().reason() == Reason::NotFound);
}

TEST_CASE_METHOD(Fixture, "the kubernetes Service has the first address and the system's namespaces exist") {
    auto service = client->get({"", "v1", "services"}, "default", "kubernetes");
    REQUIRE(service.ok());
    CHECK((*(*service)->tree())["spec"]["clusterIP"].as_string() == "10.43.0.1");
    for (const char* ns : {"default", "kube-system", "kube-public", "kube-node-lease"}) CHECK(client->get({"", "v1", "namespaces"}, "", ns).ok());
}

TEST_CASE_METHOD(Fixture, "many writers of one object lose no update") {
    REQUIRE(client->create(kConfigMaps, "default", config_map("a"), {}, {}).ok());
    std::vector<std::jthread> writers;
    for (int w = 0; w < 4; ++w)
        writers.emplace_back([&, w] {
            for (int i = 0; i < 10; ++i) {
                json::Value data = json::Value::object({{"w" + std::to_string(w) + "-" + std::to_string(i), "x"}});
                (void)client->patch(kConfigMaps, "default", "a", client::PatchType::Merge, json::Value::object({{"data", std::move(data)}}), {});
            }
        });
    writers.clear();
    CHECK((*(*client->get(kConfigMaps, "default", "a"))->tree())["data"].size() == 41);
}

TEST_CASE_METHOD(Fixture, "replication controllers and jobs keep their pods unless the deletion says otherwise") {
    const api::Gvr controllers{"", "v1", "replicationcontrollers"};
    for (const char* name : {"kept", "gone"})
        REQUIRE(client->create(controllers, "default",
                               *json::parse(std::string(R"({"apiVersion":"v1","kind":"ReplicationController","metadata":{"name":")") + name +
                                            R"("},"spec":{"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})"),
                               {}, {}).ok());
    REQUIRE(client->remove(controllers, "default", "kept", {}).ok());
    auto kept = client->get(controllers, "default", "kept");
    REQUIRE(kept.ok());
    CHECK((*kept)->meta().deleting());
    CHECK((*kept)->meta().finalizers == std::vector<std::string>{"orphan"});
    client::DeleteOptions options;
    options.propagation = "Background";
    REQUIRE(client->remove(controllers, "default", "gone", options).ok());
    CHECK(client->get(controllers, "default", "gone").status().reason() == Reason::NotFound);
}

TEST_CASE_METHOD(Fixture, "an applied configuration may leave out the name of an object that is there, not of one that is made") {
    REQUIRE(client->create(kConfigMaps, "default", config_map("a"), {}, {}).ok());
    json::Value nameless = config_map("", "2");
    nameless.set("metadata", json::Value::object());
    auto applied = client->patch(kConfigMaps, "default", "a", client::PatchType::Apply, nameless, {.field_manager = "test", .force = true});
    REQUIRE(applied.ok());
    CHECK((*applied)->meta().name == "a");
    CHECK((*(*applied)->tree())["data"]["k"].as_string() == "2");
    auto made = client->patch(kConfigMaps, "default", "b", client::PatchType::Apply, nameless, {.field_manager = "test"});
    CHECK(made.status().message() == "the name of the object (b based on URL) was undeterminable: name must be provided");
}

TEST_CASE("a watch of this process waits for no conversion webhook") {
    // Listens and never answers.
    int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(silent, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(silent, 16) == 0);
    REQUIRE(::getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    const std::string url = "https://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/convert";
    auto definition = json::parse(R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},"spec":{
        "group":"example.com","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},
        "conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],"clientConfig":{"url":")" + url + R"("}}},
        "versions":[{"name":"v2","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object"}}},
                    {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}})");
    REQUIRE(definition.ok());
    net::IoThreads io(1);
    {
        Fixture fixture(&io);
        REQUIRE(fixture.client->create({"apiextensions.k8s.io", "v1", "customresourcedefinitions"}, "", *definition, {}, {}).ok());
        const api::Gvr first{"example.com", "v1", "things"}, second{"example.com", "v2", "things"};
        auto before = fixture.client->list(second, {});
        for (int i = 0; i < 500 && !before.ok(); ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            before = fixture.client->list(second, {});
        }
        REQUIRE(before.ok());
        Events events;
        client::WatchOptions options;
        options.ns = "default";
        options.resource_version = before->resource_version;
        auto watch = fixture.client->watch(second, options, events.handler());
        REQUIRE(watch.ok());
        auto thing = json::parse(R"({"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"t"}})");
        REQUIRE(fixture.client->create(first, "default", *thing, {}, {}).ok());
        CHECK(events.wait(1) == std::vector<std::string>{"ADDED t"});
    }
    ::close(silent);
}
