#include "server/controllers/cron_job.h"

#include "support/controller_bench.h"

using namespace skiff;
using namespace skiff::controllers;
using namespace skiff::test;
using namespace std::chrono_literals;

namespace {

WallTime at(const char* text) { return *reconcile::parse_time(text); }
std::string next(const char* schedule, const char* after, const TimeZone& zone = {}) {
    auto parsed = CronSchedule::parse(schedule, zone);
    if (!parsed.ok()) return parsed.status().message();
    auto time = parsed->next(at(after));
    return time ? reconcile::format_time(*time) : "never";
}

// A TZif file with nothing but the rule of central Europe.
TimeZone berlin() {
    auto header = [](unsigned types, unsigned chars) {
        std::string text = "TZif2" + std::string(15, '\0');
        for (unsigned count : {0u, 0u, 0u, 0u, types, chars}) text += std::string{'\0', '\0', '\0', static_cast<char>(count)};
        return text;
    };
    std::string type = std::string("\0\0\x0e\x10\0\0", 6) + std::string("CET\0", 4);
    auto zone = TimeZone::parse(header(1, 4) + type + header(1, 4) + type + "\nCET-1CEST,M3.5.0,M10.5.0/3\n");
    if (!zone.ok()) FAIL(zone.status().message());
    return *zone;
}

struct Crons : ControllerBench {
    Crons() { add(make_cron_job_controller()); }
    void make_cron(const std::string& extra = "") {
        create(kCronJobs, "default", R"({"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"c","creationTimestamp":")" + reconcile::format_time(clock.now()) +
                                         R"("},"spec":{"schedule":"* * * * *")" + extra + R"(,"jobTemplate":{"metadata":{"labels":{"l":"v"}},"spec":{"template":{}}}}})");
    }
    std::vector<json::Value> jobs() { return client->trees(kJobs, "default"); }
    json::Value status() { return client->tree(kCronJobs, "default", "c")["status"]; }
    void end_jobs(const char* type) {
        for (const auto& job : jobs())
            if (job["status"].is_null())
                client->change(kJobs, "default", job["metadata"]["name"].as_string(), [&](json::Value& tree) {
                    tree.set("status", parse(std::string(R"({"completionTime":")") + reconcile::format_time(clock.now()) + R"(","startTime":")" +
                                             reconcile::format_time(clock.now()) + R"(","conditions":[{"type":")" + type + R"(","status":"True"}]})"));
                });
        settle();
    }
};

}  // namespace

TEST_CASE("cron expressions give the next time") {
    CHECK(next("* * * * *", "2026-01-01T00:00:30Z") == "2026-01-01T00:01:00Z");
    CHECK(next("*/15 * * * *", "2026-01-01T00:15:00Z") == "2026-01-01T00:30:00Z");
    CHECK(next("5/20 * * * *", "2026-01-01T00:30:00Z") == "2026-01-01T00:45:00Z");
    CHECK(next("0 9-17/4 * * MON-FRI", "2026-01-02T18:00:00Z") == "2026-01-05T09:00:00Z");
    CHECK(next("30 4 1,15 * 5", "2026-01-03T00:00:00Z") == "2026-01-09T04:30:00Z");
    CHECK(next("0 0 29 2 *", "2026-01-01T00:00:00Z") == "2028-02-29T00:00:00Z");
    CHECK(next("0 0 30 2 *", "2026-01-01T00:00:00Z") == "never");
    CHECK(next("0 12 * DEC ?", "2026-01-01T00:00:00Z") == "2026-12-01T12:00:00Z");
    CHECK(next("@daily", "2026-01-01T00:00:00Z") == "2026-01-02T00:00:00Z");
    CHECK(next("@weekly", "2026-01-01T00:00:00Z") == "2026-01-04T00:00:00Z");
    CHECK(next("@yearly", "2026-01-01T00:00:00Z") == "2027-01-01T00:00:00Z");
    CHECK(next("@every 1h30m", "2026-01-01T00:00:10Z") == "2026-01-01T01:30:10Z");
}

TEST_CASE("bad cron expressions are refused") {
    for (auto bad : {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7", "a * * * *", "5-1 * * * *", "*/0 * * * *",
                     "@never", "@every", "@every x", "1,, * * * *x"})
        CHECK(!CronSchedule::parse(bad).ok());
}

TEST_CASE("schedules follow their zone through changes of the clock") {
    auto zone = berlin();
    CHECK(zone.offset_s(std::chrono::duration_cast<std::chrono::seconds>(at("2026-07-01T00:00:00Z").time_since_epoch()).count()) == 7200);
    CHECK(next("0 8 * * *", "2026-01-01T00:00:00Z", zone) == "2026-01-01T07:00:00Z");
    CHECK(next("0 8 * * *", "2026-07-01T00:00:00Z", zone) == "2026-07-01T06:00:00Z");
    // 2:30 does not exist on 29 March 2026.
    CHECK(next("30 2 * * *", "2026-03-29T00:00:00Z", zone) == "2026-03-30T00:30:00Z");
    // On 25 October it comes twice.
    CHECK(next("30 2 * * *", "2026-10-24T22:30:00Z", zone) == "2026-10-25T00:30:00Z");
    CHECK(next("30 2 * * *", "2026-10-25T00:30:00Z", zone) == "2026-10-25T01:30:00Z");
    CHECK(!TimeZone::load("../../etc/passwd").ok());
    CHECK(!TimeZone::load("No/Where").ok());
}

TEST_CASE("of many missed times the latest is due") {
    auto minutely = *CronSchedule::parse("* * * * *");
    auto due = due_time(minutely, at("2026-01-01T00:00:00Z"), std::nullopt, at("2026-01-01T00:03:30Z"));
    CHECK(*due.due == at("2026-01-01T00:03:00Z"));
    CHECK(*due.next == at("2026-01-01T00:04:00Z"));
    CHECK(!due.missed_many);
    due = due_time(minutely, at("2020-01-01T00:00:00Z"), std::nullopt, at("2026-01-01T00:03:30Z"));
    CHECK(due.missed_many);
    CHECK(*due.due == at("2026-01-01T00:03:00Z"));
    due = due_time(minutely, at("2020-01-01T00:00:00Z"), 90, at("2026-01-01T00:03:30Z"));
    CHECK(!due.missed_many);
    CHECK(*due.due == at("2026-01-01T00:03:00Z"));
    CHECK(!due_time(minutely, at("2026-01-01T00:00:00Z"), std::nullopt, at("2026-01-01T00:00:59Z")).due);
}

TEST_CASE_METHOD(Crons, "a Job is started at each time, once") {
    make_cron();
    settle();
    CHECK(jobs().empty());
    advance(60s);
    REQUIRE(jobs().size() == 1);
    CHECK(jobs()[0]["metadata"]["labels"]["l"].as_string() == "v");
    CHECK(jobs()[0]["metadata"]["ownerReferences"][0]["kind"].as_string() == "CronJob");
    CHECK(status()["active"].size() == 1);
    CHECK(!status()["lastScheduleTime"].is_null());
    settle();
    CHECK(jobs().size() == 1);
    end_jobs("Complete");
    CHECK(status()["active"].size() == 0);
    CHECK(!status()["lastSuccessfulTime"].is_null());
    clock.advance(-60s);
    settle();
    clock.advance(60s);
    settle();
    CHECK(jobs().size() == 1);
}

TEST_CASE("a clock that is set is noticed: a time that passed meanwhile is run once, one that comes again is not") {
    struct : FakeClock {
        WallTime now() const override { return FakeClock::now() + offset; }
        Duration offset{0};
    } clock;
    auto client = std::make_shared<FakeClient>();
    auto runtime = reconcile::Runtime::create({1, &clock, [&](const std::string&) { return client; }, client});
    runtime->add(make_cron_job_controller());
    auto wait = [&](Duration time) {
        for (; time > 0s; time -= 30s) {
            runtime->run_until_idle();
            clock.advance(30s);
        }
        runtime->run_until_idle();
    };
    REQUIRE(client->create(kCronJobs, "default", ControllerBench::parse(R"({"metadata":{"name":"c","creationTimestamp":"2023-11-14T22:13:20Z"},"spec":{"schedule":"0 6 * * *","jobTemplate":{"spec":{}}}})")).ok());
    wait(60s);
    clock.offset = 9h;
    wait(600s);
    CHECK(client->trees(kJobs, "default").size() == 1);
    clock.offset = 7h;
    wait(3 * 3600s);
    CHECK(client->trees(kJobs, "default").size() == 1);
}

TEST_CASE_METHOD(Crons, "a run whose status could not be written is not replaced by itself, nor in its own way") {
    for (const char* policy : {"Replace", "Forbid"}) {
        make_cron(std::string(R"(,"successfulJobsHistoryLimit":0,"concurrencyPolicy":")") + policy + "\"");
        settle();
        bool refused = false;
        client->on_write = [&](const Call& call) {
            if (refused || call.text().rfind("update cronjobs/status", 0) != 0) return Status();
            refused = true;
            return error(Reason::ServiceUnavailable, "the server is not there");
        };
        clock.advance(60s);
        settle();
        CHECK(refused);
        REQUIRE(jobs().size() == 1);
        const auto uid = jobs()[0]["metadata"]["uid"].as_string();
        advance(5s);
        REQUIRE(jobs().size() == 1);
        CHECK(jobs()[0]["metadata"]["uid"].as_string() == uid);
        end_jobs("Complete");
        advance(5s);
        CHECK(jobs().empty());      // it is over, and not run again
        client->on_write = {};
        REQUIRE(client->remove(kCronJobs, "default", "c").ok());
        settle();
    }
}

TEST_CASE_METHOD(Crons, "Forbid skips, Replace replaces, Allow adds") {
    make_cron(R"(,"concurrencyPolicy":"Forbid")");
    settle();
    advance(60s);
    advance(60s);
    CHECK(jobs().size() == 1);
    CHECK(event_messages("JobAlreadyActive").size() == 1);
    auto first = jobs()[0]["metadata"]["name"].as_string();
    client->change(kCronJobs, "default", "c", [](json::Value& cron) { cron.mut("spec").set("concurrencyPolicy", "Replace"); });
    advance(60s);
    REQUIRE(jobs().size() == 1);
    CHECK(jobs()[0]["metadata"]["name"].as_string() != first);
    client->change(kCronJobs, "default", "c", [](json::Value& cron) { cron.mut("spec").set("concurrencyPolicy", "Allow"); });
    advance(60s);
    CHECK(jobs().size() == 2);
    CHECK(status()["active"].size() == 2);
    client->change(kCronJobs, "default", "c", [](json::Value& cron) { cron.mut("spec").set("suspend", true); });
    advance(300s);
    CHECK(jobs().size() == 2);
}

TEST_CASE_METHOD(Crons, "the history keeps the limits") {
    make_cron(R"(,"successfulJobsHistoryLimit":2,"failedJobsHistoryLimit":1)");
    settle();
    for (int i = 0; i < 5; ++i) {
        advance(60s);
        end_jobs("Complete");
    }
    CHECK(jobs().size() == 2);
    for (int i = 0; i < 3; ++i) {
        advance(60s);
        end_jobs("Failed");
    }
    CHECK(jobs().size() == 3);
}

TEST_CASE_METHOD(Crons, "what cannot be read is said in an event") {
    make_cron(R"(,"timeZone":"Middle/Earth")");
    settle();
    CHECK(event_messages("UnknownTimeZone").size() == 1);
    client->change(kCronJobs, "default", "c", [](json::Value& cron) {
        cron.mut("spec").erase("timeZone");
        cron.mut("spec").set("schedule", "whenever");
    });
    settle();
    CHECK(event_messages("UnparseableSchedule").size() == 1);
}
