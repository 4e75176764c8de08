#include <algorithm>

#include "api/timestamp.h"
#include "base/strings.h"
#include "cli/kubectl/describe_kinds.h"
#include "cli/kubectl/go_template.h"
#include "cli/kubectl/pod_choice.h"

namespace skiff::cli::kubectl {

namespace {

void head(DescribePage& page, const json::Value& object) {
    page.line(0, "Name:\t{}", object["metadata"]["name"].as_string());
    page.line(0, "Namespace:\t{}", object["metadata"]["namespace"].as_string());
}

void labels_and_annotations(DescribePage& page, const json::Value& object) {
    page.labels("Labels", object["metadata"]["labels"]);
    page.annotations("Annotations", object["metadata"]["annotations"]);
}

// "1 Running / 0 Waiting / 0 Succeeded / 0 Failed": the pods that it controls.
std::string pods_status(const DescribeContext& context) {
    const auto selector = pods_selector(context.object);
    int running = 0, waiting = 0, succeeded = 0, failed = 0;
    if (selector.ok()) {
        net::Query query;
        query.add("labelSelector", *selector);
        const auto list = context.session.get(api_path({"", "v1", "pods"}, context.object["metadata"]["namespace"].as_string(), "", "", query));
        if (!list.ok()) return "error in fetching pods: " + list.status().message();
        for (const auto& pod : (*list)["items"].items()) {
            bool ours = false;
            for (const auto& owner : pod["metadata"]["ownerReferences"].items()) ours = ours || (owner["controller"].as_bool() && owner["uid"] == context.object["metadata"]["uid"]);
            if (!ours) continue;
            const auto& phase = pod["status"]["phase"].as_string();
            ++(phase == "Running" ? running : phase == "Pending" ? waiting : phase == "Succeeded" ? succeeded : failed);
        }
    }
    return fmt::format("{} Running / {} Waiting / {} Succeeded / {} Failed", running, waiting, succeeded, failed);
}

std::string unset_or(const json::Value& value, const char* unit = "") { return value.is_null() ? "<unset>" : go_text(value) + unit; }

std::string truth(const json::Value& value) { return value.is_null() ? "<unset>" : value.as_bool() ? "True" : "False"; }

// Old and new ReplicaSets of a Deployment: the new one has its template.
void replica_sets(DescribePage& page, const DescribeContext& context) {
    const auto& deployment = context.object;
    net::Query query;
    if (const auto selector = pods_selector(deployment); selector.ok()) query.add("labelSelector", *selector);
    const auto list = context.session.get(api_path({"apps", "v1", "replicasets"}, deployment["metadata"]["namespace"].as_string(), "", "", query));
    if (!list.ok()) return;
    const auto& revision = deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"].as_string();
    std::vector<std::string> old_ones, new_ones;
    auto sets = (*list)["items"].items();
    std::stable_sort(sets.begin(), sets.end(), [](const json::Value& a, const json::Value& b) { return a["metadata"]["creationTimestamp"].as_string() < b["metadata"]["creationTimestamp"].as_string(); });
    for (const auto& set : sets) {
        bool ours = false;
        for (const auto& owner : set["metadata"]["ownerReferences"].items()) ours = ours || owner["uid"] == deployment["metadata"]["uid"];
        if (!ours) continue;
        const auto text = fmt::format("{} ({}/{} replicas created)", set["metadata"]["name"].as_string(), set["status"]["replicas"].as_int(), set["spec"]["replicas"].as_int());
        (set["metadata"]["annotations"]["deployment.kubernetes.io/revision"].as_string() == revision ? new_ones : old_ones).push_back(text);
    }
    if (old_ones.empty() && new_ones.empty()) return;
    page.line(0, "OldReplicaSets:\t{}", or_none(join(old_ones, ", ")));
    page.line(0, "NewReplicaSet:\t{}", or_none(join(new_ones, ", ")));
}

}  // namespace

Status describe_deployment(DescribePage& page, const DescribeContext& context) {
    const auto& object = context.object;
    const auto &spec = object["spec"], &status = object["status"];
    head(page, object);
    page.line(0, "CreationTimestamp:\t{}", long_time(object["metadata"]["creationTimestamp"].as_string()));
    labels_and_annotations(page, object);
    page.line(0, "Selector:\t{}", selector_text(spec["selector"]));
    page.line(0, "Replicas:\t{} desired | {} updated | {} total | {} available | {} unavailable", spec["replicas"].as_int(), status["updatedReplicas"].as_int(), status["replicas"].as_int(),
              status["availableReplicas"].as_int(), status["unavailableReplicas"].as_int());
    page.line(0, "StrategyType:\t{}", spec["strategy"]["type"].as_string());
    page.line(0, "MinReadySeconds:\t{}", spec["minReadySeconds"].as_int());
    if (const auto& rolling = spec["strategy"]["rollingUpdate"]; rolling.is_object())
        page.line(0, "RollingUpdateStrategy:\t{} max unavailable, {} max surge", go_text(rolling["maxUnavailable"]), go_text(rolling["maxSurge"]));
    describe_template(page, spec["template"]);
    page.conditions(status["conditions"]);
    replica_sets(page, context);
    add_events(page, context);
    return {};
}

Status describe_replicas(DescribePage& page, const DescribeContext& context) {
    const auto& object = context.object;
    head(page, object);
    page.line(0, "Selector:\t{}", selector_text(object["spec"]["selector"]));
    labels_and_annotations(page, object);
    if (const auto owner = controller_of(object); !owner.empty()) page.line(0, "Controlled By:\t{}", owner);
    page.line(0, "Replicas:\t{} current / {} desired", object["status"]["replicas"].as_int(), object["spec"]["replicas"].as_int());
    page.line(0, "Pods Status:\t{}", pods_status(context));
    describe_template(page, object["spec"]["template"]);
    page.conditions(object["status"]["conditions"]);
    add_events(page, context);
    return {};
}

Status describe_daemon_set(DescribePage& page, const DescribeContext& context) {
    const auto& object = context.object;
    const auto& status = object["status"];
    head(page, object);
    page.line(0, "Selector:\t{}", selector_text(object["spec"]["selector"]));
    page.line(0, "Node-Selector:\t{}", selector_text(object["spec"]["template"]["spec"]["nodeSelector"]));
    labels_and_annotations(page, object);
    page.line(0, "Desired Number of Nodes Scheduled: {}", status["desiredNumberScheduled"].as_int());
    page.line(0, "Current Number of Nodes Scheduled: {}", status["currentNumberScheduled"].as_int());
    page.line(0, "Number of Nodes Scheduled with Up-to-date Pods: {}", status["updatedNumberScheduled"].as_int());
    page.line(0, "Number of Nodes Scheduled with Available Pods: {}", status["numberAvailable"].as_int());
    page.line(0, "Number of Nodes Misscheduled: {}", status["numberMisscheduled"].as_int());
    page.line(0, "Pods Status:\t{}", pods_status(context));
    describe_template(page, object["spec"]["template"]);
    add_events(page, context);
    return {};
}

Status describe_stateful_set(DescribePage& page, const DescribeContext& context) {
    const auto& object = context.object;
    const auto& spec = object["spec"];
    head(page, object);
    page.line(0, "CreationTimestamp:\t{}", long_time(object["metadata"]["creationTimestamp"].as_string()));
    page.line(0, "Selector:\t{}", selector_text(spec["selector"]));
    labels_and_annotations(page, object);
    page.line(0, "Replicas:\t{} desired | {} total", spec["replicas"].as_int(), object["status"]["replicas"].as_int());
    page.line(0, "Update Strategy:\t{}", spec["updateStrategy"]["type"].as_string());
    if (const auto& rolling = spec["updateStrategy"]["rollingUpdate"]; rolling.has("partition")) {
        page.line(1, "Partition:\t{}", rolling["partition"].as_int());
        if (rolling.has("maxUnavailable")) page.line(1, "MaxUnavailable:\t{}", go_text(rolling["maxUnavailable"]));
    }
    page.line(0, "Pods Status:\t{}", pods_status(context));
    describe_template(page, spec["template"]);
    page.raw(0, spec["volumeClaimTemplates"].size() ? "Volume Claims:" : "Volume Claims:\t<none>");
    for (const auto& claim : spec["volumeClaimTemplates"].items()) {
        page.line(1, "Name:\t{}", claim["metadata"]["name"].as_string());
        page.line(1, "StorageClass:\t{}", claim["spec"]["storageClassName"].as_string());
        page.labels("  Labels", claim["metadata"]["labels"]);
        page.annotations("  Annotations", claim["metadata"]["annotations"]);
        page.line(1, "Capacity:\t{}", claim["spec"]["resources"]["requests"]["storage"].as_string("<default>"));
        page.line(1, "Access Modes:\t{}", go_text(claim["spec"]["accessModes"]));
    }
    add_events(page, context);
    return {};
}

Status describe_job(DescribePage& page, const DescribeContext& context) {
    const auto& object = context.object;
    const auto &spec = object["spec"], &status = object["status"];
    head(page, object);
    page.line(0, "Selector:\t{}", selector_text(spec["selector"]));
    labels_and_annotations(page, object);
    if (const auto owner = controller_of(object); !owner.empty()) page.line(0, "Controlled By:\t{}", owner);
    if (spec.has("parallelism")) page.line(0, "Parallelism:\t{}", spec["parallelism"].as_int());
    page.line(0, "Completions:\t{}", unset_or(spec["completions"]));
    if (spec.has("completionMode")) page.line(0, "Completion Mode:\t{}", spec["completionMode"].as_string());
    if (spec.has("suspend")) page.line(0, "Suspend:\t{}", spec["suspend"].as_bool());
    if (spec.has("backoffLimit")) page.line(0, "Backoff Limit:\t{}", spec["backoffLimit"].as_int());
    if (spec.has("ttlSecondsAfterFinished")) page.line(0, "TTL Seconds After Finished:\t{}", spec["ttlSecondsAfterFinished"].as_int());
    const auto &start = status["startTime"].as_string(), &end = status["completionTime"].as_string();
    if (!start.empty()) page.line(0, "Start Time:\t{}", long_time(start));
    if (!end.empty()) page.line(0, "Completed At:\t{}", long_time(end));
    const auto from = api::parse_time(start), to = api::parse_time(end);
    if (from && to) page.line(0, "Duration:\t{}", api::human_duration(*to - *from));
    if (spec.has("activeDeadlineSeconds")) page.line(0, "Active Deadline Seconds:\t{}s", spec["activeDeadlineSeconds"].as_int());
    const auto ready = status.has("ready") ? fmt::format(" ({} Ready)", status["ready"].as_int()) : std::string();
    page.line(0, "Pods Statuses:\t{} Active{} / {} Succeeded / {} Failed", status["active"].as_int(), ready, status["succeeded"].as_int(), status["failed"].as_int());
    if (spec["completionMode"].as_string() == "Indexed") page.line(0, "Completed Indexes:\t{}", or_none(status["completedIndexes"].as_string()));
    describe_template(page, spec["template"]);
    add_events(page, context);
    return {};
}

Status describe_cron_job(DescribePage& page, const DescribeContext& context) {
    const auto& object = context.object;
    const auto &spec = object["spec"], &job = spec["jobTemplate"]["spec"];
    head(page, object);
    labels_and_annotations(page, object);
    page.line(0, "Schedule:\t{}", spec["schedule"].as_string());
    page.line(0, "Concurrency Policy:\t{}", spec["concurrencyPolicy"].as_string());
    page.line(0, "Suspend:\t{}", truth(spec["suspend"]));
    page.line(0, "Successful Job History Limit:\t{}", unset_or(spec["successfulJobsHistoryLimit"]));
    page.line(0, "Failed Job History Limit:\t{}", unset_or(spec["failedJobsHistoryLimit"]));
    page.line(0, "Starting Deadline Seconds:\t{}", unset_or(spec["startingDeadlineSeconds"], "s"));
    page.line(0, "Selector:\t{}", job["selector"].is_object() ? selector_text(job["selector"]) : "<unset>");
    page.line(0, "Parallelism:\t{}", unset_or(job["parallelism"]));
    page.line(0, "Completions:\t{}", unset_or(job["completions"]));
    if (job.has("activeDeadlineSeconds")) page.line(0, "Active Deadline Seconds:\t{}s", job["activeDeadlineSeconds"].as_int());
    describe_template(page, job["template"]);
    const auto& last = object["status"]["lastScheduleTime"].as_string();
    page.line(0, "Last Schedule Time:\t{}", last.empty() ? "<unset>" : long_time(last));
    std::vector<std::string> active;
    for (const auto& one : object["status"]["active"].items()) active.push_back(one["name"].as_string());
    page.line(0, "Active Jobs:\t{}", or_none(join(active, ", ")));
    add_events(page, context);
    return {};
}

}  // namespace skiff::cli::kubectl
