#include "api/kinds/check.h"
#include "api/kinds/validate_config.h"

#include <fmt/core.h>

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr size_t kInstanceMax = 128, kReasonMax = 128, kNoteMax = 1024;

// Events about objects without a namespace live in "default".
void check_namespace(const Value& event, const char* reference, FieldErrors& errors) {
    const std::string &ns = event["metadata"]["namespace"].as_string(), &about = event[reference]["namespace"].as_string();
    bool fits = about.empty() ? ns.empty() || ns == "default" : ns == about;
    if (!fits) errors.invalid(FieldPath("involvedObject").child("namespace"), about, "does not match event.namespace");
}

void check_length(const Value& text, size_t length_max, const char* field, FieldErrors& errors) {
    if (text.as_string().size() > length_max) errors.invalid(FieldPath(field), "", fmt::format("can have at most {} characters", length_max));
}

// What reporters of the newer form must say.
void check_reporter(const Value& event, const char* controller, const char* note, FieldErrors& errors) {
    check_name(event[controller], check_qualified_name, FieldPath(controller), errors);
    for (auto field : {"reportingInstance", "action", "reason"}) check_required(event[field], FieldPath(field), errors);
    check_length(event["reportingInstance"], kInstanceMax, "reportingInstance", errors);
    check_length(event["action"], kReasonMax, "action", errors);
    check_length(event["reason"], kReasonMax, "reason", errors);
    check_length(event[note], kNoteMax, note, errors);
}

}  // namespace

void validate_event(const Value& event, FieldErrors& errors) {
    check_namespace(event, "involvedObject", errors);
    if (!event["eventTime"].empty()) check_reporter(event, "reportingComponent", "message", errors);
}

void validate_events_event(const Value& event, FieldErrors& errors) {
    check_namespace(event, "regarding", errors);
    if (event["eventTime"].empty()) {
        errors.required(FieldPath("eventTime"), "");
        return;
    }
    const std::string& type = event["type"].as_string();
    if (type != "Normal" && type != "Warning") errors.invalid(FieldPath("type"), "", "has invalid value: " + type);
    check_reporter(event, "reportingController", "note", errors);
}

}  // namespace skiff::api::kinds
