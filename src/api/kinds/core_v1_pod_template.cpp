// v1 PodTemplate.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kPodTemplate[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "template", .type = "core.v1.PodTemplateSpec", .proto = 2, .default_json = "{}", .doc = "The pods to make."},
};

constexpr FieldRow kPodTemplateList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<core.v1.PodTemplate>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.PodTemplate", .fields = kPodTemplate, .doc = "A stored template of pods."},
    {.name = "core.v1.PodTemplateList", .fields = kPodTemplateList},
};

}  // namespace

void add_core_v1_pod_template(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"", "v1", "PodTemplate"},
            .plural = "podtemplates",
            .singular = "podtemplate",
            .list_kind = "PodTemplateList",
            .verbs = all_verbs(),
            .type_name = "core.v1.PodTemplate",
            .has_generation = true,
            .storage_prefix = "podtemplates",
            .columns = pod_template_columns(),
            .hooks = pod_template_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
