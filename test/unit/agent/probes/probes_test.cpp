#include <catch2/catch.hpp>

#include <thread>

#include "agent/probes/grpc_health.h"
#include "agent/probes/prober.h"
#include "json/parse.h"

using namespace skiff;
using namespace skiff::agent;
using namespace skiff::agent::probes;
using std::chrono::seconds;

namespace {

json::Value parsed(const std::string& text) { return json::parse(text).value(); }

class FakeRunner : public Runner {
public:
    void run(const Action&, const std::string&, Duration, std::function<void(Verdict)> done) override {
        ++runs;
        done({outcome, "said so"});
    }
    std::atomic<int> runs{0};
    std::atomic<Outcome> outcome{Outcome::Success};
};

template <typename F>
bool eventually(F condition) {
    for (int i = 0; i < 3000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

}  // namespace

TEST_CASE("actions take named ports and the pod's address") {
    const json::Value container = parsed(R"({"name":"c","ports":[{"name":"web","containerPort":8080}]})");
    auto http = parse_action(parsed(R"({"httpGet":{"path":"healthz","port":"web","scheme":"HTTPS"}})"), container, "10.42.0.5");
    REQUIRE(http.ok());
    CHECK(http->port == 8080);
    CHECK(http->scheme == "https");
    CHECK(http->host == "10.42.0.5");
    CHECK(http->path == "/healthz");
    CHECK_FALSE(parse_action(parsed(R"({"tcpSocket":{"port":"none"}})"), container, "10.42.0.5").ok());
}

TEST_CASE("a result changes after enough equal outcomes in a row") {
    const ProbeSpec spec{.success_threshold = 2, .failure_threshold = 3};
    ProbeState ready{.result = false};
    CHECK_FALSE(ready.step(spec, true));
    CHECK(ready.step(spec, true) == true);
    CHECK_FALSE(ready.step(spec, false));
    CHECK_FALSE(ready.step(spec, false));
    CHECK_FALSE(ready.step(spec, true));
    CHECK_FALSE(ready.step(spec, false));
    CHECK_FALSE(ready.step(spec, false));
    CHECK(ready.step(spec, false) == false);
    CHECK_FALSE(ready.step(spec, false));
}

TEST_CASE("readiness waits for the startup probe, then runs") {
    FakeClock clock;
    sys::Timers timers(clock);
    auto runner = std::make_shared<FakeRunner>();
    runner->outcome = Outcome::Failure;
    std::mutex mutex;
    std::vector<std::string> changes;
    std::atomic<int> failures{0};
    Prober::Callbacks callbacks;
    callbacks.changed = [&](const Change& change) {
        std::lock_guard lock(mutex);
        changes.push_back(std::string(kind_name(change.kind)) + (change.ok ? "+" : "-"));
    };
    callbacks.failed = [&](const Change&) { ++failures; };
    auto prober = Prober::create(runner, timers, clock, callbacks);
    ProbeSpec spec{.period = seconds(1), .failure_threshold = 5};
    Watched watched;
    watched.pod_uid = "u";
    watched.container = "c";
    watched.container_id = "id";
    watched.startup = spec;
    watched.readiness = spec;
    prober->add(std::move(watched));
    REQUIRE(eventually([&] { return failures == 1; }));
    runner->outcome = Outcome::Success;
    REQUIRE(eventually([&] {
        clock.advance(seconds(1));
        std::lock_guard lock(mutex);
        return changes.size() == 2;
    }));
    CHECK(changes == std::vector<std::string>{"Startup+", "Readiness+"});
    runner->outcome = Outcome::Failure;
    REQUIRE(eventually([&] {
        clock.advance(seconds(1));
        std::lock_guard lock(mutex);
        return changes.size() == 3;
    }));
    CHECK(changes.back() == "Readiness-");
    prober->remove("id");
    const int runs = runner->runs;
    for (int i = 0; i < 5; ++i) clock.advance(seconds(1));
    CHECK(runner->runs <= runs + 1);
}

TEST_CASE("the gRPC health answer is read whatever the cuts between packets") {
    auto frame = [](char type, char flags, char stream, const std::string& payload) {
        return std::string{0, 0, static_cast<char>(payload.size()), type, flags, 0, 0, 0, stream} + payload;
    };
    const std::string message("\0\0\0\0\x02\x08\x01", 7);
    const std::string bytes = frame(4, 0, 0, "") + frame(1, 4, 1, "hh") + frame(0, 0, 1, message) + frame(1, 5, 1, "t");
    GrpcHealthReader reader;
    std::string reply;
    for (const char byte : bytes) REQUIRE(reader.feed(std::string_view(&byte, 1), reply));
    CHECK(reader.serving() == GrpcHealthReader::Serving::Serving);
    CHECK(reply == frame(4, 1, 0, ""));
    GrpcHealthReader refused;
    REQUIRE(refused.feed(frame(1, 5, 1, "t"), reply));
    CHECK(refused.refused());
    CHECK(grpc_health_request("a:1", "svc").rfind("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0) == 0);
}
