#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

// The names under which the two versions of Event keep the same facts.
struct CoreFields {
    static constexpr std::string_view kObject = "involvedObject", kFirst = "firstTimestamp", kLast = "lastTimestamp", kCount = "count",
                                      kSource = "source", kController = "reportingComponent", kMessage = "message";
};
struct EventsFields {
    static constexpr std::string_view kObject = "regarding", kFirst = "deprecatedFirstTimestamp", kLast = "deprecatedLastTimestamp",
                                      kCount = "deprecatedCount", kSource = "deprecatedSource", kController = "reportingController", kMessage = "note";
};

template <typename F>
Value first_seen(const Value& event, WallTime now) {
    return since(event[F::kFirst].empty() ? event["eventTime"] : event[F::kFirst], now);
}

template <typename F>
Value last_seen(const Value& event, WallTime now) {
    if (event["series"].is_object()) return since(event["series"]["lastObservedTime"], now);
    return event[F::kLast].empty() ? first_seen<F>(event, now) : since(event[F::kLast], now);
}

template <typename F>
Value count(const Value& event, WallTime) {
    if (event["series"].is_object()) return event["series"]["count"].as_int();
    int64_t count = event[F::kCount].as_int();
    return count == 0 ? 1 : count;
}

template <typename F>
Value object(const Value& event, WallTime) {
    std::string kind = lower(event[F::kObject]["kind"].as_string());
    const std::string& name = event[F::kObject]["name"].as_string();
    return name.empty() ? kind : kind + "/" + name;
}

template <typename F>
Value source(const Value& event, WallTime) {
    std::string component = text_or(event[F::kSource]["component"], event[F::kController].as_string());
    const std::string& host = text_or(event[F::kSource]["host"], event["reportingInstance"].as_string());
    return host.empty() ? component : component + ", " + host;
}

template <typename F>
std::vector<Column> columns() {
    return {
        column("Last Seen", "string", last_seen<F>),
        column("Type", "string", [](const Value& o, WallTime) -> Value { return text_or(o["type"], ""); }),
        column("Reason", "string", [](const Value& o, WallTime) -> Value { return text_or(o["reason"], ""); }),
        column("Object", "string", object<F>),
        column("Subobject", "string", [](const Value& o, WallTime) -> Value { return text_or(o[F::kObject]["fieldPath"], ""); }, {}, kWide),
        column("Source", "string", source<F>, {}, kWide),
        column("Message", "string", [](const Value& o, WallTime) -> Value { return trim(o[F::kMessage].as_string()); }),
        column("First Seen", "string", first_seen<F>, {}, kWide),
        column("Count", "string", count<F>, {}, kWide),
        [] {
            Column name = name_column();
            name.priority = kWide;
            return name;
        }(),
    };
}

}  // namespace

std::vector<Column> event_columns() { return columns<CoreFields>(); }

std::vector<Column> events_event_columns() { return columns<EventsFields>(); }

}  // namespace skiff::api::kinds
