#include "server/apiserver/aggregation/merge.h"

#include <algorithm>
#include <map>

namespace skiff::apiserver {
namespace {

using json::Value;

Value response_kind(const Value& resource, const api::GroupVersion& version) {
    std::string group = resource["group"].as_string(), v = resource["version"].as_string();
    return Value::object({{"group", group.empty() ? version.group : group}, {"version", v.empty() ? version.version : v}, {"kind", resource["kind"]}});
}

// APIResourceList to the resources of aggregated discovery: "a/status" belongs to "a".
Value aggregated_resources(const ForeignVersion& foreign) {
    Value out = Value::array();
    std::map<std::string, size_t> places;
    for (const Value& r : foreign.resources["resources"].items()) {
        const std::string& name = r["name"].as_string();
        size_t slash = name.find('/');
        if (slash == std::string::npos) {
            Value resource = Value::object({{"resource", name}, {"responseKind", response_kind(r, foreign.version)}, {"scope", r["namespaced"].as_bool() ? "Namespaced" : "Cluster"},
                                            {"singularResource", r["singularName"]}, {"verbs", r["verbs"]}});
            for (const char* key : {"shortNames", "categories"})
                if (r[key].size() > 0) resource.set(key, r[key]);
            places.emplace(name, out.size());
            out.push_back(std::move(resource));
            continue;
        }
        auto main = places.find(name.substr(0, slash));
        if (main != places.end())
            out.mut_items()[main->second].mut("subresources").push_back(Value::object({{"subresource", name.substr(slash + 1)}, {"responseKind", response_kind(r, foreign.version)}, {"verbs", r["verbs"]}}));
    }
    return out;
}

std::vector<std::string> groups_of(const std::vector<ForeignVersion>& versions) {
    std::vector<std::string> groups;
    for (const ForeignVersion& v : versions)
        if (std::find(groups.begin(), groups.end(), v.version.group) == groups.end()) groups.push_back(v.version.group);
    return groups;
}

bool has_group(const Value& items, const std::string& group, const char* outer) {
    for (const Value& item : items.items())
        if ((outer ? item[outer]["name"] : item["name"]).as_string() == group) return true;
    return false;
}

}  // namespace

Value foreign_group(const std::vector<ForeignVersion>& versions, const std::string& group) {
    Value list = Value::array();
    for (const ForeignVersion& v : versions)
        if (v.version.group == group) list.push_back(Value::object({{"groupVersion", v.version.api_version()}, {"version", v.version.version}}));
    if (list.size() == 0) return {};
    Value preferred = list[0];
    Value out = Value::object({{"kind", "APIGroup"}, {"apiVersion", "v1"}, {"name", group}});
    out.set("versions", std::move(list));
    out.set("preferredVersion", std::move(preferred));
    return out;
}

void add_foreign_groups(const std::vector<ForeignVersion>& versions, Value& group_list) {
    for (const std::string& group : groups_of(versions)) {
        if (has_group(group_list["groups"], group, nullptr)) continue;
        Value entry = foreign_group(versions, group);
        entry.erase("kind");
        entry.erase("apiVersion");
        group_list.mut("groups").push_back(std::move(entry));
    }
}

void add_foreign_discovery(const std::vector<ForeignVersion>& versions, Value& list) {
    for (const std::string& group : groups_of(versions)) {
        if (has_group(list["items"], group, "metadata")) continue;
        Value shown = Value::array();
        for (const ForeignVersion& v : versions)
            if (v.version.group == group)
                shown.push_back(Value::object({{"version", v.version.version}, {"resources", aggregated_resources(v)}, {"freshness", v.current ? "Current" : "Stale"}}));
        list.mut("items").push_back(Value::object({{"metadata", Value::object({{"name", group}, {"creationTimestamp", nullptr}})}, {"versions", std::move(shown)}}));
    }
}

}  // namespace skiff::apiserver
