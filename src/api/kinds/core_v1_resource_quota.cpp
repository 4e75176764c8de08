// v1 ResourceQuota.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kResourceQuota[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "core.v1.ResourceQuotaSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "core.v1.ResourceQuotaStatus", .proto = 3, .default_json = "{}", .doc = "What is; written by the system."},
};

constexpr FieldRow kResourceQuotaSpec[] = {
    {.name = "hard", .type = "map<string,quantity>", .proto = 1},
    {.name = "scopes", .type = "list<string>", .proto = 2, .list_type = "atomic",
     .enum_values = "BestEffort,CrossNamespacePodAffinity,NotBestEffort,NotTerminating,PriorityClass,Terminating,VolumeAttributesClass",
     .go = "v1.ResourceQuotaScope"},
    {.name = "scopeSelector", .type = "core.v1.ScopeSelector", .proto = 3, .map_type = "atomic"},
};

constexpr FieldRow kScopeSelector[] = {
    {.name = "matchExpressions", .type = "list<core.v1.ScopedResourceSelectorRequirement>", .proto = 1, .list_type = "atomic"},
};

constexpr FieldRow kScopedResourceSelectorRequirement[] = {
    {.name = "scopeName", .type = "string", .proto = 1, .required = true, .default_json = R"("")",
     .enum_values = "BestEffort,CrossNamespacePodAffinity,NotBestEffort,NotTerminating,PriorityClass,Terminating,VolumeAttributesClass",
     .go = "v1.ResourceQuotaScope"},
    {.name = "operator", .type = "string", .proto = 2, .required = true, .default_json = R"("")",
     .enum_values = "DoesNotExist,Exists,In,NotIn", .go = "v1.ScopeSelectorOperator"},
    {.name = "values", .type = "list<string>", .proto = 3, .list_type = "atomic"},
};

constexpr FieldRow kResourceQuotaStatus[] = {
    {.name = "hard", .type = "map<string,quantity>", .proto = 1},
    {.name = "used", .type = "map<string,quantity>", .proto = 2},
};

constexpr FieldRow kResourceQuotaList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.ResourceQuota>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.ResourceQuota", .fields = kResourceQuota, .doc = "Limits of what a namespace may use in total."},
    {.name = "core.v1.ResourceQuotaSpec", .fields = kResourceQuotaSpec},
    {.name = "core.v1.ScopeSelector", .fields = kScopeSelector},
    {.name = "core.v1.ScopedResourceSelectorRequirement", .fields = kScopedResourceSelectorRequirement},
    {.name = "core.v1.ResourceQuotaStatus", .fields = kResourceQuotaStatus},
    {.name = "core.v1.ResourceQuotaList", .fields = kResourceQuotaList},
};

}  // namespace

void add_core_v1_resource_quota(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "ResourceQuota"},
            .plural = "resourcequotas",
            .singular = "resourcequota",
            .list_kind = "ResourceQuotaList",
            .verbs = all_verbs(),
            .short_names = {"quota"},
            .type_name = "core.v1.ResourceQuota",
            .has_status = true,
            .storage_prefix = "resourcequotas",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "ResourceQuota"},
                },
            .columns = resource_quota_columns(),
            .hooks = resource_quota_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
