#include "api/kinds/template_metadata.h"
#include "api/kinds/validate.h"
#include "api/kinds/validate_parts.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

void check_mode(const Value& mode, const FieldPath& path, FieldErrors& errors) {
    if (mode.is_int() && (mode.as_int() < 0 || mode.as_int() > 0777)) errors.invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive");
}

void check_items(const Value& items, const FieldPath& path, FieldErrors& errors) {
    for (size_t i = 0; i < items.size(); ++i) {
        FieldPath at = path.index(i);
        check_required(items[i]["key"], at.child("key"), errors);
        if (items[i]["path"].empty()) errors.required(at.child("path"), "");
        else check_local_descending_path(items[i]["path"], at.child("path"), errors);
        check_mode(items[i]["mode"], at.child("mode"), errors);
    }
}

// Kubernetes' paths of these have no index.
void check_downward_items(const Value& items, const FieldPath& at, FieldErrors& errors) {
    for (size_t i = 0; i < items.size(); ++i) {
        if (items[i]["path"].empty()) errors.required(at.child("path"), "");
        else check_local_descending_path(items[i]["path"], at.child("path"), errors);
        bool field = items[i]["fieldRef"].is_object(), resource = items[i]["resourceFieldRef"].is_object();
        if (field) validate_field_ref(items[i]["fieldRef"], FieldRefUse::Volume, at.child("fieldRef"), errors);
        if (field && resource) errors.invalid(at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
        if (resource && !field) {
            const Value& reference = items[i]["resourceFieldRef"];
            if (reference["containerName"].empty()) errors.required(at.child("resourceFieldRef").child("containerName"), "");
            else validate_resource_ref(reference, at.child("resourceFieldRef"), errors);
        }
        if (!field && !resource) errors.required(at, "one of fieldRef and resourceFieldRef is required");
        check_mode(items[i]["mode"], at.child("mode"), errors);
    }
}

void check_files(const Value& source, std::string_view name_field, const FieldPath& path, FieldErrors& errors) {
    if (!name_field.empty()) check_required(source[name_field], path.child(name_field), errors);
    check_mode(source["defaultMode"], path.child("defaultMode"), errors);
    check_items(source["items"], path.child("items"), errors);
}

void check_host_path(const Value& source, const FieldPath& path, FieldErrors& errors) {
    if (source["path"].empty()) {
        errors.required(path.child("path"), "");
        return;
    }
    check_no_backsteps(source["path"], path.child("path"), errors);
    check_one_of(source["type"], path.child("type"),
                 {"", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"}, errors, Presence::Optional);
}

void check_nfs(const Value& source, const FieldPath& path, FieldErrors& errors) {
    check_required(source["server"], path.child("server"), errors);
    check_required(source["path"], path.child("path"), errors);
    if (!source["path"].as_string().starts_with('/')) errors.invalid(path.child("path"), source["path"], "must be an absolute path");
}

void check_token(const Value& token, const FieldPath& projected, const FieldPath& path, FieldErrors& errors) {
    constexpr int64_t kSecondsMin = 600, kSecondsMax = int64_t{1} << 32;
    const Value& seconds = token["expirationSeconds"];
    if (seconds.as_int() < kSecondsMin) errors.invalid(path.child("expirationSeconds"), seconds, "may not specify a duration less than 10 minutes");
    if (seconds.as_int() > kSecondsMax) errors.invalid(path.child("expirationSeconds"), seconds, "may not specify a duration larger than 2^32 seconds");
    if (token["path"].empty()) errors.required(projected.child("path"), "");
    else check_local_descending_path(token["path"], projected.child("path"), errors);
}

void check_projected(const Value& source, const FieldPath& path, FieldErrors& errors) {
    check_mode(source["defaultMode"], path.child("defaultMode"), errors);
    std::set<std::string> taken;
    auto take = [&](const Value& item, const Value& shown) {
        const std::string& file = item["path"].as_string();
        if (!file.empty() && !taken.insert(file).second) errors.invalid(path, shown, "conflicting duplicate paths");
    };
    const Value& sources = source["sources"];
    for (size_t i = 0; i < sources.size(); ++i) {
        FieldPath at = path.child("sources").index(i);
        size_t given = 0;
        for (const auto& [kind, projection] : sources[i].members()) {
            FieldPath part = at.child(kind);
            if (given++ > 0) errors.forbidden(at, "may not specify more than 1 volume type per source");
            if (kind == "secret" || kind == "configMap") {
                check_required(projection["name"], part.child("name"), errors);
                check_items(projection["items"], part.child("items"), errors);
                for (const Value& item : projection["items"].items()) take(item, projection["name"]);
            } else if (kind == "downwardAPI") {
                check_downward_items(projection["items"], part, errors);
                for (const Value& item : projection["items"].items()) take(item, item["path"]);
            } else if (kind == "serviceAccountToken") {
                check_token(projection, path, part, errors);
                take(projection, projection["path"]);
            }
        }
    }
}

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

void check_disk(std::string_view kind, const Value& source, const FieldPath& parent, FieldErrors& errors) {
    FieldPath path = parent.child(kind == "gcePersistentDisk" ? "persistentDisk" : kind);
    const Value& partition = source["partition"];
    if ((kind == "gcePersistentDisk" || kind == "awsElasticBlockStore") && (partition.as_int() < 0 || partition.as_int() > 255))
        errors.invalid(path.child("partition"), partition, "must be between 1 and 255, inclusive");
    if (kind == "iscsi") {
        const std::string& name = source["iqn"].as_string();
        if (!name.empty() && !name.starts_with("iqn") && !name.starts_with("eui") && !name.starts_with("naa"))
            errors.invalid(path.child("iqn"), name, "must be valid format starting with iqn, eui, or naa");
        if (source["lun"].as_int() < 0 || source["lun"].as_int() > 255) errors.invalid(path.child("lun"), source["lun"], "must be between 0 and 255, inclusive");
    }
    if (kind == "fc") {
        bool targets = source["targetWWNs"].size() > 0, ids = source["wwids"].size() > 0;
        if (!targets && !ids) errors.required(path.child("targetWWNs"), "must specify either targetWWNs or wwids, but not both");
        if (targets && ids) errors.invalid(path.child("targetWWNs"), source["targetWWNs"], "targetWWNs and wwids can not be specified simultaneously");
        if (targets && !source["lun"].is_int()) errors.required(path.child("lun"), "lun is required if targetWWNs is specified");
        else if (targets && (source["lun"].as_int() < 0 || source["lun"].as_int() > 255)) errors.invalid(path.child("lun"), source["lun"], "must be between 0 and 255, inclusive");
    }
    if (kind == "flocker") {
        bool name = !source["datasetName"].empty(), id = !source["datasetUUID"].empty();
        if (!name && !id) errors.required(path, "one of datasetName and datasetUUID is required");
        if (name && id) errors.invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously");
        if (name && contains(source["datasetName"].as_string(), "/")) errors.invalid(path.child("datasetName"), source["datasetName"], "must not contain '/'");
    }
    if (kind == "quobyte") {
        constexpr const char* kPairs = "must be a host:port pair or multiple pairs separated by commas";
        const std::string& registry = source["registry"].as_string();
        auto is_pair = [](std::string_view text) {
            size_t colon = text.rfind(':');
            return colon != text.npos && (text.find(':') == colon || (text[0] == '[' && colon > 0 && text[colon - 1] == ']'));
        };
        if (registry.empty()) errors.required(path.child("registry"), kPairs);
        else
            for (std::string_view pair : split_views(registry, ','))
                if (!is_pair(pair)) errors.invalid(path.child("registry"), registry, kPairs);
    }
    if (kind == "storageos" && source["volumeName"].empty()) errors.required(path.child("volumeName"), "");
    if (kind == "storageos" && !source["volumeName"].empty())
        add_complaints(check_dns1123_label(source["volumeName"].as_string()), path.child("volumeName"), source["volumeName"].as_string(), errors);
    if (kind == "azureDisk" && !source["diskURI"].as_string().starts_with("/subscriptions/") && source["kind"].as_string() == "Managed")
        errors.not_supported(path.child("diskURI"), source["diskURI"],
                             {"/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"});
    if (kind == "azureDisk" && !source["diskURI"].as_string().starts_with("https://") && source["kind"].as_string() != "Managed")
        errors.not_supported(path.child("diskURI"), source["diskURI"], {"https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"});
}

void validate_claim_template(const Value& made, const FieldPath& path, FieldErrors& errors) {
    validate_template_metadata(made["metadata"], path.child("metadata"), errors);
    validate_claim_spec(made["spec"], path.child("spec"), errors);
}

constexpr size_t kDriverMax = 63;

void check_source(std::string_view kind, const Value& source, const FieldPath& path, FieldErrors& errors) {
    if (kind == "emptyDir") {
        if (source["sizeLimit"].is_string() && source["sizeLimit"].as_string().starts_with('-'))
            errors.forbidden(path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
    } else if (kind == "hostPath") {
        check_host_path(source, path, errors);
    } else if (kind == "secret") {
        check_files(source, "secretName", path, errors);
    } else if (kind == "configMap") {
        check_files(source, "name", path, errors);
    } else if (kind == "nfs") {
        check_nfs(source, path, errors);
    } else if (kind == "downwardAPI") {
        check_mode(source["defaultMode"], path.child("defaultMode"), errors);
        check_downward_items(source["items"], path, errors);
    } else if (kind == "projected") {
        check_projected(source, path, errors);
    } else if (kind == "csi") {
        const std::string& driver = source["driver"].as_string();
        if (driver.empty()) errors.required(path.child("driver"), "");
        if (driver.size() > kDriverMax) errors.too_long(path.child("driver"), kDriverMax);
        add_complaints(check_dns1123_subdomain(lower(driver)), path.child("driver"), driver, errors);
        if (const Value& secret = source["nodePublishSecretRef"]; secret.is_object() && !source.has("volumeHandle")) {
            check_required(secret["name"], path.child("nodePublishSecretRef").child("name"), errors);
            check_optional_name(secret["name"], check_dns1123_subdomain, path.child("name"), errors);   // so Kubernetes calls it
        }
    } else if (kind == "local") {
        check_required(source["path"], path.child("path"), errors);
        check_no_backsteps(source["path"], path.child("path"), errors);
    } else if (kind == "ephemeral") {
        if (!source["volumeClaimTemplate"].is_object()) errors.required(path.child("volumeClaimTemplate"), "");
        else validate_claim_template(source["volumeClaimTemplate"], path.child("volumeClaimTemplate"), errors);
    } else if (kind == "persistentVolumeClaim") {
        check_required(source["claimName"], path.child("claimName"), errors);
    }
}

// The order in which Kubernetes looks at the sources; of two, the later one is too many.
constexpr std::string_view kSources[] = {
    "emptyDir", "hostPath",  "gitRepo",   "gcePersistentDisk", "awsElasticBlockStore", "secret",    "nfs",       "iscsi",     "glusterfs", "flocker",
    "persistentVolumeClaim", "rbd",       "cinder",            "cephfs",               "quobyte",   "downwardAPI", "fc",      "flexVolume", "configMap",
    "azureFile", "vsphereVolume", "photonPersistentDisk",      "portworxVolume",       "azureDisk", "storageos", "scaleIO",   "projected", "csi",
    "ephemeral", "image",    "local"};

}  // namespace

std::string_view validate_persistent_source(const Value& volume, const FieldPath& path, FieldErrors& errors) {
    std::string_view first;
    for (auto kind : kSources) {
        if (!volume[kind].is_object()) continue;
        // Kubernetes looks at flexible volumes without counting, and spells one name in its own way.
        if (first.empty() || kind == "flexVolume") {
            check_source(kind, volume[kind], path.child(kind), errors);
            check_needs(kind, volume[kind], path, errors);
            check_disk(kind, volume[kind], path, errors);
            if (first.empty()) first = kind;
        } else {
            errors.forbidden(path.child(kind == "cephfs" ? "cephFS" : kind), "may not specify more than 1 volume type");
        }
    }
    return first;
}

bool validate_volume_source(const Value& volume, const FieldPath& path, FieldErrors& errors) {
    size_t sources = 0;
    for (auto kind : kSources) {
        if (!volume[kind].is_object()) continue;
        if (sources++ > 0) errors.forbidden(path.child(kind), "may not specify more than 1 volume type");
        else check_source(kind, volume[kind], path.child(kind), errors);
        if (sources == 1) {
            check_needs(kind, volume[kind], path, errors);
            check_disk(kind, volume[kind], path, errors);
        }
    }
    return sources > 0;
}

void validate_volumes(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> names;
    const Value& volumes = spec["volumes"];
    for (size_t i = 0; i < volumes.size(); ++i) {
        FieldPath at = path.child("volumes").index(i);
        if (!validate_volume_source(volumes[i], at, errors)) errors.required(at, "must specify a volume type");
        const std::string& name = volumes[i]["name"].as_string();
        if (name.empty()) {
            errors.required(at.child("name"), "");
            continue;
        }
        auto complaints = check_dns1123_label(name);
        add_complaints(complaints, at.child("name"), name, errors);
        if (complaints.empty() && !names.insert(name).second) errors.duplicate(at.child("name"), name);
    }
}

}  // namespace skiff::api::kinds
