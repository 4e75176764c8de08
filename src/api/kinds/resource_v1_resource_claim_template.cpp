// resource.k8s.io/v1 ResourceClaimTemplate.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kResourceClaimTemplate[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "resource.v1.ResourceClaimTemplateSpec", .proto = 2, .required = true, .default_json = "{}",
     .doc = "What is wanted."},
};

constexpr FieldRow kResourceClaimTemplateSpec[] = {
    kMetadataField,
    {.name = "spec", .type = "resource.v1.ResourceClaimSpec", .proto = 2, .required = true, .default_json = "{}",
     .doc = "What is wanted."},
};

constexpr FieldRow kResourceClaimTemplateList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<resource.v1.ResourceClaimTemplate>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "resource.v1.ResourceClaimTemplate", .fields = kResourceClaimTemplate, .doc = "A template from which the ResourceClaims of pods are made."},
    {.name = "resource.v1.ResourceClaimTemplateSpec", .fields = kResourceClaimTemplateSpec},
    {.name = "resource.v1.ResourceClaimTemplateList", .fields = kResourceClaimTemplateList},
};

}  // namespace

void add_resource_v1_resource_claim_template(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"resource.k8s.io", "v1", "ResourceClaimTemplate"},
            .plural = "resourceclaimtemplates",
            .singular = "resourceclaimtemplate",
            .list_kind = "ResourceClaimTemplateList",
            .verbs = all_verbs(),
            .type_name = "resource.v1.ResourceClaimTemplate",
            .storage_prefix = "resource.k8s.io/resourceclaimtemplates",
            .columns = resource_claim_template_columns(),
            .hooks = resource_claim_template_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
