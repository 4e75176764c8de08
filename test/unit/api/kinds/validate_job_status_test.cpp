#include <catch2/catch.hpp>

#include "api/kinds/validate_workload.h"
#include "json/parse.h"

using namespace skiff;

namespace {

std::string said(const char* now, const char* before = "{}") {
    const auto job = json::Value::object({{"spec", *json::parse(R"({"completions":1})")}, {"status", *json::parse(now)}});
    const auto old = json::Value::object({{"spec", *json::parse(R"({"completions":1})")}, {"status", *json::parse(before)}});
    api::FieldErrors errors;
    api::kinds::check_job_end(job, old, errors);
    return errors.text();
}

constexpr const char* kComplete = R"({"startTime":"2024-01-01T00:00:00Z","completionTime":"2024-01-01T00:00:01Z",
    "conditions":[{"type":"SuccessCriteriaMet","status":"True"},{"type":"Complete","status":"True"}]})";

}  // namespace

TEST_CASE("a Job is complete when it met its criteria, has begun and ended") {
    CHECK(said(kComplete).empty());
    CHECK(said(R"({"conditions":[{"type":"Complete","status":"True"}]})") ==
          "[status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition, "
          "status.completionTime: Required value: completionTime is required for Complete jobs, status.startTime: Required value: startTime is required for finished job]");
}

TEST_CASE("the end of a Job is not taken back, and what was wrong before stays allowed") {
    CHECK(said("{}", kComplete).find("cannot disable the terminal Complete=True condition") != std::string::npos);
    const char* wrong = R"({"active":1,"startTime":"2024-01-01T00:00:00Z","conditions":[{"type":"Failed","status":"True"}]})";
    CHECK(said(wrong).find("without the FailureTarget=true condition") != std::string::npos);
    CHECK(said(wrong, wrong).empty());
}
