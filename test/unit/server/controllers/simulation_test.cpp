// Seeded plans of a user's changes, with and without crashes of the controllers' process before or after a write: the end is the same, and
// nothing is duplicated, orphaned or stuck. SKIFF_PLANS sets the number of plans, SKIFF_PLAN runs one.
#include <cstdlib>
#include <random>

#include "server/controllers/daemon_set.h"
#include "server/controllers/deployment.h"
#include "server/controllers/garbage_collector.h"
#include "server/controllers/job.h"
#include "server/controllers/replica_set.h"
#include "server/controllers/stateful_set.h"
#include "support/controller_bench.h"
#include "support/crashing_client.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;
using namespace std::chrono_literals;

namespace {

class Simulation {
public:
    explicit Simulation(unsigned seed, bool crashes) : random_(seed), crash_random_(seed * 7919 + 1), crashes_(crashes) { boot(); }

    std::string run() {
        make("Deployment", kDeployments, R"("replicas":3,"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":1}})");
        make("StatefulSet", kStatefulSets, R"("replicas":2,"serviceName":"s","podManagementPolicy":"OrderedReady","updateStrategy":{"type":"RollingUpdate"})");
        make("Job", kJobs, R"("completions":4,"parallelism":2,"backoffLimit":100,"completionMode":"NonIndexed")");
        for (int i = 0; i < 6; ++i) {
            act();
            settle(2 + static_cast<int>(random_() % 4));
        }
        settle(60);
        return summary();
    }

private:
    // A new process: fresh caches over what is stored.
    void boot() {
        runtime_.reset();
        client_->revive();
        runtime_ = reconcile::Runtime::create({1, &clock_, [this](const std::string&) { return client_; }, api_});
        auto facts = std::make_shared<PodFactsCache>();
        runtime_->add(make_deployment_controller(facts));
        runtime_->add(make_replica_set_controller(facts));
        runtime_->add(make_stateful_set_controller(facts));
        runtime_->add(make_job_controller());
        runtime_->add(make_garbage_collector(kinds_));
    }

    void make(const char* kind, const api::Gvr& gvr, const std::string& spec) {
        const std::string selector = kind == std::string("Job") ? "" : R"(,"selector":{"matchLabels":{"app":")" + std::string(kind) + "\"}}";
        auto text = R"({"apiVersion":")" + gvr.api_version() + R"(","kind":")" + kind + R"(","metadata":{"name":"x","generation":1},"spec":{)" + spec + selector +
                    R"(,"template":{"metadata":{"labels":{"app":")" + kind + R"("}},"spec":{"restartPolicy":")" + (kind == std::string("Job") ? "Never" : "Always") +
                    R"(","containers":[{"name":"c","image":"v1"}]}}}})";
        auto made = api_->create(gvr, "default", ControllerBench::parse(text));
        if (!made.ok()) FAIL(made.status().message());
    }

    void edit(const api::Gvr& gvr, const std::function<void(json::Value& spec)>& change) {
        if (api_->tree(gvr, "default", "x").is_null()) return;
        api_->change(gvr, "default", "x", [&](json::Value& tree) {
            change(tree.mut("spec"));
            tree.mut("metadata").set("generation", tree["metadata"]["generation"].as_int() + 1);
        });
    }

    // What a user, a node or an accident does.
    void act() {
        const auto image = "v" + std::to_string(random_() % 4);
        const auto replicas = static_cast<int64_t>(random_() % 5);
        auto set_image = [&](json::Value& spec) { spec.mut("template").mut("spec").mut("containers").mut_items()[0].set("image", image); };
        switch (random_() % 6) {
            case 0: edit(kDeployments, [&](json::Value& spec) { spec.set("replicas", replicas); }); break;
            case 1: edit(kDeployments, set_image); break;
            case 2: edit(kStatefulSets, [&](json::Value& spec) { spec.set("replicas", replicas); }); break;
            case 3: edit(kStatefulSets, set_image); break;
            case 4: lose_pod("Deployment"); break;
            default: lose_pod("StatefulSet"); break;
        }
        if (crashes_) client_->crash_at(1 + static_cast<int>(crash_random_() % 12), crash_random_() % 2 == 0);
    }

    void lose_pod(const char* app) {
        for (const auto& pod : api_->trees(kPods, "default"))
            if (pod["metadata"]["labels"]["app"].as_string() == app) {
                api_->erase(kPods, "default", pod["metadata"]["name"].as_string());
                return;
            }
    }

    // The kubelet: what is there runs and is ready; pods of jobs end well.
    void kubelet() {
        for (const auto& pod : api_->trees(kPods, "default")) {
            const auto& meta = pod["metadata"];
            const bool job = meta["labels"]["app"].as_string() == "Job";
            const char* phase = job ? "Succeeded" : "Running";
            if (pod["status"]["phase"].as_string() == phase) continue;
            api_->change(kPods, "default", meta["name"].as_string(), [&](json::Value& tree) {
                auto& status = tree.mut("status");
                status.set("phase", phase);
                status.set("conditions", json::Value::array({json::Value::object({{"type", "Ready"}, {"status", job ? "False" : "True"},
                                                                                  {"lastTransitionTime", reconcile::format_time(clock_.now())}})}));
            });
        }
    }

    void settle(int rounds) {
        for (int i = 0; i < rounds; ++i) {
            api_->now = reconcile::format_time(clock_.now());
            REQUIRE(runtime_->run_until_idle() < 20000);
            if (client_->dead()) boot();
            kubelet();
            clock_.advance(1s);
        }
        // The last change of the kubelet is seen too.
        runtime_->run_until_idle();
    }

    // Everything that a user can tell apart, without names that are made up.
    std::string summary() {
        std::map<std::string, int> pods;
        std::set<std::string> uids;
        for (const auto* gvr : {&kDeployments, &kReplicaSets, &kStatefulSets, &kJobs})
            for (const auto& object : api_->trees(*gvr, "default")) uids.insert(object["metadata"]["uid"].as_string());
        int orphans = 0;
        for (const auto& pod : api_->trees(kPods, "default")) {
            const auto& labels = pod["metadata"]["labels"];
            const auto& owner = pod["metadata"]["ownerReferences"][0]["uid"].as_string();
            if (!uids.count(owner)) ++orphans;
            const bool named = labels["app"].as_string() == "StatefulSet";
            ++pods[labels["app"].as_string() + "/" + (named ? pod["metadata"]["name"].as_string() + "/" : "") + pod["spec"]["containers"][0]["image"].as_string()];
        }
        std::string text = "orphans " + std::to_string(orphans) + "\n";
        for (const auto& [key, count] : pods) text += key + " " + std::to_string(count) + "\n";
        auto count = [&](const api::Gvr& gvr, const char* field) { return std::to_string(api_->tree(gvr, "default", "x")["status"][field].as_int()); };
        text += "deployment ready " + count(kDeployments, "readyReplicas") + " updated " + count(kDeployments, "updatedReplicas") + "\n";
        text += "set ready " + count(kStatefulSets, "readyReplicas") + "\n";
        text += "job succeeded " + count(kJobs, "succeeded") + " failed " + count(kJobs, "failed") + " active " + count(kJobs, "active") + "\n";
        return text;
    }

    FakeClock clock_;
    std::mt19937 random_, crash_random_;
    const bool crashes_;
    std::shared_ptr<const api::KindRegistry> kinds_ = api::KindRegistry::builtin();
    std::shared_ptr<FakeClient> api_ = std::make_shared<FakeClient>();
    std::shared_ptr<CrashingClient> client_ = std::make_shared<CrashingClient>(api_);
    std::unique_ptr<reconcile::Runtime> runtime_;
};

unsigned from_environment(const char* name, unsigned fallback) {
    const char* text = std::getenv(name);
    return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : fallback;
}

}  // namespace

TEST_CASE("crashes before and after writes lead to the undisturbed end") {
    const unsigned one = from_environment("SKIFF_PLAN", 0), plans = from_environment("SKIFF_PLANS", 4);
    for (unsigned seed = one ? one : 1; seed <= (one ? one : plans); ++seed) {
        INFO("plan " << seed);
        CHECK(Simulation(seed, true).run() == Simulation(seed, false).run());
    }
}
