// certificates.k8s.io/v1 CertificateSigningRequest.
#include "api/kind_registry_builder.h"
#include "api/kinds/columns.h"
#include "api/kinds/hooks.h"
#include "api/kinds/rows.h"

namespace skiff::api::kinds {

namespace {

constexpr FieldRow kCertificateSigningRequest[] = {
    kKindField,
    kApiVersionField,
    kMetadataField,
    {.name = "spec", .type = "certificates.v1.CertificateSigningRequestSpec", .proto = 2, .required = true, .default_json = "{}",
     .doc = "What is wanted."},
    {.name = "status", .type = "certificates.v1.CertificateSigningRequestStatus", .proto = 3, .default_json = "{}",
     .doc = "What is; written by the system."},
};

constexpr FieldRow kCertificateSigningRequestSpec[] = {
    {.name = "request", .type = "bytes", .proto = 1, .required = true, .list_type = "atomic"},
    {.name = "username", .type = "string", .proto = 2},
    {.name = "uid", .type = "string", .proto = 3},
    {.name = "groups", .type = "list<string>", .proto = 4, .list_type = "atomic"},
    {.name = "usages", .type = "list<string>", .proto = 5, .list_type = "atomic",
     .enum_values = "any,cert sign,client auth,code signing,content commitment,crl sign,data encipherment,decipher only,digital signature,email protection,encipher only,ipsec end system,ipsec tunnel,ipsec user,key agreement,key encipherment,microsoft sgc,netscape sgc,ocsp signing,s/mime,server auth,signing,timestamping",
     .go = "v1.KeyUsage"},
    {.name = "extra", .type = "map<string,list<string>>", .proto = 6, .go = "map[string]v1.ExtraValue|v1.ExtraValue|string"},
    {.name = "signerName", .type = "string", .proto = 7, .required = true, .default_json = R"("")"},
    {.name = "expirationSeconds", .type = "int32", .proto = 8, .go = "*"},
};

constexpr FieldRow kCertificateSigningRequestStatus[] = {
    {.name = "conditions", .type = "list<certificates.v1.CertificateSigningRequestCondition>", .proto = 1, .list_type = "map",
     .list_map_keys = "type", .doc = "The latest observations of its state."},
    {.name = "certificate", .type = "bytes", .proto = 2, .list_type = "atomic"},
};

constexpr FieldRow kCertificateSigningRequestCondition[] = {
    {.name = "type", .type = "string", .proto = 1, .required = true, .default_json = R"("")", .go = "v1.RequestConditionType"},
    {.name = "reason", .type = "string", .proto = 2},
    {.name = "message", .type = "string", .proto = 3},
    {.name = "lastUpdateTime", .type = "time", .proto = 4, .absent = "null"},
    {.name = "lastTransitionTime", .type = "time", .proto = 5, .absent = "null"},
    {.name = "status", .type = "string", .proto = 6, .required = true, .default_json = R"("")", .go = "v1.ConditionStatus"},
};

constexpr FieldRow kCertificateSigningRequestList[] = {
    kKindField,
    kApiVersionField,
    kListMetadataField,
    {.name = "items", .type = "list<certificates.v1.CertificateSigningRequest>", .proto = 2, .required = true},
};

constexpr TypeRow kTypes[] = {
    {.name = "certificates.v1.CertificateSigningRequest", .fields = kCertificateSigningRequest, .doc = "A request for a certificate, to be approved and signed."},
    {.name = "certificates.v1.CertificateSigningRequestSpec", .fields = kCertificateSigningRequestSpec},
    {.name = "certificates.v1.CertificateSigningRequestStatus", .fields = kCertificateSigningRequestStatus},
    {.name = "certificates.v1.CertificateSigningRequestCondition", .fields = kCertificateSigningRequestCondition},
    {.name = "certificates.v1.CertificateSigningRequestList", .fields = kCertificateSigningRequestList},
};

}  // namespace

void add_certificates_v1_certificate_signing_request(KindRegistryBuilder& builder) {
    builder.add(
        {
            .gvk = {"certificates.k8s.io", "v1", "CertificateSigningRequest"},
            .plural = "certificatesigningrequests",
            .singular = "certificatesigningrequest",
            .list_kind = "CertificateSigningRequestList",
            .scope = Scope::Cluster,
            .verbs = all_verbs(),
            .short_names = {"csr"},
            .type_name = "certificates.v1.CertificateSigningRequest",
            .has_status = true,
            .storage_prefix = "certificates.k8s.io/certificatesigningrequests",
            .selectable_fields = {"spec.signerName"},
            .subresources =
                {
                    {.name = "approval", .verbs = {"get", "patch", "update"}, .kind = "CertificateSigningRequest"},
                    {.name = "status", .verbs = {"get", "patch", "update"}, .kind = "CertificateSigningRequest"},
                },
            .columns = certificate_signing_request_columns(),
            .hooks = certificate_signing_request_hooks(),
        },
        kTypes);
}

}  // namespace skiff::api::kinds
