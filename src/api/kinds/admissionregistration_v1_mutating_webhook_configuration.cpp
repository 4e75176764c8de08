// admissionregistration.k8s.io/v1 MutatingWebhookConfiguration.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kMutatingWebhookConfiguration[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "webhooks", .type = "list<admissionregistration.v1.MutatingWebhook>", .proto = 2, .list_type = "map",
     .list_map_keys = "name", .patch_strategy = "merge", .patch_merge_key = "name"},
};

constexpr FieldRow kMutatingWebhook[] = {
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
    {.name = "reinvocationPolicy", .type = "string", .proto = 10, .go = "*v1.ReinvocationPolicyType"},
    {.name = "objectSelector", .type = "meta.v1.LabelSelector", .proto = 11, .map_type = "atomic"},
    {.name = "matchConditions", .type = "list<admissionregistration.v1.MatchCondition>", .proto = 12, .list_type = "map",
     .list_map_keys = "name", .patch_strategy = "merge", .patch_merge_key = "name"},
};

constexpr FieldRow kWebhookClientConfig[] = {
    {.name = "service", .type = "admissionregistration.v1.ServiceReference", .proto = 1},
    {.name = "caBundle", .type = "bytes", .proto = 2},
    {.name = "url", .type = "string", .proto = 3, .go = "*"},
};

constexpr FieldRow kServiceReference[] = {
    {.name = "namespace", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "name", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "path", .type = "string", .proto = 3, .go = "*"},
    {.name = "port", .type = "int32", .proto = 4, .go = "*"},
};

constexpr FieldRow kRuleWithOperations[] = {
    {.name = "operations", .type = "list<string>", .proto = 1, .list_type = "atomic", .enum_values = "*,CONNECT,CREATE,DELETE,UPDATE",
     .go = "v1.OperationType"},
    {.name = "apiGroups", .type = "list<string>", .proto = {2, 1}, .list_type = "atomic"},
    {.name = "apiVersions", .type = "list<string>", .proto = {2, 2}, .list_type = "atomic"},
    {.name = "resources", .type = "list<string>", .proto = {2, 3}, .list_type = "atomic"},
    {.name = "scope", .type = "string", .proto = {2, 4}, .go = "*v1.ScopeType"},
};

constexpr FieldRow kMatchCondition[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "expression", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kMutatingWebhookConfigurationList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<admissionregistration.v1.MutatingWebhookConfiguration>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "admissionregistration.v1.MutatingWebhookConfiguration", .fields = kMutatingWebhookConfiguration, .doc = "Webhooks that may change objects before they are stored."},
    {.name = "admissionregistration.v1.MutatingWebhook", .fields = kMutatingWebhook},
    {.name = "admissionregistration.v1.WebhookClientConfig", .fields = kWebhookClientConfig},
    {.name = "admissionregistration.v1.ServiceReference", .fields = kServiceReference},
    {.name = "admissionregistration.v1.RuleWithOperations", .fields = kRuleWithOperations},
    {.name = "admissionregistration.v1.MatchCondition", .fields = kMatchCondition},
    {.name = "admissionregistration.v1.MutatingWebhookConfigurationList", .fields = kMutatingWebhookConfigurationList},
};

}  // namespace

void add_admissionregistration_v1_mutating_webhook_configuration(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration"},
            .plural = "mutatingwebhookconfigurations",
            .singular = "mutatingwebhookconfiguration",
            .list_kind = "MutatingWebhookConfigurationList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .categories = {"api-extensions"},
            .type_name = "admissionregistration.v1.MutatingWebhookConfiguration",
            .has_generation = true,
            .storage_prefix = "admissionregistration.k8s.io/mutatingwebhookconfigurations",
            .columns = mutating_webhook_configuration_columns(),
            .hooks = mutating_webhook_configuration_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
