// events.k8s.io/v1 Event.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kEvent[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "eventTime", .type = "micro-time", .proto = 2, .required = true},
    {.name = "series", .type = "events.v1.EventSeries", .proto = 3},
    {.name = "reportingController", .type = "string", .proto = 4},
    {.name = "reportingInstance", .type = "string", .proto = 5},
    {.name = "action", .type = "string", .proto = 6},
    {.name = "reason", .type = "string", .proto = 7},
    {.name = "regarding", .type = "core.v1.ObjectReference", .proto = 8, .default_json = "{}", .map_type = "atomic"},
    {.name = "related", .type = "core.v1.ObjectReference", .proto = 9, .map_type = "atomic"},
    {.name = "note", .type = "string", .proto = 10},
    {.name = "type", .type = "string", .proto = 11},
    {.name = "deprecatedSource", .type = "core.v1.EventSource", .proto = 12, .default_json = "{}"},
    {.name = "deprecatedFirstTimestamp", .type = "time", .proto = 13, .absent = "null"},
    {.name = "deprecatedLastTimestamp", .type = "time", .proto = 14, .absent = "null"},
    {.name = "deprecatedCount", .type = "int32", .proto = 15},
};

constexpr FieldRow kEventSeries[] = {
    {.name = "count", .type = "int32", .proto = 1, .required = true, .default_json = "0"},
    {.name = "lastObservedTime", .type = "micro-time", .proto = 2, .required = true},
};

constexpr FieldRow kEventList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<events.v1.Event>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "events.v1.Event", .fields = kEvent, .doc = "Something that happened to an object, as reported by a controller or agent."},
    {.name = "events.v1.EventSeries", .fields = kEventSeries},
    {.name = "events.v1.EventList", .fields = kEventList},
};

}  // namespace

void add_events_v1_event(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"events.k8s.io", "v1", "Event"},
            .plural = "events",
            .singular = "event",
            .list_kind = "EventList",
            .verbs = all_verbs(),
            .short_names = {"ev"},
            .type_name = "events.v1.Event",
            .storage_prefix = "events",
            .selectable_fields = {
                "regarding.kind",
                "regarding.namespace",
                "regarding.name",
                "regarding.uid",
                "regarding.apiVersion",
                "regarding.resourceVersion",
                "regarding.fieldPath",
                "reason",
                "reportingController",
                "=",   // the stored version's source, which has no name here
                "type",
            },
            .columns = events_event_columns(),
            .hooks = events_event_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
