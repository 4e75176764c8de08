#include "server/controllers/job.h"

#include "server/controllers/job_plan.h"
#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;
using namespace std::chrono_literals;

namespace {

struct Jobs : ControllerBench {
    Jobs() {
        add(make_job_controller());
        add(make_job_ttl_controller());
    }
    void make_job(const std::string& spec) {
        create(kJobs, "default", R"({"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j"},"spec":{)" + spec +
                                     R"(,"template":{"metadata":{"labels":{"a":"b"}},"spec":{"restartPolicy":"Never","containers":[{"name":"c"}]}}}})");
    }
    json::Value job() { return client->tree(kJobs, "default", "j"); }
    json::Value status() { return job()["status"]; }
    std::vector<json::Value> active() {
        std::vector<json::Value> found;
        for (const auto& pod : pods()) {
            const auto& phase = pod["status"]["phase"].as_string();
            if (phase != "Succeeded" && phase != "Failed" && pod["metadata"]["deletionTimestamp"].is_null()) found.push_back(pod);
        }
        return found;
    }
    void end_pod(const json::Value& pod, const std::string& phase, int code = 0) {
        client->change(kPods, "default", pod["metadata"]["name"].as_string(), [&](json::Value& tree) {
            tree.mut("status").set("phase", phase);
            auto terminated = json::Value::object({{"exitCode", code}, {"finishedAt", reconcile::format_time(clock.now())}});
            auto state = json::Value::object({{"terminated", terminated}});
            tree.mut("status").set("containerStatuses", json::Value::array({json::Value::object({{"name", "c"}, {"state", state}})}));
        });
        settle();
    }
    std::string index_of(const json::Value& pod) { return pod["metadata"]["annotations"][kIndexKey].as_string(); }
    json::Value pod_of(const std::string& index) {
        for (const auto& pod : active())
            if (index_of(pod) == index) return pod;
        FAIL("no active pod of index " << index);
        return {};
    }
    void check_no_finalizers() {
        for (const auto& pod : pods()) CHECK(pod["metadata"]["finalizers"].size() == 0);
    }
};

}  // namespace

TEST_CASE_METHOD(Jobs, "a Job runs its completions in parallel and completes") {
    make_job(R"("completions":3,"parallelism":2)");
    settle();
    CHECK(active().size() == 2);
    CHECK(status()["active"].as_int() == 2);
    CHECK(!status()["startTime"].is_null());
    CHECK(pods()[0]["metadata"]["finalizers"][0].as_string() == kJobFinalizer);
    end_pod(active()[0], "Succeeded");
    CHECK(status()["succeeded"].as_int() == 1);
    CHECK(active().size() == 2);
    end_pod(active()[0], "Succeeded");
    CHECK(active().size() == 1);
    end_pod(active()[0], "Succeeded");
    CHECK(status()["succeeded"].as_int() == 3);
    CHECK(status()["active"].is_null());
    CHECK(!status()["completionTime"].is_null());
    CHECK(status()["uncountedTerminatedPods"].size() == 0);
    CHECK(condition_text(job(), "Complete") == "True CompletionsReached: Reached expected number of succeeded pods");
    CHECK(condition_text(job(), "SuccessCriteriaMet").rfind("True", 0) == 0);
    CHECK(event_messages("Completed") == std::vector<std::string>{"Job completed"});
    check_no_finalizers();
    client->take_calls();
    settle();
    CHECK(client->take_calls().empty());
}

TEST_CASE_METHOD(Jobs, "failed pods are retried with back-off until the limit") {
    make_job(R"("completions":1,"parallelism":1,"backoffLimit":2)");
    settle();
    end_pod(active()[0], "Failed", 1);
    CHECK(active().empty());
    advance(9s);
    CHECK(active().empty());
    advance(1s);
    REQUIRE(active().size() == 1);
    end_pod(active()[0], "Failed", 1);
    advance(19s);
    CHECK(active().empty());
    advance(1s);
    REQUIRE(active().size() == 1);
    end_pod(active()[0], "Failed", 1);
    CHECK(status()["failed"].as_int() == 3);
    CHECK(condition_text(job(), "Failed") == "True BackoffLimitExceeded: Job has reached the specified backoff limit");
    check_no_finalizers();
}

TEST_CASE_METHOD(Jobs, "an Indexed Job gives each index a pod with name, hostname and environment") {
    make_job(R"("completions":3,"parallelism":3,"completionMode":"Indexed")");
    settle();
    REQUIRE(active().size() == 3);
    auto pod = pod_of("1");
    CHECK(pod["spec"]["hostname"].as_string() == "j-1");
    CHECK(pod["metadata"]["name"].as_string().rfind("j-1-", 0) == 0);
    CHECK(pod["spec"]["containers"][0]["env"][0]["name"].as_string() == "JOB_COMPLETION_INDEX");
    end_pod(pod_of("0"), "Succeeded");
    end_pod(pod_of("2"), "Succeeded");
    CHECK(status()["completedIndexes"].as_string() == "0,2");
    end_pod(pod_of("1"), "Failed", 1);
    advance(10s);
    end_pod(pod_of("1"), "Succeeded");
    CHECK(status()["completedIndexes"].as_string() == "0-2");
    CHECK(condition_text(job(), "Complete").rfind("True", 0) == 0);
    check_no_finalizers();
}

TEST_CASE_METHOD(Jobs, "with backoffLimitPerIndex the other indexes go on, failures are counted for each") {
    make_job(R"("completions":2,"parallelism":2,"completionMode":"Indexed","backoffLimitPerIndex":1)");
    settle();
    end_pod(pod_of("0"), "Failed", 1);
    advance(10s);
    CHECK(pod_of("0")["metadata"]["annotations"][kIndexFailures].as_string() == "1");
    end_pod(pod_of("0"), "Failed", 1);
    CHECK(status()["failedIndexes"].as_string() == "0");
    end_pod(pod_of("1"), "Succeeded");
    CHECK(condition_text(job(), "Failed") == "True FailedIndexes: Job has failed indexes");
    CHECK(status()["succeeded"].as_int() == 1);
    CHECK(status()["failed"].as_int() == 2);
    check_no_finalizers();
}

TEST_CASE_METHOD(Jobs, "podFailurePolicy fails the Job early or ignores a disruption") {
    make_job(R"("completions":1,"parallelism":1,"backoffLimit":0,"podFailurePolicy":{"rules":[
        {"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget","status":"True"}]},
        {"action":"FailJob","onExitCodes":{"operator":"In","values":[42]}}]})");
    settle();
    client->change(kPods, "default", active()[0]["metadata"]["name"].as_string(), [](json::Value& pod) {
        pod.mut("status").set("conditions", json::Value::array({json::Value::object({{"type", "DisruptionTarget"}, {"status", "True"}})}));
    });
    end_pod(active()[0], "Failed", 1);
    advance(11s);
    REQUIRE(active().size() == 1);
    CHECK(status()["failed"].is_null());
    auto name = active()[0]["metadata"]["name"].as_string();
    end_pod(active()[0], "Failed", 42);
    CHECK(condition_text(job(), "Failed") == "True PodFailurePolicy: Container c for pod default/" + name + " failed with exit code 42 matching FailJob rule at index 1");
    check_no_finalizers();
}

TEST_CASE_METHOD(Jobs, "successPolicy ends the Job before all indexes are done") {
    make_job(R"("completions":3,"parallelism":3,"completionMode":"Indexed","successPolicy":{"rules":[{"succeededIndexes":"1-2","succeededCount":1}]})");
    settle();
    end_pod(pod_of("2"), "Succeeded");
    CHECK(active().empty());
    CHECK(condition_text(job(), "SuccessCriteriaMet") == "True SuccessPolicy: Matched rules at index 0");
    CHECK(condition_text(job(), "Complete") == "True SuccessPolicy: Matched rules at index 0");
}

TEST_CASE_METHOD(Jobs, "a suspended Job has no pods and no start time until it is resumed") {
    make_job(R"("completions":2,"parallelism":2,"suspend":true)");
    settle();
    CHECK(pods().empty());
    CHECK(condition_text(job(), "Suspended") == "True JobSuspended: Job suspended");
    client->change(kJobs, "default", "j", [](json::Value& j) { j.mut("spec").set("suspend", false); });
    settle();
    CHECK(active().size() == 2);
    CHECK(condition_text(job(), "Suspended") == "False JobResumed: Job resumed");
    client->change(kJobs, "default", "j", [](json::Value& j) { j.mut("spec").set("suspend", true); });
    settle();
    CHECK(active().empty());
    CHECK(status()["failed"].is_null());
}

TEST_CASE_METHOD(Jobs, "the active deadline fails the Job, the TTL removes it") {
    make_job(R"("completions":1,"parallelism":1,"activeDeadlineSeconds":30,"ttlSecondsAfterFinished":60)");
    settle();
    advance(30s);
    advance(1s);
    CHECK(condition_text(job(), "Failed") == "True DeadlineExceeded: Job was active longer than specified deadline");
    CHECK(active().empty());
    advance(61s);
    CHECK((job().is_null() || !job()["metadata"]["deletionTimestamp"].is_null()));
}

TEST_CASE_METHOD(Jobs, "a Job that is deleted lets its pods go") {
    make_job(R"("completions":1,"parallelism":1)");
    settle();
    client->erase(kJobs, "default", "j");
    settle();
    check_no_finalizers();
}

TEST_CASE_METHOD(Jobs, "whatever write fails, nothing is counted twice or lost") {
    for (int fail_at = 1; fail_at < 40; ++fail_at) {
        if (!job().is_null()) {
            client->erase(kJobs, "default", "j");
            for (const auto& pod : pods()) client->erase(kPods, "default", pod["metadata"]["name"].as_string());
            settle();
        }
        int writes = 0;
        client->on_write = [&](const Call& call) {
            return call.resource != "events" && ++writes == fail_at ? error(Reason::ServiceUnavailable, "crash") : Status();
        };
        auto saved = client->on_write;
        client->on_write = nullptr;
        make_job(R"("completions":3,"parallelism":2,"backoffLimit":5)");
        client->on_write = saved;
        int failed = 0;
        for (int i = 0; i < 20 && condition_text(job(), "Complete").empty(); ++i) {
            advance(700s);
            auto running = active();
            if (running.empty()) continue;
            client->on_write = nullptr;
            bool fails = i == 1;
            client->change(kPods, "default", running[0]["metadata"]["name"].as_string(), [&](json::Value& pod) { pod.mut("status").set("phase", fails ? "Failed" : "Succeeded"); });
            failed += fails;
            client->on_write = saved;
        }
        client->on_write = nullptr;
        CHECK(condition_text(job(), "Complete").rfind("True", 0) == 0);
        CHECK(status()["succeeded"].as_int() == 3);
        CHECK(status()["failed"].as_int() == failed);
        check_no_finalizers();
    }
}

TEST_CASE("index intervals are read and written") {
    CHECK(write_indexes({0, 1, 2, 5, 7, 8}) == "0-2,5,7,8");
    CHECK(parse_indexes("0-2,5,7,8", 100) == IndexSet{0, 1, 2, 5, 7, 8});
    CHECK(parse_indexes("3-1000000000000", 5) == IndexSet{3, 4});
    CHECK(write_indexes({}).empty());
}
