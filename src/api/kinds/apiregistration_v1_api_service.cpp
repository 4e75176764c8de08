// apiregistration.k8s.io/v1 APIService.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kAPIService[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "apiregistration.v1.APIServiceSpec", .proto = 2, .default_json = "{}", .doc = "What is wanted."},
    {.name = "status", .type = "apiregistration.v1.APIServiceStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kAPIServiceSpec[] = {
    {.name = "service", .type = "apiregistration.v1.ServiceReference", .proto = 1},
    {.name = "group", .type = "string", .proto = 2},
    {.name = "version", .type = "string", .proto = 3},
    {.name = "insecureSkipTLSVerify", .type = "bool", .proto = 4},
    {.name = "caBundle", .type = "bytes", .proto = 5, .list_type = "atomic"},
    {.name = "groupPriorityMinimum", .type = "int32", .proto = 7, .required = true, .default_json = "0"},
    {.name = "versionPriority", .type = "int32", .proto = 8, .required = true, .default_json = "0"},
};

constexpr FieldRow kServiceReference[] = {
    {.name = "namespace", .type = "string", .proto = 1},
    {.name = "name", .type = "string", .proto = 2},
    {.name = "port", .type = "int32", .proto = 3, .go = "*"},
};

constexpr FieldRow kAPIServiceStatus[] = {
    {.name = "conditions", .type = "list<apiregistration.v1.APIServiceCondition>", .proto = 1, .list_type = "map",
     .list_map_keys = "type", .patch_strategy = "merge", .patch_merge_key = "type", .doc = "The latest observations of its state."},
};

constexpr FieldRow kAPIServiceCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.APIServiceConditionType"},
    {.name = "status", .type = "string", .proto = 2, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
    {.name = "lastTransitionTime", .type = "time", .proto = 3, .absent = "null"},
    {.name = "reason", .type = "string", .proto = 4},
    {.name = "message", .type = "string", .proto = 5},
};

constexpr FieldRow kAPIServiceList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<apiregistration.v1.APIService>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "apiregistration.v1.APIService", .fields = kAPIService, .doc = "Which server answers a group and version of the API."},
    {.name = "apiregistration.v1.APIServiceSpec", .fields = kAPIServiceSpec},
    {.name = "apiregistration.v1.ServiceReference", .fields = kServiceReference},
    {.name = "apiregistration.v1.APIServiceStatus", .fields = kAPIServiceStatus},
    {.name = "apiregistration.v1.APIServiceCondition", .fields = kAPIServiceCondition},
    {.name = "apiregistration.v1.APIServiceList", .fields = kAPIServiceList},
};

}  // namespace

void add_apiregistration_v1_api_service(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"apiregistration.k8s.io", "v1", "APIService"},
            .plural = "apiservices",
            .singular = "apiservice",
            .list_kind = "APIServiceList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .categories = {"api-extensions"},
            .type_name = "apiregistration.v1.APIService",
            .has_status = true,
            .storage_prefix = "apiregistration.k8s.io/apiservices",
            .subresources =
                {
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "APIService"},
                },
            .columns = api_service_columns(),
            .hooks = api_service_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
