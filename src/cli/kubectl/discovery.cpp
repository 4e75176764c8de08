#include "cli/kubectl/discovery.h"

#include <algorithm>

#include "base/strings.h"

namespace skiff::cli::kubectl {

namespace {

std::vector<std::string> texts(const json::Value& list) {
    std::vector<std::string> found;
    for (const auto& item : list.items()) found.push_back(item.as_string());
    return found;
}

bool has(const std::vector<std::string>& list, std::string_view word) { return std::find(list.begin(), list.end(), word) != list.end(); }

}  // namespace

bool Resource::can(std::string_view verb) const { return has(verbs, verb); }

std::string Resource::shown() const {
    auto name = singular.empty() ? lower(kind) : singular;
    return gvr.group.empty() ? name : name + "." + gvr.group;
}

void Discovery::add(const json::Value& group_list) {
    for (const auto& group : group_list["items"].items()) {
        bool first = true;
        for (const auto& version : group["versions"].items()) {
            for (const auto& item : version["resources"].items()) {
                Resource resource;
                resource.gvr = {group["metadata"]["name"].as_string(), version["version"].as_string(), item["resource"].as_string()};
                resource.kind = item["responseKind"]["kind"].as_string();
                resource.singular = item["singularResource"].as_string();
                resource.namespaced = item["scope"].as_string() == "Namespaced";
                resource.preferred = first;
                resource.short_names = texts(item["shortNames"]);
                resource.categories = texts(item["categories"]);
                resource.verbs = texts(item["verbs"]);
                resources_.push_back(std::move(resource));
            }
            first = false;
        }
    }
}

void Discovery::add_plain(const json::Value& list, bool preferred) {
    const auto gv = api::GroupVersion::parse(list["groupVersion"].as_string());
    for (const auto& item : list["resources"].items()) {
        if (contains(item["name"].as_string(), "/")) continue;
        Resource resource;
        resource.gvr = {gv.group, gv.version, item["name"].as_string()};
        resource.kind = item["kind"].as_string();
        resource.singular = item["singularName"].as_string();
        resource.namespaced = item["namespaced"].as_bool();
        resource.preferred = preferred;
        resource.short_names = texts(item["shortNames"]);
        resource.categories = texts(item["categories"]);
        resource.verbs = texts(item["verbs"]);
        resources_.push_back(std::move(resource));
    }
}

const Resource* Discovery::one(const std::string& word) const {
    // A short name counts only where no resource has it as its name.
    const auto match = [&](const Resource& resource, bool any_version) {
        if (!any_version && !resource.preferred) return false;
        const auto& group = resource.gvr.group;
        for (const auto& name : {resource.gvr.resource, resource.singular, lower(resource.kind)}) {
            if (name.empty()) continue;
            if (word == name || word == name + "." + group || word == name + "." + resource.gvr.version + "." + group) return true;
            for (const auto& brief : resource.short_names)
                if (word == brief + "." + group) return true;
        }
        return false;
    };
    for (const bool any_version : {false, true})
        for (const auto& resource : resources_)
            if (match(resource, any_version)) return &resource;
    for (const auto& resource : resources_)
        if (has(resource.short_names, word)) return &resource;
    return nullptr;
}

Result<std::vector<Resource>> Discovery::resolve(const std::string& words) const {
    std::vector<Resource> found;
    for (const auto& part : split(words, ',')) {
        const auto word = lower(part);
        if (const auto* resource = one(word)) {
            found.push_back(*resource);
            continue;
        }
        const auto before = found.size();
        for (const auto& resource : resources_)
            if (resource.preferred && has(resource.categories, word)) found.push_back(resource);
        if (found.size() == before) return error(Reason::Unknown, "the server doesn't have a resource type \"{}\"", part);
    }
    return found;
}

Result<Resource> Discovery::resolve_kind(const std::string& api_version, const std::string& kind) const {
    for (const auto& resource : resources_)
        if (resource.kind == kind && resource.gvr.api_version() == api_version) return resource;
    return error(Reason::Unknown, "no matches for kind \"{}\" in version \"{}\"\nensure CRDs are installed first", kind, api_version);
}

}  // namespace skiff::cli::kubectl
