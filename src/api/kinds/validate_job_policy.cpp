// What a Job says of failures and successes of its pods, and what its status may say.
#include "api/kinds/validate_workload.h"

#include <algorithm>

#include <fmt/core.h>

#include "api/kinds/internal_form.h"
#include "api/kinds/validate.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr size_t kRulesMax = 20, kCodesMax = 255, kConditionsMax = 20, kIndexesMax = 64 * 1024;

void check_exit_codes(const Value& rule, const Value& pod, const FieldPath& path, FieldErrors& errors) {
    const Value &op = rule["operator"], &codes = rule["values"], &name = rule["containerName"];
    if (op.empty()) errors.required(path.child("operator"), "valid values: [\"In\" \"NotIn\"]");
    else check_one_of(op, path.child("operator"), {"In", "NotIn"}, errors);
    bool known = name.is_null();
    for (auto list : {"containers", "initContainers"})
        for (const Value& container : pod[list].items()) known = known || container["name"] == name;
    if (!known) errors.invalid(path.child("containerName"), name, "must be one of the container or initContainer names in the pod template");
    FieldPath at = path.child("values");
    if (codes.size() == 0) errors.invalid(at, codes, "at least one value is required");
    if (codes.size() > kCodesMax) errors.too_many(at, codes.size(), kCodesMax);
    std::set<int64_t> seen;
    bool ordered = true;
    for (size_t i = 0; i < codes.size(); ++i) {
        if (op.as_string() == "In" && codes[i].as_int() == 0) errors.invalid(at.index(i), 0, "must not be 0 for the In operator");
        if (!seen.insert(codes[i].as_int()).second) errors.duplicate(at.index(i), codes[i]);
        ordered = ordered && (i == 0 || codes[i - 1].as_int() <= codes[i].as_int());
    }
    if (!ordered) errors.invalid(at, codes, "must be ordered");
}

void check_pod_conditions(const Value& patterns, const FieldPath& path, FieldErrors& errors) {
    if (patterns.size() > kConditionsMax) errors.too_many(path, patterns.size(), kConditionsMax);
    for (size_t i = 0; i < patterns.size(); ++i) {
        FieldPath at = path.index(i);
        const std::string& type = patterns[i]["type"].as_string();
        add_complaints(check_qualified_name(type), at.child("type"), type, errors);
        if (patterns[i]["status"].empty()) errors.required(at.child("status"), "valid values: [\"False\" \"True\" \"Unknown\"]");
        else check_one_of(patterns[i]["status"], at.child("status"), {"False", "True", "Unknown"}, errors);
    }
}

void check_failure_policy(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    const Value& rules = spec["podFailurePolicy"]["rules"];
    if (rules.size() > kRulesMax) errors.too_many(path.child("rules"), rules.size(), kRulesMax);
    for (size_t i = 0; i < rules.size(); ++i) {
        const Value& rule = rules[i];
        FieldPath at = path.child("rules").index(i);
        const std::string& action = rule["action"].as_string();
        if (action.empty()) errors.required(at.child("action"), "valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]");
        else check_one_of(rule["action"], at.child("action"), {"Count", "FailIndex", "FailJob", "Ignore"}, errors);
        if (action == "FailIndex" && spec["backoffLimitPerIndex"].is_null()) errors.invalid(at.child("action"), action, "requires the backoffLimitPerIndex to be set");
        bool codes = rule["onExitCodes"].is_object(), conditions = rule["onPodConditions"].size() > 0;
        if (codes) check_exit_codes(rule["onExitCodes"], spec["template"]["spec"], at.child("onExitCodes"), errors);
        if (conditions) check_pod_conditions(rule["onPodConditions"], at.child("onPodConditions"), errors);
        if (codes && conditions) errors.invalid_unshown(at, "specifying both OnExitCodes and OnPodConditions is not supported");
        if (!codes && !conditions) errors.invalid_unshown(at, "specifying one of OnExitCodes and OnPodConditions is required");
    }
}

// "1,3-5,7": how many indexes, or what is wrong.
std::string read_indexes(const std::string& text, int64_t completions, int64_t& total) {
    total = 0;
    if (text.empty()) return {};
    int64_t last = -1;
    for (std::string_view part : split_views(text, ',')) {
        auto limits = split(part, '-');
        if (limits.size() > 2) return fmt::format("the fragment \"{}\" violates the requirement that an index interval can have at most two parts separated by '-'", part);
        auto first = parse_int(limits[0]);
        if (!first) return fmt::format("cannot convert string to integer for index: \"{}\"", limits[0]);
        if (*first >= completions) return fmt::format("too large index: \"{}\"", limits[0]);
        if (*first <= last) return fmt::format("non-increasing order, previous: {}, current: {}", last, *first);
        int64_t end = *first;
        if (limits.size() == 2) {
            auto second = parse_int(limits[1]);
            if (!second) return fmt::format("cannot convert string to integer for index: \"{}\"", limits[1]);
            if (*second >= completions) return fmt::format("too large index: \"{}\"", limits[1]);
            if (*second <= *first) return fmt::format("non-increasing order, previous: {}, current: {}", *first, *second);
            end = *second;
        }
        total += end - *first + 1;
        last = end;
    }
    return {};
}

void check_success_policy(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    const Value& rules = spec["successPolicy"]["rules"];
    int64_t completions = spec["completions"].as_int();
    if (rules.size() == 0) errors.required(path.child("rules"), "at least one rules must be specified when the successPolicy is specified");
    if (rules.size() > kRulesMax) errors.too_many(path.child("rules"), rules.size(), kRulesMax);
    for (size_t i = 0; i < rules.size(); ++i) {
        FieldPath at = path.child("rules").index(i);
        const Value &count = rules[i]["succeededCount"], &indexes = rules[i]["succeededIndexes"];
        if (count.is_null() && indexes.is_null()) errors.required(at, "at least one of succeededCount or succeededIndexes must be specified");
        int64_t total = 0;
        if (!indexes.is_null()) {
            if (indexes.as_string().size() > kIndexesMax) errors.too_long(at.child("succeededIndexes"), kIndexesMax);
            else if (std::string why = read_indexes(indexes.as_string(), completions, total); !why.empty())
                errors.invalid(at.child("succeededIndexes"), indexes, "error parsing succeededIndexes: " + why);
        }
        if (count.is_null()) continue;
        check_not_negative(count, at.child("succeededCount"), errors);
        if (count.as_int() > completions)
            errors.invalid(at.child("succeededCount"), count, fmt::format("must be less than or equal to {} (the number of specified completions)", completions));
        if (!indexes.is_null() && count.as_int() > total)
            errors.invalid(at.child("succeededCount"), count,
                           fmt::format("must be less than or equal to {} (the number of indexes in the specified succeededIndexes field)", total));
    }
}

// example.com/name
void check_managed_by(const std::string& name, const FieldPath& path, FieldErrors& errors) {
    constexpr size_t kManagedByMax = 63;
    size_t slash = name.find('/');
    if (name.empty()) errors.required(path, "");
    else if (slash == std::string::npos || slash == 0 || slash + 1 == name.size())
        errors.invalid(path, name, "must be a domain-prefixed path (such as \"acme.io/foo\")");
    else add_complaints(check_dns1123_subdomain(name.substr(0, slash)), path, name.substr(0, slash), errors);
    if (name.size() > kManagedByMax) errors.too_long(path, kManagedByMax);
}

// Which pods were counted, and which indexes are done.
void check_counted(const Value& job, const FieldPath& path, FieldErrors& errors) {
    const Value &status = job["status"], &spec = job["spec"], &completed = status["completedIndexes"], &failed = status["failedIndexes"];
    std::set<std::string> seen;
    for (auto list : {"succeeded", "failed"}) {
        const Value& pods = status["uncountedTerminatedPods"][list];
        for (size_t i = 0; i < pods.size(); ++i) {
            FieldPath at = path.child("uncountedTerminatedPods").child(list).index(i);
            if (pods[i].as_string().empty()) errors.invalid(at, "", "must not be empty");
            else if (!seen.insert(pods[i].as_string()).second) errors.duplicate(at, pods[i]);
        }
    }
    int64_t total = 0;
    const Value& completions = spec["completions"];
    if (completions.is_int())
        if (std::string why = read_indexes(completed.as_string(), completions.as_int(), total); !why.empty())
            errors.invalid(path.child("completedIndexes"), completed, "error parsing completedIndexes: " + why);
    if (completions.is_int() && !spec["backoffLimitPerIndex"].is_null() && !failed.is_null())
        if (std::string why = read_indexes(failed.as_string(), completions.as_int(), total); !why.empty())
            errors.invalid(path.child("failedIndexes"), failed, "error parsing failedIndexes: " + why);
    if (!completed.empty() && spec["completionMode"].as_string() != "Indexed")
        errors.invalid(path.child("completedIndexes"), completed, "cannot set non-empty completedIndexes when non-indexed completion mode");
    if (spec["backoffLimitPerIndex"].is_null() && !failed.is_null())
        errors.invalid(path.child("failedIndexes"), failed, "cannot set non-null failedIndexes when backoffLimitPerIndex is null");
}

}  // namespace

void validate_job_policies(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    bool indexed = spec["completionMode"].as_string() == "Indexed";
    if (!spec["maxFailedIndexes"].is_null() && spec["backoffLimitPerIndex"].is_null())
        errors.required(path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
    if (!spec["managedBy"].is_null()) check_managed_by(spec["managedBy"].as_string(), path.child("managedBy"), errors);
    for (auto field : {"maxFailedIndexes"})
        if (!indexed && !spec[field].is_null()) errors.invalid(path.child(field), spec[field], "requires indexed completion mode");
    if (spec["podFailurePolicy"].is_object()) check_failure_policy(spec, path.child("podFailurePolicy"), errors);
    if (!spec["successPolicy"].is_object()) return;
    if (indexed) check_success_policy(spec, path.child("successPolicy"), errors);
    else errors.invalid(path.child("successPolicy"), internal_form("SuccessPolicy", spec["successPolicy"]), "requires indexed completion mode");
}

void validate_job_status_update(const Value& object, const Value& old, FieldErrors& errors) {
    FieldPath path("status");
    const Value &status = object["status"], &before = old["status"];
    for (auto field : {"active", "succeeded", "failed", "ready", "terminating"}) check_not_negative(status[field], path.child(field), errors);
    check_counted(object, path, errors);
    if (!status["ready"].is_null() && status["ready"].as_int() > status["active"].as_int() && !(status["ready"] == before["ready"] && status["active"] == before["active"]))
        errors.invalid(path.child("ready"), status["ready"], "cannot set more ready pods than active");
    for (auto field : {"failed", "succeeded"})
        if (status[field].as_int() < before[field].as_int()) errors.invalid(path.child(field), status[field], fmt::format("cannot decrease the {} counter", field));
    check_job_end(object, old, errors);
}

}  // namespace skiff::api::kinds
