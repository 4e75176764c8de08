// Why a Job does not end well, and why a CronJob starts none.
#include <fmt/format.h>

#include "cli/why/finding.h"

namespace skiff::cli::why {

namespace {

// By the reason of condition Failed.
constexpr Meaning kFailures[] = {
    {"BackoffLimitExceeded", "its pods failed more often than backoffLimit allows", "correct what fails, then make the job anew: kubectl replace --force -f FILE"},
    {"DeadlineExceeded", "it ran longer than spec.activeDeadlineSeconds allows", "raise activeDeadlineSeconds, or make the work shorter"},
    {"PodFailurePolicy", "its podFailurePolicy ended it: &", "kubectl describe job %"},
    {"FailedIndexes|MaxFailedIndexesExceeded", "some of its indexes failed more often than backoffLimitPerIndex allows", "kubectl get job % -o jsonpath={.status.failedIndexes}"},
};

void judge_pods(const World& world, const json::Value& job, Findings& findings) {
    for (const auto& pod : world.list("pods")) {
        if (!owned_by(pod, job) || pod["status"]["phase"].as_string() == "Succeeded") continue;
        auto why = why_pod(world, ns_of(pod), name_of(pod));
        if (why.empty() || contains(why[0].cause, "readiness probe has not succeeded")) continue;
        for (auto& finding : why) findings.push_back({fmt::format("pod {}: {}", name_of(pod), finding.cause), finding.help});
        return;
    }
}

}  // namespace

Findings why_job(const World& world, const std::string& ns, const std::string& name) {
    Findings findings;
    const auto& job = world.find("jobs", ns, name);
    if (job.is_null()) return {{fmt::format("there is no job {} in namespace {}", name, ns), "kubectl get jobs -A | grep " + name}};
    const auto& spec = job["spec"];
    if (judge_going(job, findings) || condition(job, "Complete")["status"].as_string() == "True") return findings;
    if (const auto& failed = condition(job, "Failed"); failed["status"].as_string() == "True") {
        const auto& reason = failed["reason"].as_string();
        const auto* row = meaning_of(kFailures, reason);
        findings.push_back(row ? say(*row, name, failed["message"].as_string()) : Finding{fmt::format("it failed ({}): {}", reason, failed["message"].as_string()), "kubectl describe job " + name});
        Findings pods;
        judge_pods(world, job, pods);
        if (!pods.empty()) findings[0].cause += "; " + pods[0].cause, findings[0].help = pods[0].help + "; then " + findings[0].help;
        return findings;
    }
    if (spec["suspend"].as_bool()) return {{"it is suspended", fmt::format("kubectl patch job {} -n {} -p '{{\"spec\":{{\"suspend\":false}}}}'", name, ns)}};
    if (spec.has("parallelism") && spec["parallelism"].as_int() == 0) return {{"its parallelism is 0, so no pod is started", "set spec.parallelism"}};
    if (const auto& manager = spec["managedBy"].as_string(); !manager.empty() && manager != "kubernetes.io/job-controller")
        return {{fmt::format("controller {} manages it (spec.managedBy), not the cluster", manager), "see that controller's log"}};
    judge_pods(world, job, findings);
    if (const auto& event = world.event("Job", ns, name, {"FailedCreate"}); findings.empty() && !event.is_null()) findings.push_back(judge_creation("job", name, event["message"].as_string()));
    return findings;
}

Findings why_cron_job(const World& world, const std::string& ns, const std::string& name) {
    Findings findings;
    const auto& cron = world.find("cronjobs", ns, name);
    if (cron.is_null()) return {{fmt::format("there is no cronjob {} in namespace {}", name, ns), "kubectl get cronjobs -A | grep " + name}};
    if (judge_going(cron, findings)) return findings;
    if (cron["spec"]["suspend"].as_bool()) return {{"it is suspended", fmt::format("kubectl patch cronjob {} -n {} -p '{{\"spec\":{{\"suspend\":false}}}}'", name, ns)}};
    if (const auto& event = world.event("CronJob", ns, name, {"UnparseableSchedule", "UnknownTimeZone", "InvalidSchedule", "FailedNeedsStart", "MissSchedule", "TooManyMissedTimes", "FailedCreate"}); !event.is_null())
        findings.push_back({"it starts no job: " + event["message"].as_string(), "correct spec.schedule, timeZone, startingDeadlineSeconds or the template: kubectl edit cronjob " + name});
    for (const auto& job : world.list("jobs")) {
        if (!owned_by(job, cron)) continue;
        auto why = why_job(world, ns, name_of(job));
        for (auto& finding : why) findings.push_back({fmt::format("job {}: {}", name_of(job), finding.cause), finding.help});
        if (why.empty() && cron["spec"]["concurrencyPolicy"].as_string() == "Forbid" && condition(job, "Complete")["status"].as_string() != "True")
            findings.push_back({fmt::format("job {} still runs, and concurrencyPolicy Forbid starts no other beside it", name_of(job)), "kubectl get pods -l job-name=" + name_of(job)});
        if (!findings.empty()) break;
    }
    return findings;
}

}  // namespace skiff::cli::why
