// The whole of agent/pods over fakes: objects in, containers and statuses out.
#include "agent/pods/pod_manager.h"

#include <catch2/catch.hpp>
#include <sys/mount.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "agent/pods/container_status.h"
#include "base/file.h"
#include "json/parse.h"
#include "support/fake_client.h"
#include "support/fake_node.h"

using namespace skiff;
using namespace skiff::agent;
using std::chrono::seconds;

namespace {

const api::Gvr kPods{"", "v1", "pods"};

class Recorder : public reconcile::EventRecorder {
public:
    void event(const reconcile::ObjectReference&, std::string_view, std::string_view reason, std::string message) override {
        std::lock_guard lock(mutex_);
        events_.push_back(std::string(reason) + ": " + message);
    }
    void flush() override {}
    bool has(const std::string& text) {
        std::lock_guard lock(mutex_);
        for (const auto& event : events_)
            if (event.find(text) != std::string::npos) return true;
        return false;
    }

private:
    std::mutex mutex_;
    std::vector<std::string> events_;
};

// One node with everything faked but files and threads. Restartable: what runs and what the API knows survives.
struct Node {
    std::string dir;
    FakeClock clock;
    std::shared_ptr<test::FakeClient> client = std::make_shared<test::FakeClient>();
    test::FakeRuntime runtime;
    test::FakeImages images;
    test::FakeNetwork network;
    Recorder events;
    struct Running {
        sys::Timers timers;
        sys::Poller poller;
        std::unique_ptr<reconcile::InformerFactory> informers;
        std::unique_ptr<pods::PodManager> manager;
        test::FakeRuntime& runtime;
        Running(Clock& clock, test::FakeRuntime& fake) : timers(clock), runtime(fake) {}
        ~Running() {
            runtime.on_change(nullptr);
            if (informers) informers->stop();
            if (manager) manager->stop();
            timers.stop();
            poller.stop();
        }
    };
    std::unique_ptr<Running> running;

    Node() {
        char name[] = "/tmp/skiff-pods-XXXXXX";
        dir = ::mkdtemp(name);
        client->graceful_pods = true;
        images.add("docker.io/library/busybox:latest");
        start();
    }
    ~Node() {
        running.reset();
        ::umount2((dir + "/memory").c_str(), MNT_DETACH);
        (void)file::remove_tree(dir);
    }

    void start() {
        running = std::make_unique<Running>(clock, runtime);
        running->informers = reconcile::InformerFactory::create(client, clock);
        pods::PodManager::Options options;
        options.config.node_name = "node-1";
        options.config.node_ips = {"192.0.2.1"};
        options.config.pods_dir = dir + "/pods";
        options.config.log_dir = dir + "/logs";
        options.config.log_links_dir = dir + "/links";
        options.config.cpu_milli = 2000;
        options.config.memory_bytes = options.config.memory_capacity_bytes = int64_t{4} << 30;
        options.memory_dir = dir + "/memory";
        options.client = client;
        options.pods = running->informers->informer(kPods, "spec.nodeName=node-1");
        options.runtime = &runtime;
        options.images = &images;
        options.events = &events;
        options.timers = &running->timers;
        options.poller = &running->poller;
        options.clock = &clock;
        auto manager = pods::PodManager::create(std::move(options));
        REQUIRE(manager.ok());
        running->manager = std::move(*manager);
        running->manager->start();
        running->manager->set_network(&network);
        running->informers->start();
        REQUIRE(running->informers->wait_synced(seconds(5)));
        running->manager->sources_ready();
    }

    void create(const std::string& name, const std::string& spec) {
        auto pod = json::parse(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"(","namespace":"default","generation":1},"spec":)" + spec + "}");
        REQUIRE(pod.ok());
        pod->mut("spec").set("nodeName", "node-1");
        auto created = client->create(kPods, "default", *pod);
        REQUIRE(created.ok());
    }
    json::Value status(const std::string& name) { return client->tree(kPods, "default", name)["status"]; }
    bool gone(const std::string& name) { return client->tree(kPods, "default", name).is_null(); }
    json::Value app(const std::string& name) { return status(name)["containerStatuses"][0]; }
};

// Waits for what other threads do; the clock is the fake one.
template <typename F>
bool eventually(F condition) {
    for (int i = 0; i < 4000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

const char* kOne = R"({"restartPolicy":"Always","terminationGracePeriodSeconds":30,"containers":[{"name":"app","image":"busybox","imagePullPolicy":"IfNotPresent"}]})";
const char* kOnce = R"({"restartPolicy":"Never","containers":[{"name":"app","image":"busybox","imagePullPolicy":"IfNotPresent"}]})";

}  // namespace

TEST_CASE("a pod runs and is reported ready with few writes") {
    Node node;
    node.create("web", kOne);
    REQUIRE(eventually([&] { return node.app("web")["ready"].as_bool(); }));
    const json::Value status = node.status("web");
    CHECK(status["phase"].as_string() == "Running");
    CHECK(status["podIP"].as_string() == "10.42.0.2");
    CHECK(node.app("web")["image"].as_string() == "docker.io/library/busybox:latest");
    CHECK(node.client->count_calls("patch", "pods") <= 2);
    CHECK(node.events.has("Pulled: Container image \"busybox\" already present on machine"));
    CHECK(node.events.has("Created: Created container: app"));
    CHECK(node.events.has("Started: Started container app"));
    const auto spec = node.runtime.spec("app");
    CHECK(spec.args == std::vector<std::string>{"/bin/app"});
    CHECK(spec.labels.at(pods::label::kPodNamespace) == "default");
    CHECK(file::exists(node.dir + "/pods/" + spec.labels.at(pods::label::kPodUid) + "/etc-hosts"));
    // Readers may see it a moment after the API does.
    CHECK(eventually([&] {
        const auto snapshot = node.running->manager->find("default", "web");
        return snapshot && snapshot->find("app")->running;
    }));
}

TEST_CASE("a deleted pod is asked to end, and its object goes last") {
    Node node;
    node.create("web", kOne);
    REQUIRE(eventually([&] { return node.app("web")["ready"].as_bool(); }));
    node.runtime.obey_signals = false;
    REQUIRE(node.client->remove(kPods, "default", "web").ok());
    node.client->change(kPods, "default", "web", [](json::Value& pod) { pod.mut("metadata").set("deletionGracePeriodSeconds", 30); });
    REQUIRE(eventually([&] { return node.runtime.signals("app") == std::vector<int>{SIGTERM}; }));
    CHECK_FALSE(node.gone("web"));
    CHECK(node.events.has("Killing: Stopping container app"));
    // The worker arms its timer after the signal: keep the clock going until it has fired.
    REQUIRE(eventually([&] {
        node.clock.advance(seconds(1));
        return node.runtime.signals("app").size() >= 2 || node.runtime.signals("app").empty();
    }));
    REQUIRE(eventually([&] { return node.gone("web"); }));
    REQUIRE(eventually([&] { return node.running->manager->list().empty(); }));
    CHECK(node.runtime.sandboxes().empty());
    CHECK(node.runtime.containers().empty());
    CHECK(node.network.attached().empty());
}

TEST_CASE("who watches a pod is told when its container has ended, and when the pod is forgotten") {
    Node node;
    node.create("web", kOnce);
    REQUIRE(eventually([&] { return !node.runtime.running("app").empty(); }));
    REQUIRE(eventually([&] { return node.running->manager->find("default", "web")->find("app")->running; }));
    const std::string uid = node.running->manager->find("default", "web")->uid;
    CHECK(node.running->manager->watch("unknown", [] {}) == nullptr);
    std::atomic<bool> ended{false}, forgotten{false};
    auto handle = node.running->manager->watch(uid, [&] {
        auto now = node.running->manager->find_uid(uid);
        if (!now) forgotten = true;
        else if (!now->find("app")->running) ended = true;
    });
    node.runtime.exit("app", 0);
    CHECK(eventually([&] { return ended.load(); }));
    REQUIRE(node.client->remove(kPods, "default", "web").ok());
    CHECK(eventually([&] {
        node.clock.advance(seconds(1));
        return forgotten.load();
    }));
}

TEST_CASE("a failing container restarts at once, then backs off") {
    Node node;
    node.create("web", kOne);
    REQUIRE(eventually([&] { return !node.runtime.running("app").empty(); }));
    node.runtime.exit("app", 1);
    REQUIRE(eventually([&] { return node.runtime.spec("app").attempt == 1 && !node.runtime.running("app").empty(); }));
    node.runtime.exit("app", 1);
    REQUIRE(eventually([&] { return node.app("web")["state"]["waiting"]["reason"].as_string() == "CrashLoopBackOff"; }));
    CHECK(node.app("web")["lastState"]["terminated"]["exitCode"].as_int() == 1);
    CHECK(node.app("web")["restartCount"].as_int() == 1);
    CHECK(node.events.has("BackOff: Back-off restarting failed container app in pod web_default("));
    node.clock.advance(seconds(11));
    REQUIRE(eventually([&] { return node.runtime.spec("app").attempt == 2 && !node.runtime.running("app").empty(); }));
}

TEST_CASE("a pod that runs once succeeds, and leaves nothing running") {
    Node node;
    node.create("job", kOnce);
    REQUIRE(eventually([&] { return !node.runtime.running("app").empty(); }));
    node.runtime.exit("app", 0);
    REQUIRE(eventually([&] { return node.status("job")["phase"].as_string() == "Succeeded"; }));
    REQUIRE(eventually([&] { return node.runtime.sandboxes().empty() && node.runtime.containers().empty(); }));
    CHECK(node.app("job")["state"]["terminated"]["reason"].as_string() == "Completed");
    CHECK_FALSE(node.gone("job"));
    REQUIRE(node.client->remove(kPods, "default", "job").ok());
    REQUIRE(eventually([&] { return node.gone("job"); }));
}

TEST_CASE("an image that cannot be pulled is said to be so, and tried again") {
    Node node;
    node.images.on_pull = [](const std::string&) -> Result<images::Image> { return error(Reason::NotFound, "manifest unknown"); };
    node.create("web", R"({"containers":[{"name":"app","image":"nosuch:1","imagePullPolicy":"IfNotPresent"}]})");
    // ErrImagePull gives way to ImagePullBackOff at the next sync, which may come before this look.
    REQUIRE(eventually([&] {
        const auto reason = node.app("web")["state"]["waiting"]["reason"].as_string();
        return reason == "ErrImagePull" || reason == "ImagePullBackOff";
    }));
    CHECK(node.status("web")["phase"].as_string() == "Pending");
    CHECK(node.events.has("Failed: Failed to pull image \"nosuch:1\": manifest unknown"));
    REQUIRE(eventually([&] {
        node.clock.advance(std::chrono::milliseconds(200));
        return node.app("web")["state"]["waiting"]["reason"].as_string() == "ImagePullBackOff";
    }));
    node.images.on_pull = nullptr;
    node.images.add("docker.io/library/nosuch:1");
    REQUIRE(eventually([&] {
        node.clock.advance(seconds(1));
        return node.app("web")["ready"].as_bool();
    }));
}

TEST_CASE("a restarted agent adopts what runs") {
    Node node;
    node.create("web", kOne);
    REQUIRE(eventually([&] { return node.app("web")["ready"].as_bool(); }));
    const std::string id = node.runtime.running("app");
    const size_t writes = node.client->count_calls("patch", "pods");
    node.running.reset();
    node.start();
    REQUIRE(eventually([&] { return node.running->manager->find("default", "web") != nullptr; }));
    REQUIRE(eventually([&] { return node.running->manager->find("default", "web")->find("app")->running; }));
    node.clock.advance(seconds(5));
    CHECK(node.runtime.running("app") == id);
    CHECK(node.app("web")["ready"].as_bool());
    CHECK(node.client->count_calls("patch", "pods") == writes);
    CHECK(node.runtime.starts("app") == 1);
}

TEST_CASE("a container that ended while the agent was away is seen and restarted") {
    Node node;
    node.create("web", kOne);
    REQUIRE(eventually([&] { return node.app("web")["ready"].as_bool(); }));
    node.running.reset();
    node.runtime.exit("app", 9);
    node.start();
    REQUIRE(eventually([&] { return node.app("web")["restartCount"].as_int() == 1 && node.app("web")["ready"].as_bool(); }));
    CHECK(node.app("web")["lastState"]["terminated"]["exitCode"].as_int() == 9);
}

TEST_CASE("pods that were deleted while the agent was away are ended") {
    Node node;
    node.create("web", kOne);
    REQUIRE(eventually([&] { return node.app("web")["ready"].as_bool(); }));
    node.running.reset();
    node.client->erase(kPods, "default", "web");
    node.start();
    REQUIRE(eventually([&] { return node.runtime.containers().empty() && node.runtime.sandboxes().empty(); }));
    REQUIRE(eventually([&] { return node.running->manager->list().empty(); }));
}

TEST_CASE("a missing config map holds a pod until it comes") {
    Node node;
    node.create("web", R"({"volumes":[{"name":"v","configMap":{"name":"cm"}}],"containers":[{"name":"app","image":"busybox","imagePullPolicy":"IfNotPresent","volumeMounts":[{"name":"v","mountPath":"/etc/v"}]}]})");
    REQUIRE(eventually([&] { return node.events.has("FailedMount: MountVolume.SetUp failed for volume \"v\" : configmap \"cm\" not found"); }));
    REQUIRE(node.client->create({"", "v1", "configmaps"}, "default", json::parse(R"({"metadata":{"name":"cm","namespace":"default"},"data":{"k":"v1"}})").value()).ok());
    REQUIRE(eventually([&] { return node.app("web")["ready"].as_bool(); }));
    const std::string file_path = node.runtime.spec("app").mounts.front().source + "/k";
    CHECK(file::read(file_path).value() == "v1");
    node.client->change({"", "v1", "configmaps"}, "default", "cm", [](json::Value& map) { map.mut("data").set("k", "v2"); });
    CHECK(eventually([&] { return file::read(file_path).value_or("") == "v2"; }));
}

TEST_CASE("a pod that does not fit is refused") {
    Node node;
    node.create("big", R"({"containers":[{"name":"app","image":"busybox","resources":{"requests":{"cpu":"3"}}}]})");
    REQUIRE(eventually([&] { return node.status("big")["phase"].as_string() == "Failed"; }));
    CHECK(node.status("big")["reason"].as_string() == "OutOfcpu");
    CHECK(node.runtime.sandboxes().empty());
    REQUIRE(node.client->remove(kPods, "default", "big").ok());
    CHECK(eventually([&] { return node.gone("big"); }));
}

TEST_CASE("a container that cannot start says why") {
    Node node;
    node.runtime.on_start = [](const runtime::ContainerSpec&) { return error(Reason::InternalError, "exec: \"/bin/app\": no such file or directory"); };
    node.create("web", kOne);
    REQUIRE(eventually([&] { return node.app("web")["state"]["waiting"]["reason"].as_string() == "RunContainerError" || node.app("web")["state"]["waiting"]["reason"].as_string() == "CrashLoopBackOff"; }));
    CHECK(node.app("web")["lastState"]["terminated"]["reason"].as_string() == "StartError");
    CHECK(node.app("web")["lastState"]["terminated"]["exitCode"].as_int() == 128);
}
