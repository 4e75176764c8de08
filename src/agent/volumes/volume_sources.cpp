#include "agent/volumes/volume_sources.h"

#include <fmt/core.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "agent/sys/units.h"
#include "agent/volumes/atomic_dir.h"
#include "agent/volumes/block_volume.h"
#include "agent/volumes/host_path.h"
#include "agent/volumes/ownership.h"
#include "agent/volumes/service_token.h"
#include "base/file.h"

namespace skiff::agent::volumes {

namespace {

const std::string& secret_name(const json::Value& source) { return source.has("secretName") ? source["secretName"].as_string() : source["name"].as_string(); }

Result<api::TreePtr> referenced(SourceContext& context, RefKind kind, const std::string& name) {
    static const api::TreePtr kAbsent = std::make_shared<const json::Value>();
    const api::ObjectPtr object = TRY(context.cache.get({kind, context.pod["metadata"]["namespace"].as_string(), name}));
    return object ? object->tree() : kAbsent;
}

// The one user that all containers run as; such a user alone may read tokens.
std::optional<int64_t> common_user(const json::Value& pod) {
    std::optional<int64_t> common;
    const json::Value& fallback = pod["spec"]["securityContext"]["runAsUser"];
    for (const char* list : {"initContainers", "containers"})
        for (const auto& container : pod["spec"][list].items()) {
            const json::Value& own = container["securityContext"]["runAsUser"];
            const json::Value& user = own.is_int() ? own : fallback;
            if (!user.is_int() || (common && *common != user.as_int())) return std::nullopt;
            common = user.as_int();
        }
    return common;
}

Status add_token(SourceContext& context, Payload& payload, const json::Value& source, mode_t default_mode, const std::string& dir) {
    const std::string& path = source["path"].as_string();
    if (!safe_relative_path(path)) return error(Reason::BadRequest, "invalid path in volume: {}", path);
    const auto user = common_user(context.pod);
    FileEntry entry{"", context.group || user ? mode_t{0600} : default_mode, user.value_or(-1)};
    const WallTime now = context.options.clock->now();
    auto standing = file::read(dir + "/" + path, 64 << 10);
    const auto renew_at = standing.ok() ? renewal_time(*standing) : std::nullopt;
    WallTime next;
    if (renew_at && *renew_at > now) {
        entry.content = std::move(*standing);
        next = *renew_at;
    } else {
        Token token = TRY(request_token(*context.options.client, context.pod, source, now));
        entry.content = std::move(token.text);
        next = token.renew_at;
    }
    if (!context.renew_at || next < *context.renew_at) context.renew_at = next;
    payload[path] = std::move(entry);
    return {};
}

Status add_projected(SourceContext& context, Payload& payload, const json::Value& projected, const std::string& dir) {
    const mode_t mode = static_cast<mode_t>(projected["defaultMode"].as_int(0644));
    for (const auto& source : projected["sources"].items()) {
        if (const json::Value& map = source["configMap"]; map.is_object()) {
            auto object = TRY(referenced(context, RefKind::ConfigMap, map["name"].as_string()));
            TRY(add_config_map(payload, map, *object, mode));
        }
        if (const json::Value& secret = source["secret"]; secret.is_object()) {
            auto object = TRY(referenced(context, RefKind::Secret, secret["name"].as_string()));
            TRY(add_secret(payload, secret, *object, mode));
        }
        if (const json::Value& downward = source["downwardAPI"]; downward.is_object()) TRY(add_downward(payload, downward, context.pod, context.facts, mode));
        if (const json::Value& token = source["serviceAccountToken"]; token.is_object()) TRY(add_token(context, payload, token, mode, dir));
    }
    return {};
}

Result<Volume> payload_volume(SourceContext& context, const json::Value& volume) {
    const std::string& name = volume["name"].as_string();
    Payload payload;
    std::string dir;
    if (const json::Value& map = volume["configMap"]; map.is_object()) {
        dir = context.disk_dir + "/kubernetes.io~configmap/" + name;
        auto object = TRY(referenced(context, RefKind::ConfigMap, map["name"].as_string()));
        TRY(add_config_map(payload, map, *object, static_cast<mode_t>(map["defaultMode"].as_int(0644))));
    } else if (const json::Value& secret = volume["secret"]; secret.is_object()) {
        dir = context.memory_dir + "/kubernetes.io~secret/" + name;
        auto object = TRY(referenced(context, RefKind::Secret, secret_name(secret)));
        TRY(add_secret(payload, secret, *object, static_cast<mode_t>(secret["defaultMode"].as_int(0644))));
    } else if (const json::Value& downward = volume["downwardAPI"]; downward.is_object()) {
        dir = context.memory_dir + "/kubernetes.io~downward-api/" + name;
        TRY(add_downward(payload, downward, context.pod, context.facts, static_cast<mode_t>(downward["defaultMode"].as_int(0644))));
    } else {
        dir = context.memory_dir + "/kubernetes.io~projected/" + name;
        TRY(add_projected(context, payload, volume["projected"], dir));
    }
    TRY(write_atomic_dir(dir, payload, context.group.value_or(-1)));
    if (context.group) {
        if (::lchown(dir.c_str(), static_cast<uid_t>(-1), static_cast<gid_t>(*context.group)) != 0) return errno_status("chown " + dir, errno);
        if (::chmod(dir.c_str(), 02775) != 0) return errno_status("chmod " + dir, errno);
    }
    return Volume{dir, true};
}

Status own_by_group(const SourceContext& context, const std::string& dir, bool read_only) {
    if (!context.group) return {};
    const bool mismatch_only = context.pod["spec"]["securityContext"]["fsGroupChangePolicy"].as_string() == "OnRootMismatch";
    return set_group(dir, *context.group, mismatch_only ? GroupChange::OnRootMismatch : GroupChange::Always, read_only);
}

Result<Volume> empty_dir(const SourceContext& context, const json::Value& volume) {
    const json::Value& source = volume["emptyDir"];
    const std::string dir = context.disk_dir + "/kubernetes.io~empty-dir/" + volume["name"].as_string();
    const bool fresh = !file::exists(dir);
    TRY(file::make_dirs(dir));
    const std::string& medium = source["medium"].as_string();
    if (medium == "Memory" && !is_mount_point(dir)) {
        std::string data = "mode=1777";      // the sticky bit as tmpfs has it, kept below
        if (auto size = sys::quantity_value(source["sizeLimit"].as_string()); size && *size > 0) data += fmt::format(",size={}", *size);
        if (::mount("tmpfs", dir.c_str(), "tmpfs", 0, data.c_str()) != 0) return errno_status("mount tmpfs", errno);
    } else if (medium.rfind("HugePages", 0) == 0 && !is_mount_point(dir)) {
        std::string data;
        if (medium.size() > 10) data = fmt::format("pagesize={}", sys::quantity_value(medium.substr(10)).value_or(2 << 20));
        if (::mount("nodev", dir.c_str(), "hugetlbfs", 0, data.c_str()) != 0) return errno_status("mount hugetlbfs", errno);
    }
    struct stat info;
    if (::stat(dir.c_str(), &info) != 0 || ((info.st_mode & 0777) != 0777 && ::chmod(dir.c_str(), 0777) != 0)) return errno_status("chmod " + dir, errno);
    if (fresh || medium == "Memory") TRY(own_by_group(context, dir, false));
    return Volume{dir};
}

Result<Volume> local_volume(const SourceContext& context, const json::Value& spec, const std::string& name, bool read_only) {
    const std::string& path = spec["local"]["path"].as_string();
    if (spec["volumeMode"].as_string() == "Block") return block_device(path, read_only);
    if (file::is_dir(path)) {
        TRY(own_by_group(context, path, read_only));
        return Volume{path, read_only};
    }
    if (!file::exists(path)) return error(Reason::NotFound, "path \"{}\" does not exist", path);
    const std::string dir = context.disk_dir + "/kubernetes.io~local-volume/" + name;
    TRY(file::make_dirs(dir, 0750));
    if (!is_mount_point(dir)) TRY(mount_device(path, dir, spec["local"]["fsType"].as_string("ext4"), spec["mountOptions"], read_only));
    if (!read_only) TRY(own_by_group(context, dir, false));
    return Volume{dir, read_only};
}

// volume: its name in the pod.
Result<Volume> claimed(SourceContext& context, const std::string& volume, const std::string& claim_name, bool read_only, const VolumeUse& use) {
    const std::string& ns = context.pod["metadata"]["namespace"].as_string();
    client::Client& client = *context.options.client;
    const auto claim = TRY(client.get({"", "v1", "persistentvolumeclaims"}, ns, claim_name));
    const api::TreePtr claim_tree = claim->tree();
    const std::string& volume_name = (*claim_tree)["spec"]["volumeName"].as_string();
    if ((*claim_tree)["status"]["phase"].as_string() != "Bound" || volume_name.empty())
        return error(Reason::Conflict, "PersistentVolumeClaim \"{}\" is not bound", claim_name);
    const auto persistent = TRY(client.get({"", "v1", "persistentvolumes"}, "", volume_name));
    const api::TreePtr tree = persistent->tree();
    const json::Value& spec = (*tree)["spec"];
    const bool block = spec["volumeMode"].as_string() == "Block";
    if (block && use.mounted) return error(Reason::BadRequest, "volume {} has volumeMode Block, but is specified in volumeMounts", volume);
    if (!block && use.mapped) return error(Reason::BadRequest, "volume {} has volumeMode Filesystem, but is specified in volumeDevices", volume);
    if (const json::Value& host = spec["hostPath"]; host.is_object()) {
        TRY(check_host_path(host["path"].as_string(), host["type"].as_string()));
        return Volume{host["path"].as_string(), read_only};
    }
    if (spec["local"].is_object()) return local_volume(context, spec, volume, read_only);
    return error(Reason::InternalError, "no volume plugin matched the source of PersistentVolume \"{}\"", volume_name);
}

}  // namespace

bool is_mount_point(const std::string& path) {
    struct stat here, parent;
    return ::lstat(path.c_str(), &here) == 0 && ::lstat((path + "/..").c_str(), &parent) == 0 && here.st_dev != parent.st_dev;
}

bool has_payload(const json::Value& volume) { return volume.has("configMap") || volume.has("secret") || volume.has("downwardAPI") || volume.has("projected"); }

std::set<ObjectRef> referenced_objects(const json::Value& pod) {
    const std::string& ns = pod["metadata"]["namespace"].as_string();
    std::set<ObjectRef> refs;
    for (const auto& volume : pod["spec"]["volumes"].items()) {
        if (volume["configMap"].is_object()) refs.insert({RefKind::ConfigMap, ns, volume["configMap"]["name"].as_string()});
        if (volume["secret"].is_object()) refs.insert({RefKind::Secret, ns, secret_name(volume["secret"])});
        for (const auto& source : volume["projected"]["sources"].items()) {
            if (source["configMap"].is_object()) refs.insert({RefKind::ConfigMap, ns, source["configMap"]["name"].as_string()});
            if (source["secret"].is_object()) refs.insert({RefKind::Secret, ns, source["secret"]["name"].as_string()});
        }
    }
    return refs;
}

Result<Volume> make_volume(SourceContext& context, const json::Value& volume, const VolumeUse& use) {
    if (has_payload(volume)) return payload_volume(context, volume);
    if (const json::Value& host = volume["hostPath"]; host.is_object()) {
        TRY(check_host_path(host["path"].as_string(), host["type"].as_string()));
        return Volume{host["path"].as_string()};
    }
    if (const json::Value& claim = volume["persistentVolumeClaim"]; claim.is_object())
        return claimed(context, volume["name"].as_string(), claim["claimName"].as_string(), claim["readOnly"].as_bool(), use);
    if (volume["ephemeral"].is_object()) {
        const std::string& name = volume["name"].as_string();
        return claimed(context, name, context.pod["metadata"]["name"].as_string() + "-" + name, false, use);
    }
    if (volume["image"].is_object()) return Volume{"", true, true};   // mounted when a container asks for it: its image may have to be pulled
    // A volume without a source is an emptyDir.
    if (volume.has("emptyDir") || volume.size() == 1) return empty_dir(context, volume);
    return error(Reason::InternalError, "no volume plugin matched");
}

}  // namespace skiff::agent::volumes
