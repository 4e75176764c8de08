// The environment of containers.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kEnvVar[] = {
    {.name = "name", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "value", .type = "string", .proto = 2},
    {.name = "valueFrom", .type = "core.v1.EnvVarSource", .proto = 3},
};

constexpr FieldRow kEnvVarSource[] = {
    {.name = "fieldRef", .type = "core.v1.ObjectFieldSelector", .proto = 1, .map_type = "atomic"},
    {.name = "resourceFieldRef", .type = "core.v1.ResourceFieldSelector", .proto = 2, .map_type = "atomic"},
    {.name = "configMapKeyRef", .type = "core.v1.ConfigMapKeySelector", .proto = 3, .map_type = "atomic"},
    {.name = "secretKeyRef", .type = "core.v1.SecretKeySelector", .proto = 4, .map_type = "atomic"},
    {.name = "fileKeyRef", .type = "core.v1.FileKeySelector", .proto = 5, .map_type = "atomic"},
};

constexpr FieldRow kEnvFromSource[] = {
    {.name = "prefix", .type = "string", .proto = 1},
    {.name = "configMapRef", .type = "core.v1.ConfigMapEnvSource", .proto = 2},
    {.name = "secretRef", .type = "core.v1.SecretEnvSource", .proto = 3},
};

constexpr FieldRow kConfigMapEnvSource[] = {
    {.name = "name", .type = "string", .proto = {1, 1}, .default_json = R"("")"},
    {.name = "optional", .type = "bool", .proto = 2, .go = "*"},
};

constexpr FieldRow kSecretEnvSource[] = {
    {.name = "name", .type = "string", .proto = {1, 1}, .default_json = R"("")"},
    {.name = "optional", .type = "bool", .proto = 2, .go = "*"},
};

constexpr FieldRow kConfigMapKeySelector[] = {
    {.name = "name", .type = "string", .proto = {1, 1}, .default_json = R"("")"},
    {.name = "key", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "optional", .type = "bool", .proto = 3, .go = "*"},
};

constexpr FieldRow kSecretKeySelector[] = {
    {.name = "name", .type = "string", .proto = {1, 1}, .default_json = R"("")"},
    {.name = "key", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "optional", .type = "bool", .proto = 3, .go = "*"},
};

constexpr FieldRow kFileKeySelector[] = {
    {.name = "volumeName", .type = "string", .proto = 1, .required = true, .default_json = R"("")"},
    {.name = "path", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "key", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
    {.name = "optional", .type = "bool", .proto = 4, .default_json = "false", .go = "*"},
};

constexpr FieldRow kObjectFieldSelector[] = {
    {.name = "apiVersion", .type = "string", .proto = 1},
    {.name = "fieldPath", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kResourceFieldSelector[] = {
    {.name = "containerName", .type = "string", .proto = 1},
    {.name = "resource", .type = "string", .proto = 2, .required = true, .default_json = R"("")"},
    {.name = "divisor", .type = "quantity", .proto = 3, .absent = R"("0")"},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.EnvVar", .fields = kEnvVar},
    {.name = "core.v1.EnvVarSource", .fields = kEnvVarSource},
    {.name = "core.v1.EnvFromSource", .fields = kEnvFromSource},
    {.name = "core.v1.ConfigMapEnvSource", .fields = kConfigMapEnvSource},
    {.name = "core.v1.SecretEnvSource", .fields = kSecretEnvSource},
    {.name = "core.v1.ConfigMapKeySelector", .fields = kConfigMapKeySelector},
    {.name = "core.v1.SecretKeySelector", .fields = kSecretKeySelector},
    {.name = "core.v1.FileKeySelector", .fields = kFileKeySelector},
    {.name = "core.v1.ObjectFieldSelector", .fields = kObjectFieldSelector},
    {.name = "core.v1.ResourceFieldSelector", .fields = kResourceFieldSelector},
};

}  // namespace

std::span<const TypeRow> core_v1_env_types() { return kTypes; }

}  // namespace skiff::api::kinds
