// apps/v1 ControllerRevision.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kControllerRevision[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "data", .type = "any", .proto = 2, .absent = "null"},
    {.name = "revision", .type = "int64", .proto = 3, .required = true, .default_json = "0"},
};

constexpr FieldRow kControllerRevisionList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<apps.v1.ControllerRevision>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "apps.v1.ControllerRevision", .fields = kControllerRevision, .doc = "An immutable snapshot of a workload's state, kept for rollbacks."},
    {.name = "apps.v1.ControllerRevisionList", .fields = kControllerRevisionList},
};

}  // namespace

void add_apps_v1_controller_revision(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"apps", "v1", "ControllerRevision"},
            .plural = "controllerrevisions",
            .singular = "controllerrevision",
            .list_kind = "ControllerRevisionList",
            .verbs = all_verbs(),
            .type_name = "apps.v1.ControllerRevision",
            .storage_prefix = "apps/controllerrevisions",
            .columns = controller_revision_columns(),
            .hooks = controller_revision_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
