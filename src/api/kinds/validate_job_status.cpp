// What a Job's status may say of its end: conditions that need or exclude each other, and what a finished Job cannot have. Only what a change
// touches is looked at, so that a status that was wrong before can still be written (Kubernetes' JobManagedBy).
#include <algorithm>

#include "api/kinds/validate_workload.h"

#include <fmt/core.h>

namespace skiff::api::kinds {
namespace {

using json::Value;

const FieldPath kStatus("status"), kConditions = kStatus.child("conditions");

bool says(const Value& status, std::string_view type, std::string_view what) {
    const auto& conditions = status["conditions"].items();
    return std::any_of(conditions.begin(), conditions.end(), [&](const Value& c) { return c["type"].as_string() == type && c["status"].as_string() == what; });
}

bool holds(const Value& status, std::string_view type) { return says(status, type, "True"); }
bool holds_not(const Value& status, std::string_view type) { return says(status, type, "False"); }

bool is_finished(const Value& status) { return holds(status, "Complete") || holds(status, "Failed"); }

class EndChecker {
public:
    EndChecker(const Value& job, const Value& old, FieldErrors& errors) : job_(job), now_(job["status"]), before_(old["status"]), errors_(errors) {}

    void run() {
        together();
        times();
        finished();
        for (auto type : {"Failed", "Complete", "FailureTarget"})
            if (holds(before_, type) && !holds(now_, type)) errors_.invalid_unshown(kConditions, fmt::format("cannot disable the terminal {}=True condition", type));
        const Value &was = before_["completionTime"], &is = now_["completionTime"];
        if (!was.is_null() && !is.is_null() && !(was == is)) errors_.invalid(kStatus.child("completionTime"), is, "field is immutable");
        const bool resumes = holds(before_, "Suspended") && holds_not(now_, "Suspended");
        if (!before_["startTime"].is_null() && changed("startTime") && !job_["spec"]["suspend"].as_bool() && !resumes)
            errors_.required(kStatus.child("startTime"), "startTime cannot be removed for unsuspended job");
        refuse_if(holds(before_, "SuccessCriteriaMet") && !holds(now_, "SuccessCriteriaMet"), "cannot disable the SuccessCriteriaMet=True condition");
        refuse_if(holds(before_, "Complete") && !holds(before_, "SuccessCriteriaMet") && holds(now_, "SuccessCriteriaMet"), "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions");
    }

private:
    bool turned(std::string_view type) const { return holds(now_, type) != holds(before_, type); }
    bool changed(const char* field) const { return !(now_[field] == before_[field]); }
    void refuse_if(bool wrong, std::string_view why) {
        if (wrong) errors_.invalid_unshown(kConditions, why);
    }

    void together() {
        const bool complete = holds(now_, "Complete"), failed = holds(now_, "Failed"), failing = holds(now_, "FailureTarget"), met = holds(now_, "SuccessCriteriaMet");
        if (turned("Complete") || turned("Failed")) refuse_if(complete && failed, "cannot set Complete=True and Failed=true conditions");
        if (turned("Complete") || turned("FailureTarget")) refuse_if(complete && failing, "cannot set Complete=True and FailureTarget=true conditions");
        if (turned("Failed") || changed("failedIndexes")) refuse_if(failed && !failing, "cannot set Failed=True condition without the FailureTarget=true condition");
        if (turned("Complete") || turned("SuccessCriteriaMet")) refuse_if(complete && !met, "cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
        refuse_if(met && failed, "cannot set SuccessCriteriaMet=True and Failed=true conditions");
        refuse_if(met && failing, "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
        refuse_if(job_["spec"]["successPolicy"].is_object() && !met && complete, "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True");
    }

    void times() {
        const Value &completed = now_["completionTime"], &started = now_["startTime"];
        const FieldPath path = kStatus.child("completionTime");
        const bool complete = holds(now_, "Complete");
        if (turned("Complete") || changed("completionTime")) {
            if (!completed.is_null() && !complete) errors_.invalid(path, completed, "cannot set completionTime when there is no Complete=True condition");
            if (completed.is_null() && complete) errors_.required(path, "completionTime is required for Complete jobs");
        }
        if ((changed("startTime") || changed("completionTime")) && !started.is_null() && !completed.is_null() && completed.as_string() < started.as_string())
            errors_.invalid(path, completed, "must be equal to or after `startTime`");
    }

    void finished() {
        if (!is_finished(now_)) return;
        const bool ended = !is_finished(before_);
        const Value& uncounted = now_["uncountedTerminatedPods"];
        if ((ended || changed("active")) && now_["active"].as_int() > 0) errors_.invalid(kStatus.child("active"), now_["active"], "active>0 is invalid for finished job");
        const Value& spec = job_["spec"];
        const bool nothing_to_do = spec["suspend"].as_bool() && spec["completions"].is_int() && spec["completions"].as_int() == 0;
        if ((ended || changed("startTime")) && !nothing_to_do && now_["startTime"].is_null()) errors_.required(kStatus.child("startTime"), "startTime is required for finished job");
        if ((ended || changed("uncountedTerminatedPods")) && uncounted["succeeded"].size() + uncounted["failed"].size() > 0)
            errors_.invalid(kStatus.child("uncountedTerminatedPods"), uncounted, "must be empty for finished job");
        if ((ended || changed("terminating")) && now_["terminating"].as_int() > 0) errors_.invalid(kStatus.child("terminating"), now_["terminating"], "terminating>0 is invalid for finished job");
    }

    const Value &job_, &now_, &before_;
    FieldErrors& errors_;
};

}  // namespace

void check_job_end(const Value& job, const Value& old, FieldErrors& errors) { EndChecker(job, old, errors).run(); }

}  // namespace skiff::api::kinds
