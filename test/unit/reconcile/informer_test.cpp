#include "reconcile/informer.h"

#include <catch2/catch.hpp>

#include <condition_variable>

#include "support/fake_client.h"

using namespace skiff;
using namespace skiff::reconcile;
using json::Value;

namespace {

const api::Gvr kPods{"", "v1", "pods"};

Value pod(const std::string& name, const std::string& owner = {}) {
    auto meta = Value::object({{"name", name}, {"namespace", "default"}});
    if (!owner.empty()) meta.set("ownerReferences", Value::array({Value::object({{"uid", owner}, {"kind", "ReplicaSet"}, {"name", "x"}, {"controller", true}})}));
    return Value::object({{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", meta}});
}

struct Fixture {
    // Before the factory, whose thread writes them until it is gone.
    std::mutex mutex;
    std::condition_variable more;
    std::vector<std::string> heard;
    std::shared_ptr<test::FakeClient> client = std::make_shared<test::FakeClient>();
    std::unique_ptr<InformerFactory> factory = InformerFactory::create(client, Clock::system());
    std::shared_ptr<Informer> pods = factory->informer(kPods);

    void create(const std::string& name, const std::string& owner = {}) { REQUIRE(client->create(kPods, "default", pod(name, owner)).ok()); }
    void listen() {
        pods->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            std::lock_guard lock(mutex);
            heard.push_back((!previous ? "+" : !current ? "-" : "~") + (current ? current : previous)->meta().name);
            more.notify_all();
        }});
    }
    void start() {
        factory->start();
        REQUIRE(factory->wait_synced(std::chrono::seconds(5)));
    }
    // The cache has a change a moment before the handlers are told of it.
    std::vector<std::string> told(size_t count) {
        std::unique_lock lock(mutex);
        more.wait_for(lock, std::chrono::seconds(5), [&] { return heard.size() >= count; });
        return heard;
    }
    bool sees(int64_t revision) {
        return pods->wait_for([&] { return pods->revision() >= revision; }, std::chrono::seconds(5));
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the initial list arrives as additions, then each change") {
    create("a");
    listen();
    start();
    REQUIRE(sees(1));
    create("b");
    REQUIRE(client->remove(kPods, "default", "a").ok());
    REQUIRE(sees(3));
    CHECK(told(3) == std::vector<std::string>{"+a", "+b", "-a"});
    CHECK(!pods->get("default", "a"));
    CHECK(pods->get("default", "b")->meta().name == "b");
}

TEST_CASE_METHOD(Fixture, "an informer holds the client's own objects") {
    create("a");
    start();
    CHECK(pods->get("default", "a") == *client->get(kPods, "default", "a"));
}

TEST_CASE_METHOD(Fixture, "a closed watch resumes where it ended") {
    create("a");
    listen();
    start();
    REQUIRE(sees(1));
    client->end_watches({});
    create("b");
    REQUIRE(sees(2));
    CHECK(told(2) == std::vector<std::string>{"+a", "+b"});
}

TEST_CASE_METHOD(Fixture, "an expired watch lists again and tells the difference") {
    create("a");
    create("b");
    listen();
    start();
    client->hold_events();
    REQUIRE(client->remove(kPods, "default", "a").ok());
    create("c");
    client->end_watches(error(Reason::Expired, "too old resource version"));
    client->release_events();
    REQUIRE(sees(4));
    CHECK(told(4) == std::vector<std::string>{"+a", "+b", "-a", "+c"});
}

TEST_CASE_METHOD(Fixture, "late handlers hear what is there") {
    create("a");
    start();
    listen();
    CHECK(told(1) == std::vector<std::string>{"+a"});
}

TEST_CASE_METHOD(Fixture, "indexes follow the objects") {
    create("a", "u1");
    create("b", "u1");
    create("c", "u2");
    start();
    CHECK(pods->by_index(Informer::kByOwner, "u1").size() == 2);
    REQUIRE(client->remove(kPods, "default", "a").ok());
    REQUIRE(sees(4));
    REQUIRE(pods->by_index(Informer::kByOwner, "u1").size() == 1);
    CHECK(pods->by_index(Informer::kByOwner, "u1")[0]->meta().name == "b");
    CHECK(pods->by_index(Informer::kByOwner, "u3").empty());
    pods->add_index("by-name", [](const api::Object& object) { return std::vector<std::string>{object.meta().name}; });
    CHECK(pods->by_index("by-name", "c").size() == 1);
}
