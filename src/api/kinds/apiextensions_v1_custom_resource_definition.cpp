// apiextensions.k8s.io/v1 CustomResourceDefinition.
#include "api/kind_registry_builder.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kCustomResourceDefinition[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "apiextensions.v1.CustomResourceDefinitionSpec", .proto = 2, .required = true, .default_json = "{}",
     .doc = "What is wanted."},
    {.name = "status", .type = "apiextensions.v1.CustomResourceDefinitionStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kCustomResourceDefinitionSpec[] = {
    {.name = "group", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "names", .type = "apiextensions.v1.CustomResourceDefinitionNames", .proto = 3, .required = true, .default_json = "{}"},
    {.name = "scope", .type = "string", .proto = 4, .required = true, .default_json = R"("")", .go = "v1.ResourceScope"},
    {.name = "versions", .type = "list<apiextensions.v1.CustomResourceDefinitionVersion>", .proto = 7, .required = true,
     .list_type = "atomic"},
    {.name = "conversion", .type = "apiextensions.v1.CustomResourceConversion", .proto = 9},
    {.name = "preserveUnknownFields", .type = "bool", .proto = 10},
};

constexpr FieldRow kCustomResourceDefinitionNames[] = {
    {.name = "plural", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "singular", .type = "string", .proto = 2},
    {.name = "shortNames", .type = "list<string>", .proto = 3, .list_type = "atomic"},
    {.name = "kind", .type = "string", .proto = 4, .required = true, .default_json = R"("")"},
    {.name = "listKind", .type = "string", .proto = 5},
    {.name = "categories", .type = "list<string>", .proto = 6, .list_type = "atomic"},
};

constexpr FieldRow kCustomResourceDefinitionVersion[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "served", .type = "bool", .proto = 2, .required = true, .default_json = "false"},
    {.name = "storage", .type = "bool", .proto = 3, .required = true, .default_json = "false"},
    {.name = "schema", .type = "apiextensions.v1.CustomResourceValidation", .proto = 4},
    {.name = "subresources", .type = "apiextensions.v1.CustomResourceSubresources", .proto = 5},
    {.name = "additionalPrinterColumns", .type = "list<apiextensions.v1.CustomResourceColumnDefinition>", .proto = 6,
     .list_type = "atomic"},
    {.name = "deprecated", .type = "bool", .proto = 7},
    {.name = "deprecationWarning", .type = "string", .proto = 8, .go = "*"},
    {.name = "selectableFields", .type = "list<apiextensions.v1.SelectableField>", .proto = 9, .list_type = "atomic"},
};

constexpr FieldRow kCustomResourceValidation[] = {
    {.name = "openAPIV3Schema", .type = "apiextensions.v1.JSONSchemaProps", .proto = 1},
};

constexpr FieldRow kCustomResourceSubresources[] = {
    {.name = "status", .type = "apiextensions.v1.CustomResourceSubresourceStatus", .proto = 1},
    {.name = "scale", .type = "apiextensions.v1.CustomResourceSubresourceScale", .proto = 2},
};

constexpr FieldRow kCustomResourceSubresourceScale[] = {
    {.name = "specReplicasPath", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "statusReplicasPath", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "labelSelectorPath", .type = "string", .proto = 3, .go = "*"},
};

constexpr FieldRow kCustomResourceColumnDefinition[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "type", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "format", .type = "string", .proto = 3},
    {.name = "description", .type = "string", .proto = 4},
    {.name = "priority", .type = "int32", .proto = 5},
    {.name = "jsonPath", .type = "string", .proto = 6, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kSelectableField[] = {
    {.name = "jsonPath", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kCustomResourceConversion[] = {
    {.name = "strategy", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.ConversionStrategyType"},
    {.name = "webhook", .type = "apiextensions.v1.WebhookConversion", .proto = 2},
};

constexpr FieldRow kWebhookConversion[] = {
    {.name = "clientConfig", .type = "apiextensions.v1.WebhookClientConfig", .proto = 2},
    {.name = "conversionReviewVersions", .type = "list<string>", .proto = 3, .required = true, .list_type = "atomic"},
};

constexpr FieldRow kWebhookClientConfig[] = {
    {.name = "service", .type = "apiextensions.v1.ServiceReference", .proto = 1},
    {.name = "caBundle", .type = "bytes", .proto = 2},
    {.name = "url", .type = "string", .proto = 3, .go = "*"},
};

constexpr FieldRow kServiceReference[] = {
    {.name = "namespace", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "name", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "path", .type = "string", .proto = 3, .go = "*"},
    {.name = "port", .type = "int32", .proto = 4, .go = "*"},
};

constexpr FieldRow kCustomResourceDefinitionStatus[] = {
    {.name = "conditions", .type = "list<apiextensions.v1.CustomResourceDefinitionCondition>", .proto = 1, .list_type = "map",
     .list_map_keys = "type", .doc = "The latest observations of its state.", .absent = "null"},
    {.name = "acceptedNames", .type = "apiextensions.v1.CustomResourceDefinitionNames", .proto = 2, .default_json = "{}"},
    {.name = "storedVersions", .type = "list<string>", .proto = 3, .list_type = "atomic", .absent = "null"},
};

constexpr FieldRow kCustomResourceDefinitionCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")",
     .go = "v1.CustomResourceDefinitionConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "lastTransitionTime", .type = "time", .proto = 3, .absent = "null"},
    {.name = "reason", .type = "string", .proto = 4},
    {.name = "message", .type = "string", .proto = 5},
};

constexpr FieldRow kCustomResourceDefinitionList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<apiextensions.v1.CustomResourceDefinition>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "apiextensions.v1.CustomResourceDefinition", .fields = kCustomResourceDefinition, .doc = "Adds a kind to the API."},
    {.name = "apiextensions.v1.CustomResourceDefinitionSpec", .fields = kCustomResourceDefinitionSpec},
    {.name = "apiextensions.v1.CustomResourceDefinitionNames", .fields = kCustomResourceDefinitionNames},
    {.name = "apiextensions.v1.CustomResourceDefinitionVersion", .fields = kCustomResourceDefinitionVersion},
    {.name = "apiextensions.v1.CustomResourceValidation", .fields = kCustomResourceValidation},
    {.name = "apiextensions.v1.CustomResourceSubresources", .fields = kCustomResourceSubresources},
    {.name = "apiextensions.v1.CustomResourceSubresourceStatus", .fields = {}},
    {.name = "apiextensions.v1.CustomResourceSubresourceScale", .fields = kCustomResourceSubresourceScale},
    {.name = "apiextensions.v1.CustomResourceColumnDefinition", .fields = kCustomResourceColumnDefinition},
    {.name = "apiextensions.v1.SelectableField", .fields = kSelectableField},
    {.name = "apiextensions.v1.CustomResourceConversion", .fields = kCustomResourceConversion},
    {.name = "apiextensions.v1.WebhookConversion", .fields = kWebhookConversion},
    {.name = "apiextensions.v1.WebhookClientConfig", .fields = kWebhookClientConfig},
    {.name = "apiextensions.v1.ServiceReference", .fields = kServiceReference},
    {.name = "apiextensions.v1.CustomResourceDefinitionStatus", .fields = kCustomResourceDefinitionStatus},
    {.name = "apiextensions.v1.CustomResourceDefinitionCondition", .fields = kCustomResourceDefinitionCondition},
    {.name = "apiextensions.v1.CustomResourceDefinitionList", .fields = kCustomResourceDefinitionList},
};

}  // namespace

void add_apiextensions_v1_custom_resource_definition(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"apiextensions.k8s.io", "v1", "CustomResourceDefinition"},
            .plural = "customresourcedefinitions",
            .singular = "customresourcedefinition",
            .list_kind = "CustomResourceDefinitionList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .short_names = {"crd", "crds"},
            .categories = {"api-extensions"},
            .type_name = "apiextensions.v1.CustomResourceDefinition",
            .has_status = true,
            .has_generation = true,
            .storage_prefix = "apiextensions.k8s.io/customresourcedefinitions",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "CustomResourceDefinition"},
                },
            .hooks = custom_resource_definition_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
