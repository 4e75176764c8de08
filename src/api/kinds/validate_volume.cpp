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

// Where a file of a volume stands; names with two dots in front are the agent's own.
void check_file_path(const Value& file, const FieldPath& path, FieldErrors& errors) {
    const std::string& text = file.as_string();
    check_required(file, path, errors);
    check_local_descending_path(file, path, errors);
    if (text.starts_with("..") && !text.starts_with("../")) errors.invalid(path, file, "must not start with '..'");
}

void check_items(const Value& items, const FieldPath& path, FieldErrors& errors) {
    for (size_t i = 0; i < items.size(); ++i) {
        FieldPath at = path.index(i);
        check_required(items[i]["key"], at.child("key"), errors);
        check_file_path(items[i]["path"], at.child("path"), errors);
        check_mode(items[i]["mode"], at.child("mode"), errors);
    }
}

// Kubernetes' paths of these have no index.
void check_downward_items(const Value& items, const FieldPath& at, FieldErrors& errors) {
    for (size_t i = 0; i < items.size(); ++i) {
        check_file_path(items[i]["path"], at.child("path"), errors);
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
    check_file_path(token["path"], projected.child("path"), errors);
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
            ++given;
            if (kind == "secret" || kind == "configMap") {
                check_required(projection["name"], part.child("name"), errors);
                check_items(projection["items"], part.child("items"), errors);
                for (const Value& item : projection["items"].items()) take(item, projection["name"].as_string());
            } else if (kind == "downwardAPI") {
                check_downward_items(projection["items"], part, errors);
                for (const Value& item : projection["items"].items()) take(item, item["path"]);
            } else if (kind == "serviceAccountToken") {
                check_token(projection, path, part, errors);
            } else if (kind == "clusterTrustBundle") {
                take(projection, projection["path"]);
            }
        }
        if (given > 1) errors.forbidden(at, "may not specify more than 1 volume type per source");
    }
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
    "azureFile", "vsphereVolume", "photonPersistentDisk",      "portworxVolume",       "azureDisk", "storageos", "projected", "scaleIO",   "csi",
    "ephemeral", "image",    "local"};

}  // namespace

std::string_view validate_persistent_source(const Value& volume, const FieldPath& path, FieldErrors& errors) {
    std::string_view first;
    for (auto kind : kSources) {
        if (!volume[kind].is_object()) continue;
        // Kubernetes looks at flexible volumes without counting, and spells one name in its own way.
        if (first.empty() || kind == "flexVolume") {
            check_source(kind, volume[kind], path.child(kind), errors);
            validate_remote_source(kind, volume[kind], SourceOf::PersistentVolume, path, errors);
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
        // Kubernetes spells two names in its own way.
        if (sources++ > 0) errors.forbidden(path.child(kind == "downwardAPI" ? "downwarAPI" : kind == "cephfs" ? "cephFS" : kind), "may not specify more than 1 volume type");
        else check_source(kind, volume[kind], path.child(kind), errors);
        if (sources == 1) validate_remote_source(kind, volume[kind], SourceOf::Pod, path, errors);
    }
    return sources > 0;
}

std::set<size_t> validate_volumes(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string_view> names;   // of those that are valid
    std::set<size_t> wrong;
    const Value& volumes = spec["volumes"];
    for (size_t i = 0; i < volumes.size(); ++i) {
        const size_t before = errors.causes().size();
        FieldPath at = path.child("volumes").index(i);
        if (!validate_volume_source(volumes[i], at, errors)) errors.required(at, "must specify a volume type");
        const std::string& name = volumes[i]["name"].as_string();
        if (name.empty()) errors.required(at.child("name"), "");
        else add_complaints(check_dns1123_label(name), at.child("name"), name, errors);
        if (names.count(name)) errors.duplicate(at.child("name"), name);
        if (errors.full() || errors.causes().size() != before) wrong.insert(i);
        else names.insert(name);
    }
    return wrong;
}

}  // namespace skiff::api::kinds
