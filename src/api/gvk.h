// Names of API types: GroupVersionKind and GroupVersionResource. Values; any thread.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

namespace skiff::api {

struct GroupVersion {
    std::string group;      // "" is the core group
    std::string version;
    // "v1", "apps/v1"
    static GroupVersion parse(std::string_view api_version);
    std::string api_version() const { return group.empty() ? version : group + "/" + version; }
    auto operator<=>(const GroupVersion&) const = default;
};

struct Gvk {
    std::string group, version, kind;
    std::string api_version() const { return group.empty() ? version : group + "/" + version; }
    auto operator<=>(const Gvk&) const = default;
};

struct Gvr {
    std::string group, version, resource;   // resource: plural, "deployments"
    std::string api_version() const { return group.empty() ? version : group + "/" + version; }
    // "deployments.apps", "pods": as in messages and RBAC
    std::string group_resource() const { return group.empty() ? resource : resource + "." + group; }
    auto operator<=>(const Gvr&) const = default;
};

// For unordered containers of Gvk and Gvr.
struct GvHash {
    size_t operator()(const Gvk& gvk) const { return mix(gvk.group, gvk.version, gvk.kind); }
    size_t operator()(const Gvr& gvr) const { return mix(gvr.group, gvr.version, gvr.resource); }

private:
    static size_t mix(const std::string& a, const std::string& b, const std::string& c) {
        std::hash<std::string> hash;
        return (hash(a) * 31 + hash(b)) * 31 + hash(c);
    }
};

}  // namespace skiff::api
