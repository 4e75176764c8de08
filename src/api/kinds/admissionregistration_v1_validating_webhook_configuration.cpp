// admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kValidatingWebhookConfiguration[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "webhooks", .type = "list<admissionregistration.v1.ValidatingWebhook>", .proto = 2, .list_type = "map",
     .list_map_keys = "name", .patch_strategy = "merge", .patch_merge_key = "name"},
};

constexpr FieldRow kValidatingWebhook[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "clientConfig", .type = "admissionregistration.v1.WebhookClientConfig", .proto = 2, .required = true, .default_json = "{}"},
    {.name = "rules", .type = "list<admissionregistration.v1.RuleWithOperations>", .proto = 3, .list_type = "atomic"},
    {.name = "failurePolicy", .type = "string", .proto = 4, .enum_values = "Fail,Ignore", .go = "*v1.FailurePolicyType"},
    {.name = "namespaceSelector", .type = "meta.v1.LabelSelector", .proto = 5, .map_type = "atomic"},
    {.name = "sideEffects", .type = "string", .proto = 6, .required = true, .enum_values = "None,NoneOnDryRun,Some,Unknown",
     .go = "*v1.SideEffectClass"},
    {.name = "timeoutSeconds", .type = "int32", .proto = 7, .go = "*"},
    {.name = "admissionReviewVersions", .type = "list<string>", .proto = 8, .required = true, .list_type = "atomic"},
    {.name = "matchPolicy", .type = "string", .proto = 9, .enum_values = "Equivalent,Exact", .go = "*v1.MatchPolicyType"},
    {.name = "objectSelector", .type = "meta.v1.LabelSelector", .proto = 10, .map_type = "atomic"},
    {.name = "matchConditions", .type = "list<admissionregistration.v1.MatchCondition>", .proto = 11, .list_type = "map",
     .list_map_keys = "name", .patch_strategy = "merge", .patch_merge_key = "name"},
};

constexpr FieldRow kValidatingWebhookConfigurationList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<admissionregistration.v1.ValidatingWebhookConfiguration>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "admissionregistration.v1.ValidatingWebhookConfiguration", .fields = kValidatingWebhookConfiguration, .doc = "Webhooks that may refuse objects before they are stored."},
    {.name = "admissionregistration.v1.ValidatingWebhook", .fields = kValidatingWebhook},
    {.name = "admissionregistration.v1.ValidatingWebhookConfigurationList", .fields = kValidatingWebhookConfigurationList},
};

}  // namespace

void add_admissionregistration_v1_validating_webhook_configuration(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration"},
            .plural = "validatingwebhookconfigurations",
            .singular = "validatingwebhookconfiguration",
            .list_kind = "ValidatingWebhookConfigurationList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .categories = {"api-extensions"},
            .type_name = "admissionregistration.v1.ValidatingWebhookConfiguration",
            .has_generation = true,
            .storage_prefix = "admissionregistration.k8s.io/validatingwebhookconfigurations",
            .columns = validating_webhook_configuration_columns(),
            .hooks = validating_webhook_configuration_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
