#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"
#include "api/timestamp.h"

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using json::Value;

bool has_condition(const Value& job, std::string_view type) { return find_condition(job, type)["status"].as_string() == "True"; }

Value job_status(const Value& job, WallTime) {
    if (has_condition(job, "Complete")) return "Complete";
    if (has_condition(job, "Failed")) return "Failed";
    if (!job["metadata"]["deletionTimestamp"].empty()) return "Terminating";
    for (auto type : {"Suspended", "FailureTarget", "SuccessCriteriaMet"})
        if (has_condition(job, type)) return type;
    return "Running";
}

Value completions(const Value& job, WallTime) {
    int64_t succeeded = job["status"]["succeeded"].as_int(), parallelism = job["spec"]["parallelism"].as_int();
    if (!job["spec"]["completions"].is_null()) return fmt::format("{}/{}", succeeded, job["spec"]["completions"].as_int());
    if (parallelism > 1) return fmt::format("{}/1 of {}", succeeded, parallelism);
    return fmt::format("{}/1", succeeded);
}

Value duration(const Value& job, WallTime now) {
    auto start = parse_time(job["status"]["startTime"].as_string());
    if (!start) return "";
    return human_duration(parse_time(job["status"]["completionTime"].as_string()).value_or(now) - *start);
}

const Value& job_containers(const Value& job) { return job["spec"]["template"]["spec"]["containers"]; }
const Value& cron_job_containers(const Value& object) { return job_containers(object["spec"]["jobTemplate"]); }

Value suspended(const Value& object, WallTime) {
    const Value& suspend = object["spec"]["suspend"];
    if (suspend.is_null()) return "<unset>";
    return suspend.as_bool() ? "True" : "False";
}

Value last_schedule(const Value& object, WallTime now) {
    const Value& time = object["status"]["lastScheduleTime"];
    return time.empty() ? "<none>" : since(time, now);
}

}  // namespace

std::vector<Column> job_columns() {
    return {
        name_column(),
        column("Status", "string", job_status),
        column("Completions", "string", completions),
        column("Duration", "string", duration),
        age_column(),
        column("Containers", "string", [](const Value& o, WallTime) -> Value { return join_field(job_containers(o), "name"); }, {}, kWide),
        column("Images", "string", [](const Value& o, WallTime) -> Value { return join_field(job_containers(o), "image"); }, {}, kWide),
        column("Selector", "string", [](const Value& o, WallTime) -> Value { return format_selector(o["spec"]["selector"]); }, {}, kWide),
    };
}

std::vector<Column> cron_job_columns() {
    return {
        name_column(),
        column("Schedule", "string", [](const Value& o, WallTime) { return o["spec"]["schedule"]; }),
        column("Timezone", "string", [](const Value& o, WallTime) -> Value { return text_or(o["spec"]["timeZone"], "<none>"); }),
        column("Suspend", "boolean", suspended),
        column("Active", "integer", [](const Value& o, WallTime) -> Value { return o["status"]["active"].size(); }),
        column("Last Schedule", "string", last_schedule),
        age_column(),
        column("Containers", "string", [](const Value& o, WallTime) -> Value { return join_field(cron_job_containers(o), "name"); }, {}, kWide),
        column("Images", "string", [](const Value& o, WallTime) -> Value { return join_field(cron_job_containers(o), "image"); }, {}, kWide),
        column("Selector", "string",
               [](const Value& o, WallTime) -> Value { return format_selector(o["spec"]["jobTemplate"]["spec"]["selector"]); }, {}, kWide),
    };
}

}  // namespace skiff::api::kinds
