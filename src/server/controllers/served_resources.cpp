#include "server/controllers/served_resources.h"

#include <algorithm>
#include <set>

#include "client/resource_path.h"
#include "json/parse.h"
#include "server/controllers/conditions.h"

namespace skiff::controllers {

namespace {

constexpr const char* kAggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

Result<json::Value> fetch(client::Client& client, const std::string& path, const std::string& accept) {
    client::RawRequest request;
    request.method = "GET";
    request.path = path;
    request.accept = accept;
    auto response = TRY(client.raw(request));
    if (response.code != 200) return client::status_from_answer(response.code, response.body);
    return json::parse(response.body);
}

std::vector<std::string> strings(const json::Value& list) {
    std::vector<std::string> found;
    for (const auto& item : list.items()) found.push_back(item.as_string());
    return found;
}

class Collector {
public:
    explicit Collector(client::Client& client) : client_(client) {}

    void registry(const api::KindRegistry& kinds) {
        for (const auto* kind : kinds.all())
            if (kind->storage) add({kind->gvr(), kind->gvk.kind, kind->scope == api::Scope::Namespaced, kind->verbs});
    }

    Status definitions() {
        auto list = client_.list({"apiextensions.k8s.io", "v1", "customresourcedefinitions"}, {});
        if (!list.ok()) return list.status().reason() == Reason::NotFound ? Status() : list.status();
        for (const auto& definition : list->items) {
            auto tree = definition->tree();
            if (!condition_true((*tree)["status"], "Established")) continue;
            const auto& spec = (*tree)["spec"];
            for (const auto& version : spec["versions"].items())
                if (version["served"].as_bool())
                    add({{spec["group"].as_string(), version["name"].as_string(), spec["names"]["plural"].as_string()},
                         spec["names"]["kind"].as_string(),
                         spec["scope"].as_string() == "Namespaced",
                         {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}});
        }
        return {};
    }

    Status root(const std::string& path) {
        auto tree = TRY(fetch(client_, path, kAggregated));
        const auto& kind = tree["kind"].as_string();
        if (kind == "APIGroupDiscoveryList") aggregated(tree);
        else if (kind == "APIVersions") plain_version("", "v1");
        else plain_groups(tree);
        return {};
    }
    ServedResources take() { return std::move(found_); }

private:
    void add(ServedResource resource) {
        if (seen_.insert(resource.gvr.group + "/" + resource.gvr.resource).second) found_.resources.push_back(std::move(resource));
    }

    void aggregated(const json::Value& tree) {
        for (const auto& group : tree["items"].items())
            for (const auto& version : group["versions"].items()) {
                if (version["freshness"].as_string() == "Stale") found_.failed.push_back(group["metadata"]["name"].as_string());
                for (const auto& resource : version["resources"].items())
                    add({{group["metadata"]["name"].as_string(), version["version"].as_string(), resource["resource"].as_string()},
                         resource["responseKind"]["kind"].as_string(),
                         resource["scope"].as_string() == "Namespaced",
                         strings(resource["verbs"])});
            }
    }

    void plain_groups(const json::Value& tree) {
        for (const auto& group : tree["groups"].items())
            for (const auto& version : group["versions"].items()) plain_version(group["name"].as_string(), version["version"].as_string());
    }

    void plain_version(const std::string& group, const std::string& version) {
        auto tree = fetch(client_, group.empty() ? "/api/" + version : "/apis/" + group + "/" + version, "application/json");
        if (!tree.ok()) {
            found_.failed.push_back(group + "/" + version);
            return;
        }
        for (const auto& resource : (*tree)["resources"].items()) {
            const auto& name = resource["name"].as_string();
            if (name.find('/') != std::string::npos) continue;
            add({{group, version, name}, resource["kind"].as_string(), resource["namespaced"].as_bool(), strings(resource["verbs"])});
        }
    }

    client::Client& client_;
    std::set<std::string> seen_;
    ServedResources found_;
};

}  // namespace

bool ServedResource::has_verb(std::string_view verb) const { return std::find(verbs.begin(), verbs.end(), verb) != verbs.end(); }

Result<ServedResources> discover(client::Client& client, const api::KindRegistry* kinds) {
    Collector collector(client);
    if (kinds) {
        collector.registry(*kinds);
        TRY(collector.definitions());
        return collector.take();
    }
    TRY(collector.root("/api"));
    TRY(collector.root("/apis"));
    return collector.take();
}

}  // namespace skiff::controllers
