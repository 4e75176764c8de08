#include "reconcile/runtime.h"

#include <catch2/catch.hpp>

#include "reconcile/restricted_client.h"
#include "support/fake_client.h"

using namespace skiff;
using namespace skiff::reconcile;
using json::Value;

namespace {

const api::Gvr kMaps{"", "v1", "configmaps"};
const api::Gvr kSecrets{"", "v1", "secrets"};

Value map(const std::string& name) {
    return Value::object({{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", Value::object({{"name", name}, {"namespace", "default"}})}});
}

// Makes <name>-copy for each config map without that suffix.
class Copier : public Controller {
public:
    explicit Copier(std::vector<std::string>& runs) : runs_(runs) {}
    std::string_view name() const override { return "copier"; }
    std::vector<Gvr> inputs() const override { return {kMaps}; }
    std::vector<Output> outputs() const override { return {{kMaps, ""}}; }
    void setup(Context& context) override {
        context_ = &context;
        maps_ = context.informers.informer(kMaps);
        maps_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current) context_->queue.add(current->meta().key());
        }});
    }
    Result<Requeue> reconcile(const std::string& key) override {
        runs_.push_back(key);
        auto name = key.substr(key.find('/') + 1);
        if (name == "forbidden") {
            TRY(context_->client.create(kSecrets, "default", map("s")));
        }
        if (name.find("-copy") != std::string::npos || maps_->get("default", name + "-copy")) return Requeue{};
        TRY(context_->client.create(kMaps, "default", map(name + "-copy")));
        context_->events.event(ObjectReference::to(*maps_->get("default", name)), "Normal", "Copied", "Made a copy");
        return Requeue{};
    }

private:
    std::vector<std::string>& runs_;
    Context* context_ = nullptr;
    std::shared_ptr<Informer> maps_;
};

struct Fixture {
    FakeClock clock;
    std::shared_ptr<test::FakeClient> client = std::make_shared<test::FakeClient>();
    std::vector<std::string> runs;
    std::unique_ptr<Runtime> runtime = Runtime::create({1, &clock, [this](const std::string&) { return client; }, client});
    Fixture() { runtime->add(std::make_unique<Copier>(runs)); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a simulation runs all due keys and writes events") {
    REQUIRE(client->create(kMaps, "default", map("a")).ok());
    CHECK(runtime->run_until_idle() >= 2);
    CHECK(client->get(kMaps, "default", "a-copy").ok());
    auto events = client->trees({"", "v1", "events"});
    REQUIRE(events.size() == 1);
    CHECK(events[0]["reason"].as_string() == "Copied");
    CHECK(events[0]["source"]["component"].as_string() == "copier-controller");
    runs.clear();
    CHECK(runtime->run_until_idle() == 0);
}

TEST_CASE_METHOD(Fixture, "a write that was not declared is refused") {
    REQUIRE(client->create(kMaps, "default", map("forbidden")).ok());
    runtime->run_until_idle();
    CHECK(client->trees(kSecrets).empty());
}

TEST_CASE_METHOD(Fixture, "a key does not run before its own writes are visible") {
    runtime->run_until_idle();
    REQUIRE(client->create(kMaps, "default", map("a")).ok());
    client->hold_events();
    runtime->run_until_idle();
    REQUIRE(client->count_calls("create", "configmaps") == 2);
    runs.clear();
    clock.advance(std::chrono::seconds(0));
    client->release_events();
    runtime->run_until_idle();
    CHECK(client->count_calls("create", "configmaps") == 2);
}

TEST_CASE("equal events count up, similar ones combine, too many are dropped") {
    FakeClock clock;
    auto client = std::make_shared<test::FakeClient>();
    auto writer = EventWriter::create(EventWriter::Mode::Inline);
    auto recorder = EventRecorder::create(writer, client, clock, "tester");
    ObjectReference about{"v1", "Pod", "default", "p", "u", "1", ""};
    for (int i = 0; i < 3; ++i) recorder->event(about, "Warning", "BackOff", "again");
    recorder->flush();
    auto events = client->trees({"", "v1", "events"});
    REQUIRE(events.size() == 1);
    CHECK(events[0]["count"].as_int() == 3);
    for (int i = 0; i < 40; ++i) recorder->event(about, "Warning", "Other", "message " + std::to_string(i));
    recorder->flush();
    events = client->trees({"", "v1", "events"});
    CHECK(events.size() == 12);
    bool combined = false;
    for (const auto& event : events) combined = combined || event["message"].as_string().rfind("(combined from similar events): ", 0) == 0;
    CHECK(combined);
}
