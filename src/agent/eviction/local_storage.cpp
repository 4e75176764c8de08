#include "agent/eviction/local_storage.h"

#include <fmt/core.h>

#include <algorithm>

#include "agent/eviction/ranking.h"
#include "agent/pods/pod_spec.h"
#include "agent/sys/units.h"

namespace skiff::agent::eviction {

namespace {

constexpr const char* kStorage = "ephemeral-storage";

std::optional<int64_t> quantity(const json::Value& value) {
    if (!value.is_string() || value.as_string().empty()) return std::nullopt;
    return sys::quantity_value(value.as_string());
}

const json::Value& storage_limit(const json::Value& container) { return container["resources"]["limits"][kStorage]; }

int64_t used_by(const std::vector<pods::DiskUse>& list, const std::string& name) {
    for (const auto& use : list)
        if (use.name == name) return use.bytes;
    return 0;
}

// What all containers together may use; nothing as long as one of them has no limit.
std::optional<int64_t> pod_limit(const json::Value& pod) {
    int64_t total = 0, init = 0;
    bool any = false;
    for (const auto& container : pods::container_list(pod)) {
        if (container.kind == pods::ContainerKind::Ephemeral) continue;
        const auto own = quantity(storage_limit(*container.spec));
        if (!own) {
            if (container.kind != pods::ContainerKind::Init) return std::nullopt;
            continue;
        }
        any = true;
        if (container.kind == pods::ContainerKind::Init) init = std::max(init, *own);
        else total += *own;
    }
    return any ? std::optional<int64_t>(std::max(total, init)) : std::nullopt;
}

}  // namespace

std::optional<std::string> over_local_limits(const json::Value& pod, const pods::PodDisk& used) {
    for (const auto& volume : pod["spec"]["volumes"].items()) {
        const auto limit = quantity(volume["emptyDir"]["sizeLimit"]);
        const std::string& name = volume["name"].as_string();
        if (limit && *limit > 0 && used_by(used.volumes, name) > *limit)
            return fmt::format("Usage of EmptyDir volume \"{}\" exceeds the limit \"{}\". ", name, volume["emptyDir"]["sizeLimit"].as_string());
    }
    if (const auto limit = pod_limit(pod); limit && used.total_bytes() > *limit)
        return fmt::format("Pod ephemeral local storage usage exceeds the total limit of containers {}. ", binary_quantity(*limit));
    for (const auto& container : pods::container_list(pod)) {
        const auto limit = quantity(storage_limit(*container.spec));
        if (limit && used_by(used.roots, container.name()) + used_by(used.logs, container.name()) > *limit)
            return fmt::format("Container {} exceeded its local ephemeral storage limit \"{}\". ", container.name(), storage_limit(*container.spec).as_string());
    }
    return std::nullopt;
}

}  // namespace skiff::agent::eviction
