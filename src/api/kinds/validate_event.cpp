#include "api/kinds/check.h"
#include "api/kinds/internal_form.h"
#include "api/kinds/validate_config.h"

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr size_t kInstanceMax = 128, kReasonMax = 128, kNoteMax = 1024;

// Events about objects without a namespace live in "default".
void check_namespace(const Value& event, const char* reference, FieldErrors& errors) {
    const std::string &ns = event["metadata"]["namespace"].as_string(), &about = event[reference]["namespace"].as_string();
    if (!event["eventTime"].empty()) {
        if (about.empty() && ns != "default" && ns != "kube-system") errors.invalid(FieldPath("involvedObject").child("namespace"), about, "does not match event.namespace");
        return;
    }
    bool fits = about.empty() ? ns.empty() || ns == "default" : ns == about;
    if (!fits) errors.invalid(FieldPath("involvedObject").child("namespace"), about, "does not match event.namespace");
}

void check_length(const Value& text, size_t length_max, const char* field, FieldErrors& errors) {
    if (text.as_string().size() > length_max) errors.invalid(FieldPath(field), "", fmt::format("can have at most {} characters", length_max));
}

// What reporters of the newer form must say.
void check_reporter(const Value& event, const char* controller, const char* note, FieldErrors& errors) {
    check_required(event[controller], FieldPath(controller), errors);
    add_complaints(check_qualified_name(event[controller].as_string()), FieldPath(controller), event[controller].as_string(), errors);
    for (auto field : {"reportingInstance", "action", "reason"}) check_required(event[field], FieldPath(field), errors);
    check_length(event["reportingInstance"], kInstanceMax, "reportingInstance", errors);
    check_length(event["action"], kReasonMax, "action", errors);
    check_length(event["reason"], kReasonMax, "reason", errors);
    check_length(event[note], kNoteMax, "message", errors);
}

void check_series(const Value& series, FieldErrors& errors) {
    if (!series.is_object()) return;
    if (series["count"].as_int() < 2) errors.invalid(FieldPath("series.count"), "", "should be at least 2");
    if (series["lastObservedTime"].empty()) errors.required(FieldPath("series.lastObservedTime"), "");
}

}  // namespace

void validate_event(const Value& event, FieldErrors& errors) {
    check_namespace(event, "involvedObject", errors);
    if (!event["eventTime"].empty()) check_reporter(event, "reportingComponent", "message", errors);
}

// A series may go on; what happened does not change.
void validate_events_event_update(const Value& event, const Value& old, FieldErrors& errors) {
    check_namespace(event, "regarding", errors);
    if (!event["eventTime"].empty()) check_reporter(event, "reportingController", "note", errors);
    if (!(event["series"] == old["series"])) check_series(event["series"], errors);
    static constexpr std::pair<const char*, const char*> kFixed[] = {
        {"regarding", "involvedObject"}, {"reason", "reason"}, {"note", "message"}, {"deprecatedSource", "source"},
        {"deprecatedFirstTimestamp", "firstTimestamp"}, {"deprecatedLastTimestamp", "lastTimestamp"}, {"deprecatedCount", "count"},
        {"reason", "reason"}, {"type", "type"}, {"eventTime", "eventTime"}, {"action", "action"}, {"related", "related"},
        {"reportingController", "reportingController"}, {"reportingInstance", "reportingInstance"}};
    for (auto [field, said] : kFixed) {
        const Value& value = event[field];
        if (value == old[field]) continue;
        if (said == std::string_view("source"))
            errors.invalid(FieldPath(said), Value::object({{"Component", value["component"].as_string()}, {"Host", value["host"].as_string()}}), "field is immutable");
        else if (value.is_object()) errors.invalid(FieldPath(said), internal_form("ObjectReference", value), "field is immutable");
        else errors.invalid(FieldPath(said), value.is_null() && field != std::string_view("deprecatedCount") && field != std::string_view("eventTime") ? Value("") : value, "field is immutable");
    }
}

void validate_events_event(const Value& event, FieldErrors& errors) {
    check_namespace(event, "regarding", errors);
    if (event["eventTime"].empty()) errors.required(FieldPath("eventTime"), "");
    else check_reporter(event, "reportingController", "note", errors);
    check_series(event["series"], errors);
    const std::string& type = event["type"].as_string();
    if (type != "Normal" && type != "Warning") errors.invalid(FieldPath("type"), "", "has invalid value: " + type);
    auto unset = [&](const char* field, const char* said) {
        const Value& value = event[field];
        bool set = value.is_int() ? value.as_int() != 0 : value.is_object() ? !value["component"].empty() || !value["host"].empty() : !value.empty();
        if (set) errors.invalid(FieldPath(said), "", "needs to be unset");
    };
    unset("deprecatedFirstTimestamp", "firstTimestamp");
    unset("deprecatedLastTimestamp", "lastTimestamp");
    unset("deprecatedCount", "count");
    unset("deprecatedSource", "source");
}

}  // namespace skiff::api::kinds
