// What the server is: cluster-info, version, api-resources, api-versions.
#include <algorithm>

#include "base/strings.h"
#include "base/version.h"
#include "cli/kubectl/tab_text.h"
#include "cli/kubectl/targets.h"
#include "cli/kubectl/verb_list.h"
#include "cli/terminal.h"
#include "json/write.h"
#include "json/yaml.h"

namespace skiff::cli::kubectl {

Status cluster_info(Call& call) {
    TRY(call.parse());
    auto& session = *TRY(call.session());
    Selection selection;
    selection.selector = "kubernetes.io/cluster-service=true";
    Resource services;
    services.gvr = {"", "v1", "services"};
    const auto list = TRY(list_objects(session, services, call.connect.ns.empty() ? "kube-system" : session.ns(), selection));
    const auto say = [](const std::string& name, const std::string& link) {
        print(paint(name, Colour::Green) + " is running at " + paint(link, Colour::Yellow) + "\n");
    };
    say("Kubernetes control plane", session.server());
    for (const auto& service : list["items"].items()) {
        const auto& name = service["metadata"]["name"].as_string();
        const auto& port = service["spec"]["ports"][0];
        auto part = name;
        if (port["name"].as_string() == "https" || port["port"].as_int() == 443) part = "https:" + name + ":" + port["name"].as_string();
        else if (!port["name"].as_string().empty()) part = name + ":" + port["name"].as_string();
        say(service["metadata"]["labels"]["kubernetes.io/name"].as_string(name), session.server() + "/api/v1/namespaces/" + service["metadata"]["namespace"].as_string() + "/services/" + part + "/proxy");
    }
    print("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n");
    return {};
}

Status version(Call& call) {
    bool client_only = false;
    std::string output;
    call.options.toggle("client", 0, &client_only, "If true, shows client version only (no server required).");
    call.options.text("output", 'o', &output, "One of 'yaml' or 'json'.");
    TRY(call.parse());
    if (!output.empty() && output != "yaml" && output != "json") return local_error("--output must be 'yaml' or 'json'");
    const std::string git(kKubernetesVersion);
    auto facts = json::Value::object({{"clientVersion", json::Value::object({{"major", std::string(kKubernetesMajor)}, {"minor", std::string(kKubernetesMinor)}, {"gitVersion", git}, {"platform", "linux"}})}});
    Result<json::Value> server = json::Value();
    if (!client_only) {
        auto session = call.session();
        server = session.ok() ? (*session)->get("/version") : Result<json::Value>(session.status());
        if (server.ok()) facts.set("serverVersion", *server);
    }
    if (output == "json") print(json::write_pretty(facts, 2) + "\n");
    else if (output == "yaml") print(json::write_yaml(facts));
    else {
        print("Client Version: " + git + "\n");
        if (!client_only && server.ok()) print("Server Version: " + (*server)["gitVersion"].as_string() + "\n");
    }
    return server.ok() ? Status() : server.status();
}

Status api_versions(Call& call) {
    TRY(call.parse());
    if (!call.words.empty()) return call.usage_error(fmt::format("unexpected arguments: [{}]", join(call.words, " ")));
    auto& session = *TRY(call.session());
    std::vector<std::string> versions;
    for (const auto& resource : TRY(session.discovery())->all()) versions.push_back(resource.gvr.api_version());
    const auto groups = TRY(session.get("/apis"));
    for (const auto& group : groups["groups"].items())
        for (const auto& version : group["versions"].items()) versions.push_back(version["groupVersion"].as_string());
    std::sort(versions.begin(), versions.end());
    versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
    for (const auto& one : versions) print(one + "\n");
    return {};
}

namespace {

struct Filter {
    std::string group, output, sort_by;
    bool namespaced = true, no_headers = false, cached = false, by_group = false, by_scope = false;
    std::vector<std::string> verbs, categories;
    bool takes(const Resource& resource) const {
        if (!resource.preferred || resource.verbs.empty()) return false;
        if (by_group && resource.gvr.group != group) return false;
        if (by_scope && resource.namespaced != namespaced) return false;
        for (const auto& verb : verbs)
            if (!resource.can(verb)) return false;
        for (const auto& category : categories)
            if (std::find(resource.categories.begin(), resource.categories.end(), category) == resource.categories.end()) return false;
        return true;
    }
};

}  // namespace

Status api_resources(Call& call) {
    Filter filter;
    auto& options = call.options;
    options.text("api-group", 0, &filter.group, "Limit to resources in the specified API group.");
    options.toggle("namespaced", 0, &filter.namespaced, "If false, non-namespaced resources will be returned, otherwise returning namespaced resources by default.");
    options.comma_list("verbs", 0, &filter.verbs, "Limit to resources that support the specified verbs.");
    options.comma_list("categories", 0, &filter.categories, "Limit to resources that belong to the specified categories.");
    options.text("output", 'o', &filter.output, "Output format. One of: (wide, name).");
    options.text("sort-by", 0, &filter.sort_by, "If non-empty, sort list of resources using specified field. One of (name, kind).");
    options.toggle("no-headers", 0, &filter.no_headers, "When using the default or custom-column output format, don't print headers.");
    options.toggle("cached", 0, &filter.cached, "Use the cached list of resources if available.");
    TRY(call.parse());
    if (!call.words.empty()) return call.usage_error(fmt::format("unexpected arguments: [{}]", join(call.words, " ")));
    if (!filter.output.empty() && filter.output != "wide" && filter.output != "name") return local_error("--output {} is not available; one of wide, name", filter.output);
    if (!filter.sort_by.empty() && filter.sort_by != "name" && filter.sort_by != "kind") return local_error("--sort-by accepts only name or kind");
    filter.by_group = options.was_set("api-group");
    filter.by_scope = options.was_set("namespaced");
    auto& session = *TRY(call.session());
    std::vector<const Resource*> shown;
    for (const auto& resource : TRY(session.discovery())->all())
        if (filter.takes(resource)) shown.push_back(&resource);
    std::stable_sort(shown.begin(), shown.end(), [&](const Resource* a, const Resource* b) {
        if (filter.sort_by == "kind") return a->kind < b->kind;
        if (filter.sort_by.empty() && a->gvr.group != b->gvr.group) return a->gvr.group < b->gvr.group;
        return a->gvr.resource < b->gvr.resource;
    });
    if (filter.output == "name") {
        for (const auto* resource : shown) print(resource->gvr.group_resource() + "\n");
        return {};
    }
    const bool wide = filter.output == "wide";
    std::string text = filter.no_headers ? "" : std::string("NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND") + (wide ? "\tVERBS\tCATEGORIES\n" : "\n");
    for (const auto* resource : shown) {
        text += fmt::format("{}\t{}\t{}\t{}\t{}", resource->gvr.resource, join(resource->short_names, ","), resource->gvr.api_version(), resource->namespaced, resource->kind);
        text += wide ? "\t" + join(resource->verbs, ",") + "\t" + join(resource->categories, ",") + "\n" : "\n";
    }
    print(align(text));
    return {};
}

}  // namespace skiff::cli::kubectl
