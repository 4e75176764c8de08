// Volumes that stand on another machine: what their sources have to say. Messages and paths are Kubernetes' own.
#include "api/kinds/validate.h"
#include "api/kinds/validate_parts.h"
#include "base/strings.h"

#include <algorithm>
#include <cctype>

namespace skiff::api::kinds {

namespace {

using json::Value;

// Sources whose only rules are fields that must be there.
struct Needs {
    std::string_view kind, as, fields;   // as: the name in messages where it is another
};
constexpr Needs kNeeds[] = {{"gitRepo", "", "repository"},
                            {"gcePersistentDisk", "persistentDisk", "pdName"},
                            {"awsElasticBlockStore", "", "volumeID"},
                            {"glusterfs", "", "endpoints path"},
                            {"rbd", "", "monitors image"},
                            {"cinder", "", "volumeID"},
                            {"cephfs", "", "monitors"},
                            {"vsphereVolume", "", "volumePath"},
                            {"photonPersistentDisk", "", "pdID"},
                            {"portworxVolume", "", "volumeID"},
                            {"azureDisk", "", "diskName diskURI"},
                            {"azureFile", "", "secretName shareName"},
                            {"scaleIO", "", "gateway system volumeName"},
                            {"flexVolume", "", "driver"},
                            {"quobyte", "", "volume"},
                            {"iscsi", "", "targetPortal iqn"}};

void check_needs(std::string_view kind, const Value& source, const FieldPath& parent, FieldErrors& errors) {
    for (const Needs& needs : kNeeds) {
        if (needs.kind != kind) continue;
        FieldPath path = parent.child(needs.as.empty() ? kind : needs.as);
        for (std::string_view field : split_views(needs.fields, ' ')) check_required(source[field], path.child(field), errors);
    }
}

bool is_alnum(std::string_view text, size_t length) {
    return text.size() == length && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
}

// iqn.2001-04.com.example:storage
bool is_iqn(std::string_view name) {
    auto digits = [&](size_t from, size_t count) { return std::all_of(name.begin() + from, name.begin() + from + count, [](unsigned char c) { return std::isdigit(c) != 0; }); };
    constexpr size_t kAuthority = 12;
    size_t colon = name.find(':');
    if (colon == name.npos || colon <= kAuthority || name[3] != '.' || !digits(4, 4) || name[8] != '-' || !digits(9, 2) || name[11] != '.') return false;
    std::string_view authority = name.substr(kAuthority, colon - kAuthority), rest = name.substr(colon + 1);
    return std::all_of(authority.begin(), authority.end(), [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '.'; }) && !rest.empty() &&
           rest.find_first_of(",;*&$| \t\n\f\r") == rest.npos;
}

void check_iscsi_name(const Value& value, SourceOf owner, const FieldPath& path, FieldErrors& errors) {
    const std::string& name = value.as_string();
    bool iqn = name.starts_with("iqn"), eui = name.starts_with("eui"), naa = name.starts_with("naa");
    if (!iqn && !eui && !naa)
        errors.invalid(path, name, owner == SourceOf::Pod ? "must be valid format starting with iqn, eui, or naa" : "must be valid format");
    else if ((iqn && !is_iqn(name)) || (eui && !is_alnum(std::string_view(name).substr(std::min<size_t>(4, name.size())), 16)) ||
             (naa && !is_alnum(std::string_view(name).substr(std::min<size_t>(4, name.size())), 32)))
        errors.invalid(path, name, "must be valid format");
}

void check_lun(const Value& lun, const FieldPath& path, FieldErrors& errors) {
    if (lun.as_int() < 0 || lun.as_int() > 255) errors.invalid(path.child("lun"), lun, "must be between 0 and 255, inclusive");
}

void check_iscsi(const Value& source, SourceOf owner, const FieldPath& path, FieldErrors& errors) {
    if (!source["iqn"].empty()) check_iscsi_name(source["iqn"], owner, path.child("iqn"), errors);
    check_lun(source["lun"], path, errors);
    const Value& secret = source["secretRef"];
    if ((source["chapAuthDiscovery"].as_bool() || source["chapAuthSession"].as_bool()) && !secret.is_object()) errors.required(path.child("secretRef"), "");
    if (owner == SourceOf::PersistentVolume && secret.is_object()) check_required(secret["name"], path.child("secretRef").child("name"), errors);
    if (source["initiatorName"].is_string()) check_iscsi_name(source["initiatorName"], owner, path.child("initiatorname"), errors);
}

// A volume's secret; that of a persistent volume has a namespace.
void check_secret(const Value& secret, SourceOf owner, const FieldPath& path, FieldErrors& errors) {
    if (!secret.is_object()) return;
    check_required(secret["name"], path.child("name"), errors);
    if (owner == SourceOf::PersistentVolume) check_required(secret["namespace"], path.child("namespace"), errors);
}

void check_azure_disk(const Value& source, const FieldPath& path, FieldErrors& errors) {
    check_one_of(source["cachingMode"], path.child("cachingMode"), {"None", "ReadOnly", "ReadWrite"}, errors, Presence::Optional);
    check_one_of(source["kind"], path.child("kind"), {"Dedicated", "Managed", "Shared"}, errors, Presence::Optional);
    if (source["kind"].is_null()) return;
    bool managed = source["kind"].as_string() == "Managed";
    if (!source["diskURI"].as_string().starts_with(managed ? "/subscriptions/" : "https://"))
        errors.not_supported(path.child("diskURI"), source["diskURI"].as_string(),
                             {managed ? "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
                                      : "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"});
}

void check_quobyte(const Value& source, const FieldPath& path, FieldErrors& errors) {
    constexpr const char* kPairs = "must be a host:port pair or multiple pairs separated by commas";
    constexpr size_t kTenantMax = 64;
    const std::string& registry = source["registry"].as_string();
    auto is_pair = [](std::string_view text) {
        size_t colon = text.rfind(':');
        return colon != text.npos && (text.find(':') == colon || (text[0] == '[' && colon > 0 && text[colon - 1] == ']'));
    };
    if (registry.empty()) return errors.required(path.child("registry"), kPairs);
    if (source["tenant"].as_string().size() > kTenantMax) return errors.required(path.child("tenant"), "must be a UUID and may not exceed a length of 64 characters");
    for (std::string_view pair : split_views(registry, ','))
        if (!is_pair(pair)) errors.invalid(path.child("registry"), registry, kPairs);
}

void check_fc(const Value& source, const FieldPath& path, FieldErrors& errors) {
    bool targets = source["targetWWNs"].size() > 0, ids = source["wwids"].size() > 0;
    if (!targets && !ids) errors.required(path.child("targetWWNs"), "must specify either targetWWNs or wwids, but not both");
    if (targets && ids) errors.invalid(path.child("targetWWNs"), source["targetWWNs"], "targetWWNs and wwids can not be specified simultaneously");
    if (targets && !source["lun"].is_int()) errors.required(path.child("lun"), "lun is required if targetWWNs is specified");
    else if (targets) check_lun(source["lun"], path, errors);
}

void check_flocker(const Value& source, const FieldPath& path, FieldErrors& errors) {
    bool name = !source["datasetName"].empty(), id = !source["datasetUUID"].empty();
    if (!name && !id) errors.required(path, "one of datasetName and datasetUUID is required");
    if (name && id) errors.invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously");
    if (name && contains(source["datasetName"].as_string(), "/")) errors.invalid(path.child("datasetName"), source["datasetName"], "must not contain '/'");
}

void check_storage_os(const Value& source, SourceOf owner, const FieldPath& path, FieldErrors& errors) {
    check_name(source["volumeName"], check_dns1123_label, path.child("volumeName"), errors);
    check_optional_name(source["volumeNamespace"], check_dns1123_label, path.child("volumeNamespace"), errors);
    check_secret(source["secretRef"], owner, path.child("secretRef"), errors);
}

// Kubernetes' own namespaces are no place for a driver's options.
void check_flex_options(const Value& options, const FieldPath& path, FieldErrors& errors) {
    for (const auto& [key, value] : options.members()) {
        std::string domain = "." + lower(key.substr(0, key.find('/')));
        if (domain.ends_with(".kubernetes.io") || domain.ends_with(".k8s.io"))
            errors.invalid(path.key(key), key, "kubernetes.io and k8s.io namespaces are reserved");
    }
}

}  // namespace

void validate_remote_source(std::string_view kind, const Value& source, SourceOf owner, const FieldPath& parent, FieldErrors& errors) {
    check_needs(kind, source, parent, errors);
    FieldPath path = parent.child(kind == "gcePersistentDisk" ? "persistentDisk" : kind);
    const Value& partition = source["partition"];
    if ((kind == "gcePersistentDisk" || kind == "awsElasticBlockStore") && (partition.as_int() < 0 || partition.as_int() > 255))
        errors.invalid(path.child("partition"), partition, "must be between 1 and 255, inclusive");
    if (kind == "gitRepo") check_local_descending_path(source["directory"], path.child("directory"), errors);
    if (kind == "iscsi") check_iscsi(source, owner, path, errors);
    if (kind == "cinder") check_secret(source["secretRef"], owner, path.child("secretRef"), errors);
    if (kind == "fc") check_fc(source, path, errors);
    if (kind == "flocker") check_flocker(source, path, errors);
    if (kind == "quobyte") check_quobyte(source, path, errors);
    if (kind == "storageos") check_storage_os(source, owner, path, errors);
    if (kind == "azureDisk") check_azure_disk(source, path, errors);
    if (kind == "flexVolume") check_flex_options(source["options"], path.child("options"), errors);
}

}  // namespace skiff::api::kinds
