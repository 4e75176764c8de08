// Discovery: which resources the server has, and what the words of a command line mean. A value; built once a call.
#pragma once

#include <string>
#include <vector>

#include "api/gvk.h"
#include "base/status.h"
#include "json/value.h"

namespace skiff::cli::kubectl {

struct Resource {
    api::Gvr gvr;
    std::string kind, singular;
    bool namespaced = false;
    bool preferred = true;                 // its group's preferred version
    std::vector<std::string> short_names, categories, verbs;
    bool can(std::string_view verb) const;
    // "pod", "deployment.apps": as in `pod/web created`.
    std::string shown() const;
    std::string shown(const std::string& name) const { return shown() + "/" + name; }
};

class Discovery {
public:
    // From the answers for /api and /apis in their aggregated form (APIGroupDiscoveryList v2).
    void add(const json::Value& group_list);
    // From /api/v1 or /apis/GROUP/VERSION (APIResourceList).
    void add_plain(const json::Value& resource_list, bool preferred);
    const std::vector<Resource>& all() const { return resources_; }

    // "pods", "po", "Pod", "deployments.apps", "deployments.v1.apps", "all", "pods,svc".
    Result<std::vector<Resource>> resolve(const std::string& words) const;
    Result<Resource> resolve_kind(const std::string& api_version, const std::string& kind) const;

private:
    const Resource* one(const std::string& word) const;
    std::vector<Resource> resources_;
};

}  // namespace skiff::cli::kubectl
