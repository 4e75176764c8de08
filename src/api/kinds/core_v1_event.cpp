// v1 Event.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kEvent[] = {
    kKindField,
    kApiVersionField,
    {.name = "metadata", .type = "meta.v1.ObjectMeta", .proto = 1, .required = true, .default_json = "{}",
     .doc = "Standard metadata of the object."},
    {.name = "involvedObject", .type = "core.v1.ObjectReference", .proto = 2, .required = true, .default_json = "{}",
     .map_type = "atomic"},
    {.name = "reason", .type = "string", .proto = 3},
    {.name = "message", .type = "string", .proto = 4},
    {.name = "source", .type = "core.v1.EventSource", .proto = 5, .default_json = "{}"},
    {.name = "firstTimestamp", .type = "time", .proto = 6, .absent = "null"},
    {.name = "lastTimestamp", .type = "time", .proto = 7, .absent = "null"},
    {.name = "count", .type = "int32", .proto = 8},
    {.name = "type", .type = "string", .proto = 9},
    {.name = "eventTime", .type = "micro-time", .proto = 10, .absent = "null"},
    {.name = "series", .type = "core.v1.EventSeries", .proto = 11},
    {.name = "action", .type = "string", .proto = 12},
    {.name = "related", .type = "core.v1.ObjectReference", .proto = 13, .map_type = "atomic"},
    {.name = "reportingComponent", .type = "string", .proto = 14, .default_json = R"("")", .absent = R"("")"},
    {.name = "reportingInstance", .type = "string", .proto = 15, .default_json = R"("")", .absent = R"("")"},
};

constexpr FieldRow kEventSource[] = {
    {.name = "component", .type = "string", .proto = 1},
    {.name = "host", .type = "string", .proto = 2},
};

constexpr FieldRow kEventSeries[] = {
    {.name = "count", .type = "int32", .proto = 1},
    {.name = "lastObservedTime", .type = "micro-time", .proto = 2, .absent = "null"},
};

constexpr FieldRow kEventList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.Event>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.Event", .fields = kEvent, .doc = "Something that happened to an object, as reported by a controller or agent."},
    {.name = "core.v1.EventSource", .fields = kEventSource},
    {.name = "core.v1.EventSeries", .fields = kEventSeries},
    {.name = "core.v1.EventList", .fields = kEventList},
};

}  // namespace

void add_core_v1_event(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "Event"},
            .plural = "events",
            .singular = "event",
            .list_kind = "EventList",
            .verbs = all_verbs(),
            .short_names = {"ev"},
            .type_name = "core.v1.Event",
            .storage_prefix = "events",
            .selectable_fields = {
                "involvedObject.kind",
                "involvedObject.namespace",
                "involvedObject.name",
                "involvedObject.uid",
                "involvedObject.apiVersion",
                "involvedObject.resourceVersion",
                "involvedObject.fieldPath",
                "reason",
                "reportingComponent",
                "source=source.component|reportingComponent",
                "type",
            },
            .columns = event_columns(),
            .hooks = event_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
