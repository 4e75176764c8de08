// Projected volumes.
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kProjectedVolumeSource[] = {
    {.name = "sources", .type = "list<core.v1.VolumeProjection>", .proto = 1, .list_type = "atomic", .absent = "null"},
    {.name = "defaultMode", .type = "int32", .proto = 2, .go = "*"},
};

constexpr FieldRow kVolumeProjection[] = {
    {.name = "secret", .type = "core.v1.SecretProjection", .proto = 1},
    {.name = "downwardAPI", .type = "core.v1.DownwardAPIProjection", .proto = 2},
    {.name = "configMap", .type = "core.v1.ConfigMapProjection", .proto = 3},
    {.name = "serviceAccountToken", .type = "core.v1.ServiceAccountTokenProjection", .proto = 4},
    {.name = "clusterTrustBundle", .type = "core.v1.ClusterTrustBundleProjection", .proto = 5},
    {.name = "podCertificate", .type = "core.v1.PodCertificateProjection", .proto = 6},
};

constexpr FieldRow kConfigMapProjection[] = {
    {.name = "name", .type = "string", .proto = {1, 1}, .default_json = R"("")"},
    {.name = "items", .type = "list<core.v1.KeyToPath>", .proto = 2, .list_type = "atomic"},
    {.name = "optional", .type = "bool", .proto = 4, .go = "*"},
};

constexpr FieldRow kSecretProjection[] = {
    {.name = "name", .type = "string", .proto = {1, 1}, .default_json = R"("")"},
    {.name = "items", .type = "list<core.v1.KeyToPath>", .proto = 2, .list_type = "atomic"},
    {.name = "optional", .type = "bool", .proto = 4, .go = "*"},
};

constexpr FieldRow kDownwardAPIProjection[] = {
    {.name = "items", .type = "list<core.v1.DownwardAPIVolumeFile>", .proto = 1, .list_type = "atomic"},
};

constexpr FieldRow kServiceAccountTokenProjection[] = {
    {.name = "audience", .type = "string", .proto = 1},
    {.name = "expirationSeconds", .type = "int64", .proto = 2, .go = "*"},
    {.name = "path", .type = "string", .proto = 3, .required = true, .default_json = R"("")"},
};

constexpr FieldRow kClusterTrustBundleProjection[] = {
    {.name = "name", .type = "string", .proto = 1, .go = "*"},
    {.name = "signerName", .type = "string", .proto = 2, .go = "*"},
    {.name = "labelSelector", .type = "meta.v1.LabelSelector", .proto = 3, .map_type = "atomic"},
    {.name = "path", .type = "string", .proto = 4, .required = true, .default_json = R"("")"},
    {.name = "optional", .type = "bool", .proto = 5, .go = "*"},
};

constexpr FieldRow kPodCertificateProjection[] = {
    {.name = "signerName", .type = "string", .proto = 1, .required = true, .absent = "-"},
    {.name = "keyType", .type = "string", .proto = 2, .required = true, .absent = "-"},
    {.name = "maxExpirationSeconds", .type = "int32", .proto = 3, .go = "*"},
    {.name = "credentialBundlePath", .type = "string", .proto = 4},
    {.name = "keyPath", .type = "string", .proto = 5},
    {.name = "certificateChainPath", .type = "string", .proto = 6},
};

constexpr TypeRow kTypes[] = {
    {.name = "core.v1.ProjectedVolumeSource", .fields = kProjectedVolumeSource},
    {.name = "core.v1.VolumeProjection", .fields = kVolumeProjection},
    {.name = "core.v1.ConfigMapProjection", .fields = kConfigMapProjection},
    {.name = "core.v1.SecretProjection", .fields = kSecretProjection},
    {.name = "core.v1.DownwardAPIProjection", .fields = kDownwardAPIProjection},
    {.name = "core.v1.ServiceAccountTokenProjection", .fields = kServiceAccountTokenProjection},
    {.name = "core.v1.ClusterTrustBundleProjection", .fields = kClusterTrustBundleProjection},
    {.name = "core.v1.PodCertificateProjection", .fields = kPodCertificateProjection},
};

}  // namespace

std::span<const TypeRow> core_v1_volume_projected_types() { return kTypes; }

}  // namespace skiff::api::kinds
