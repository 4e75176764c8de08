#include "cli/kubectl/targets.h"

#include "base/strings.h"
#include "cli/kubectl/sources.h"

namespace skiff::cli::kubectl {

void Selection::add_files(Options& options, const char* what) {
    options.comma_list("filename", 'f', &files, std::string("Filename, directory, or URL to files ") + what);
    options.toggle("recursive", 'R', &recursive, "Process the directory used in -f, --filename recursively.");
}

void Selection::add_selectors(Options& options) {
    options.text("selector", 'l', &selector, "Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin'.");
    options.text("field-selector", 0, &field_selector, "Selector (field query) to filter on, supports '=', '==', and '!='.");
}

namespace {

Status add_file_targets(Call& call, const Selection& selection, std::vector<Target>& found) {
    auto* session = TRY(call.session());
    for (auto& manifest : TRY(read_manifests(selection.files, selection.recursive))) {
        auto& object = manifest.object;
        Target target;
        target.resource = TRY(TRY(session->discovery())->resolve_kind(object["apiVersion"].as_string(), object["kind"].as_string()));
        target.name = object["metadata"]["name"].as_string();
        target.source = manifest.source;
        if (target.resource.namespaced) {
            target.ns = object["metadata"]["namespace"].as_string(session->ns());
            if (session->ns_given() && target.ns != session->ns())
                return local_error("the namespace from the provided object \"{}\" does not match the namespace \"{}\". You must pass '--namespace={}' to perform this operation.",
                                   target.ns, session->ns(), target.ns);
        }
        target.object = std::move(object);
        found.push_back(std::move(target));
    }
    return {};
}

}  // namespace

Result<std::vector<Target>> read_targets(Call& call, const Selection& selection, const std::vector<std::string>& words) {
    std::vector<Target> found;
    if (!selection.files.empty()) {
        if (!words.empty()) return local_error("when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well");
        TRY(add_file_targets(call, selection, found));
        return found;
    }
    auto* session = TRY(call.session());
    const auto* discovery = TRY(session->discovery());
    const auto add = [&](const Resource& resource, const std::string& name) {
        found.push_back({resource, resource.namespaced && !selection.all_namespaces ? session->ns() : "", name});
    };
    if (words.empty()) return local_error("resource(s) were provided, but no name was specified");
    if (contains(words[0], "/")) {
        for (const auto& word : words) {
            const auto parts = split(word, '/');
            if (parts.size() != 2 || parts[0].empty() || parts[1].empty())
                return local_error("arguments in resource/name form must have a single resource and name");
            for (const auto& resource : TRY(discovery->resolve(parts[0]))) add(resource, parts[1]);
        }
    } else {
        for (const auto& word : words)
            if (contains(word, "/"))
                return local_error("there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'");
        for (const auto& resource : TRY(discovery->resolve(words[0]))) {
            if (words.size() == 1) add(resource, "");
            for (size_t i = 1; i < words.size(); ++i) add(resource, words[i]);
        }
    }
    if (!selection.selector.empty() || selection.all)
        for (const auto& target : found)
            if (!target.name.empty()) return local_error("{}", selection.all ? "setting 'all' parameter but found a non empty selector. " : "name cannot be provided when a selector is specified");
    for (const auto& target : found)
        if (selection.all_namespaces && !target.name.empty()) return local_error("a resource cannot be retrieved by name across all namespaces");
    return found;
}

Result<json::Value> list_objects(Session& session, const Resource& resource, const std::string& ns, const Selection& selection) {
    json::Value whole;
    std::string next;
    do {
        net::Query query;
        if (!selection.selector.empty()) query.add("labelSelector", selection.selector);
        if (!selection.field_selector.empty()) query.add("fieldSelector", selection.field_selector);
        query.add("limit", "500");
        if (!next.empty()) query.add("continue", next);
        auto page = TRY(session.get(api_path(resource.gvr, ns, "", "", query)));
        next = page["metadata"]["continue"].as_string();
        for (auto& item : page.mut("items").mut_items()) {
            json::Value whole_item = json::Value::object({{"apiVersion", resource.gvr.api_version()}, {"kind", resource.kind}});
            for (auto& member : item.mut_members())
                if (member.key != "apiVersion" && member.key != "kind") whole_item.mut_members().push_back(std::move(member));
            item = std::move(whole_item);
        }
        if (whole.is_null()) whole = std::move(page);
        else for (auto& item : page.mut("items").mut_items()) whole.mut("items").push_back(std::move(item));
    } while (!next.empty());
    return whole;
}

Result<std::vector<Target>> find_objects(Call& call, const Selection& selection, const std::vector<std::string>& words) {
    auto* session = TRY(call.session());
    std::vector<Target> found;
    for (auto& target : TRY(read_targets(call, selection, words))) {
        if (!target.name.empty()) {
            auto object = session->get(api_path(target.resource.gvr, target.ns, target.name));
            if (!object.ok()) {
                call.complain(object.status());
                continue;
            }
            target.object = std::move(*object);
            found.push_back(std::move(target));
            continue;
        }
        auto list = TRY(list_objects(*session, target.resource, target.ns, selection));
        for (auto& item : list.mut("items").mut_items()) {
            Target one{target.resource, item["metadata"]["namespace"].as_string(), item["metadata"]["name"].as_string()};
            one.object = std::move(item);
            found.push_back(std::move(one));
        }
    }
    return found;
}

Result<Target> one_target(Call& call, const std::vector<std::string>& words, const std::string& default_type) {
    auto named = words;
    if (named.size() == 1 && !contains(named[0], "/") && !default_type.empty()) named.insert(named.begin(), default_type);
    auto found = TRY(read_targets(call, {}, named));
    if (found.size() != 1 || found[0].name.empty()) return call.usage_error("one resource with its name is needed: TYPE/NAME");
    return std::move(found[0]);
}

}  // namespace skiff::cli::kubectl
