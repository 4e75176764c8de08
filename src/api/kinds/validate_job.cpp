#include "api/kinds/internal_form.h"
#include "api/kinds/validate.h"
#include "api/kinds/validate_parts.h"
#include "api/kinds/validate_workload.h"
#include "api/names.h"
#include "api/selector.h"
#include "base/strings.h"

#include <algorithm>

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr std::string_view kZoneAreas[] = {"Africa",  "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Brazil", "Canada",
                                           "Chile",   "Etc",     "Europe",     "Indian", "Mexico", "Pacific", "US"};
constexpr std::string_view kZones[] = {"UTC", "GMT", "UCT", "Zulu", "Universal", "Greenwich", "CET", "CST6CDT", "Cuba", "EET", "EST", "EST5EDT", "Egypt",
                                       "Eire", "GB", "GMT0", "HST", "Hongkong", "Iceland", "Iran", "Israel", "Jamaica", "Japan", "Libya", "MET", "MST",
                                       "MST7MDT", "NZ", "Navajo", "PRC", "PST8PDT", "Poland", "Portugal", "ROC", "ROK", "Singapore", "Turkey", "WET"};

void check_counts(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    for (auto field : {"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"})
        check_not_negative(spec[field], path.child(field), errors);
}

void check_completion_mode(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    const std::string& mode = spec["completionMode"].as_string();
    check_one_of(spec["completionMode"], path.child("completionMode"), {"NonIndexed", "Indexed"}, errors, Presence::Optional);
    if (mode != "Indexed") {
        if (!spec["backoffLimitPerIndex"].is_null()) errors.invalid(path.child("backoffLimitPerIndex"), spec["backoffLimitPerIndex"], "requires indexed completion mode");
        return;
    }
    if (spec["completions"].is_null()) errors.required(path.child("completions"), "when completion mode is Indexed");
    constexpr int64_t kParallelismMax = 100000;
    if (spec["parallelism"].as_int() > kParallelismMax)
        errors.invalid(path.child("parallelism"), spec["parallelism"], "must be less than or equal to 100000 when completion mode is Indexed");
}

// What Jobs and the templates of CronJobs share.
void validate_job_spec(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    check_counts(spec, path, errors);
    check_completion_mode(spec, path, errors);
    validate_job_policies(spec, path, errors);
    const Value& policy = spec["podFailurePolicy"];
    const Value& restart = spec["template"]["spec"]["restartPolicy"];
    validate_pod_template(spec["template"], path.child("template"), errors);
    FieldPath restart_path = path.child("template").child("spec").child("restartPolicy");
    const std::string& text = restart.as_string();
    if (text.empty() || text == "Always") errors.required(restart_path, "valid values: \"OnFailure\", \"Never\"");
    else if (text != "OnFailure" && text != "Never") errors.not_supported(restart_path, restart, {"OnFailure", "Never"});
    else if (policy.is_object() && text != "Never") errors.invalid(restart_path, restart, "only \"Never\" is supported when podFailurePolicy is specified");
    const Value& replacement = spec["podReplacementPolicy"];
    FieldPath replacement_path = path.child("podReplacementPolicy");
    if (replacement.is_null()) return;
    if (policy.is_object()) check_listed(replacement, replacement_path, {"Failed"}, errors);
    else check_listed(replacement, replacement_path, {"Failed", "TerminatingOrFailed"}, errors);
}

// The pods of a job are those that its selector finds.
void check_selector(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    const Value &labels = spec["template"]["metadata"]["labels"], &selector = spec["selector"];
    FieldErrors broken;
    if (selector.is_null()) errors.required(path.child("selector"), "");
    else validate_label_selector(selector, path.child("selector"), broken);
    errors.append(broken);
    if (!broken.empty()) return;
    if (selector.is_null() || !LabelSelector::from_object(selector)->matches(labels))
        errors.invalid(path.child("template").child("metadata").child("labels"), shown_labels(labels), "`selector` does not match template `labels`");
}

void check_generated_selector(const Value& job, const FieldPath& path, FieldErrors& errors) {
    const Value &selector = job["spec"]["selector"], &uid = job["metadata"]["uid"], &name = job["metadata"]["name"];
    FieldErrors broken;
    validate_label_selector(selector, path, broken);
    if (job["spec"]["manualSelector"].as_bool() || selector.is_null() || !broken.empty()) return;
    Value generated = Value::object({{"controller-uid", uid}, {"job-name", name}, {"batch.kubernetes.io/controller-uid", uid}, {"batch.kubernetes.io/job-name", name}});
    if (!LabelSelector::from_object(selector)->matches(generated)) errors.invalid(path.child("selector"), shown_selector(selector), "`selector` not auto-generated");
}

// A suspended job that never ran may still be told where to run.
bool template_changed(const Value& job, const Value& old) {
    const Value& now = job["spec"]["template"];
    Value before = old["spec"]["template"];
    if (!old["spec"]["suspend"].as_bool() || !old["status"]["startTime"].is_null()) return !(now == before);
    auto take = [](Value& to, const Value& from, const char* field) {
        if (from.has(field)) to.set(field, from[field]);
        else to.erase(field);
    };
    Value& spec = before.mut("spec");
    for (auto field : {"nodeSelector", "tolerations", "schedulingGates"}) take(spec, now["spec"], field);
    if (now["spec"]["affinity"].is_object() || spec["affinity"].is_object()) {
        take(spec.mut("affinity"), now["spec"]["affinity"], "nodeAffinity");
        if (spec["affinity"].size() == 0 && !now["spec"]["affinity"].is_object()) spec.erase("affinity");
    }
    for (auto field : {"annotations", "labels"}) take(before.mut("metadata"), now["metadata"], field);
    // The members may stand in another order now.
    auto same = [](const Value& a, const Value& b) { return a.size() == b.size() && std::all_of(a.members().begin(), a.members().end(), [&](const json::Member& m) { return m.value == b[m.key]; }); };
    return !same(now["spec"], before["spec"]) || !same(now["metadata"], before["metadata"]);
}

bool is_known_zone(const std::string& zone) {
    size_t slash = zone.find('/');
    if (slash != std::string::npos)
        return slash + 1 < zone.size() && std::find(std::begin(kZoneAreas), std::end(kZoneAreas), zone.substr(0, slash)) != std::end(kZoneAreas);
    return std::find(std::begin(kZones), std::end(kZones), zone) != std::end(kZones);
}

void check_zone(const Value& zone, const FieldPath& path, FieldErrors& errors) {
    if (zone.is_null()) return;
    const std::string& name = zone.as_string();
    if (name.empty()) errors.invalid(path, zone, "timeZone must be nil or non-empty string");
    else if (lower(name) == "local") errors.invalid(path, zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
    else if (!is_known_zone(name)) errors.invalid(path, zone, "unknown time zone " + name);
}

}  // namespace

// The pods of an indexed job have its name and their number for a host name.
static void check_name_of_pods(const Value& job, FieldErrors& errors) {
    const Value& spec = job["spec"];
    if (spec["completionMode"].as_string() != "Indexed" || spec["completions"].as_int() <= 0) return;
    const std::string& name = job["metadata"]["name"].as_string();
    const std::string longest = fmt::format("{}-{}", name, spec["completions"].as_int() - 1);
    if (!check_dns1123_label(longest).empty()) errors.invalid(FieldPath("metadata").child("name"), name, "will not able to create pod with invalid DNS label: " + longest);
}

void validate_job(const Value& job, FieldErrors& errors) {
    FieldPath path("spec");
    check_generated_selector(job, path, errors);
    validate_job_spec(job["spec"], path, errors);
    check_selector(job["spec"], path, errors);
    check_name_of_pods(job, errors);
}

void validate_job_update(const Value& job, const Value& old, FieldErrors& errors) {
    FieldPath path("spec");
    validate_job(job, errors);
    validate_job_spec(job["spec"], path, errors);   // once more, as Kubernetes does
    check_selector(job["spec"], path, errors);
    const Value &spec = job["spec"], &before = old["spec"];
    bool elastic = spec["completionMode"].as_string() == "Indexed" && spec["completions"] == spec["parallelism"];
    if (!elastic) check_immutable(spec["completions"], before["completions"], path.child("completions"), errors);
    if (!(spec["selector"] == before["selector"])) errors.invalid(path.child("selector"), shown_selector(spec["selector"]), "field is immutable");
    if (template_changed(job, old)) errors.invalid(path.child("template"), internal_form("PodTemplateSpec", spec["template"]), "field is immutable");
    for (auto field : {"completionMode", "backoffLimitPerIndex", "managedBy"}) check_immutable(spec[field], before[field], path.child(field), errors);
    for (auto [field, type] : {std::pair("podFailurePolicy", "PodFailurePolicy"), std::pair("successPolicy", "SuccessPolicy")})
        if (!(spec[field] == before[field])) errors.invalid(path.child(field), spec[field].is_null() ? Value() : internal_form(type, spec[field]), "field is immutable");
}

void validate_cron_job(const Value& object, FieldErrors& errors) {
    constexpr size_t kNameMax = 52;   // the names of its jobs get eleven more characters
    FieldPath path("spec");
    const Value& spec = object["spec"];
    const std::string& schedule = spec["schedule"].as_string();
    if (schedule.empty()) {
        errors.required(path.child("schedule"), "");
    } else if (std::string complaint = cron_complaint(schedule); contains(schedule, "TZ")) {
        errors.invalid(path.child("schedule"), schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    } else if (!complaint.empty()) {
        errors.invalid(path.child("schedule"), schedule, complaint);
    }
    check_zone(spec["timeZone"], path.child("timeZone"), errors);
    for (auto field : {"startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"})
        check_not_negative(spec[field], path.child(field), errors);
    check_one_of(spec["concurrencyPolicy"], path.child("concurrencyPolicy"), {"Allow", "Forbid", "Replace"}, errors);
    const Value& made = spec["jobTemplate"]["spec"];
    FieldPath at = path.child("jobTemplate").child("spec");
    validate_job_spec(made, at, errors);
    if (!made["selector"].is_null()) errors.invalid(at.child("selector"), made["selector"], "`selector` will be auto-generated");
    if (made["manualSelector"].as_bool()) errors.not_supported(at.child("manualSelector"), made["manualSelector"], {"nil", "false"});
    if (object["metadata"]["name"].as_string().size() > kNameMax)
        errors.invalid(FieldPath("metadata").child("name"), object["metadata"]["name"], "must be no more than 52 characters");
}

}  // namespace skiff::api::kinds
