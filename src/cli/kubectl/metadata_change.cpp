// label, annotate: keys of one map of the metadata are set (KEY=VALUE) or taken away (KEY-).
#include <algorithm>

#include "api/names.h"
#include "base/strings.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/written.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

struct Change {
    const char *map, *one;          // "labels", "label"
    Selection selection;
    WriteFlags write;
    bool overwrite = false, list = false, local = false;
    std::string version;
    std::vector<std::pair<std::string, std::string>> set;
    std::vector<std::string> removed;
};

bool is_change(const std::string& word) { return contains(word, "=") || word.ends_with('-'); }

Status read_changes(Change& change, const std::vector<std::string>& specs) {
    for (const auto& spec : specs) {
        const auto equals = spec.find('=');
        if (equals != std::string::npos) {
            const auto key = spec.substr(0, equals), value = spec.substr(equals + 1);
            if (key.empty()) return local_error("invalid {} spec: {}", change.one, spec);
            if (const auto wrong = api::check_label_value(value); change.map == std::string_view("labels") && !wrong.empty())
                return local_error("invalid label value: \"{}\": {}", spec, join(wrong, ";"));
            change.set.emplace_back(key, value);
        } else {
            change.removed.push_back(spec.substr(0, spec.size() - 1));
        }
    }
    for (const auto& [key, value] : change.set)
        if (std::find(change.removed.begin(), change.removed.end(), key) != change.removed.end())
            return local_error("can not both modify and remove {} in the same command", change.one == std::string_view("label") ? "a label" : "the following annotation(s)");
    return {};
}

Status list_them(const Change& change, const Target& target, bool several) {
    const auto map = sorted(target.object["metadata"][change.map]);
    if (several) print(fmt::format("Listing {} for {}/{}:\n", change.map, target.resource.kind + "." + target.resource.gvr.group, target.name));
    for (const auto& one : map.members()) print(fmt::format("{}{}={}\n", several ? " " : "", one.key, one.value.as_string()));
    return {};
}

Status change_one(Call& call, const Change& change, const Target& target) {
    const auto& live = target.object["metadata"][change.map];
    auto patch = json::Value::object();
    bool any = false;
    std::string outcome = change.one == std::string_view("label") ? "not labeled" : "annotated";
    for (const auto& [key, value] : change.set) {
        const auto* now = live.find(key);
        if (now && !change.overwrite && now->as_string() != value) {
            if (change.one == std::string_view("label")) return local_error("'{}' already has a value ({}), and --overwrite is false", key, now->as_string());
            return local_error("--overwrite is false but found the following declared annotation(s): '{}' already has a value ({})", key, now->as_string());
        }
        if (now && now->as_string() == value && change.one == std::string_view("label")) continue;
        patch.set(key, value);
        any = true;
    }
    if (any && change.one == std::string_view("label")) outcome = "labeled";
    for (const auto& key : change.removed) {
        if (!live.has(key)) {
            if (change.one == std::string_view("label") && !change.local && TRY(change.write.dry_run()) != DryRun::Client) print(fmt::format("label \"{}\" not found.\n", key));
            continue;
        }
        patch.set(key, nullptr);
        if (!any && change.one == std::string_view("label")) outcome = "unlabeled";
    }
    auto result = target.object;
    auto& session = *TRY(call.session());
    if (patch.size() && !change.local && TRY(change.write.dry_run()) != DryRun::Client) {
        auto metadata = json::Value::object({{change.map, patch}});
        if (!change.version.empty()) metadata.set("resourceVersion", change.version);
        result = TRY(patch_object(session, change.write, target.resource, target.ns, target.name, PatchKind::Merge, json::Value::object({{"metadata", std::move(metadata)}})));
    } else {
        for (const auto& one : patch.members())
            if (one.value.is_null()) result.mut("metadata").mut(change.map).erase(one.key);
            else result.mut("metadata").mut(change.map).set(one.key, one.value);
    }
    return show_written(change.write, target.resource, result, outcome);
}

Status run(Call& call, const char* map, const char* one) {
    Change change{map, one, {}, {}, false, false, false, {}, {}, {}};
    auto& options = call.options;
    change.selection.add_files(options, "identifying the resource to update");
    change.selection.add_selectors(options);
    change.write.add(options, std::string("kubectl-") + (map == std::string_view("labels") ? "label" : "annotate"));
    options.toggle("all", 0, &change.selection.all, "Select all resources, in the namespace of the specified resource types");
    options.toggle("all-namespaces", 'A', &change.selection.all_namespaces, "If true, check the specified action in all namespaces.");
    options.toggle("overwrite", 0, &change.overwrite, "If true, allow them to be overwritten, otherwise reject updates that overwrite existing ones.");
    options.toggle("list", 0, &change.list, "If true, display them for a given resource.");
    options.toggle("local", 0, &change.local, "If true, it will NOT contact api-server but run locally.");
    options.text("resource-version", 0, &change.version, "If non-empty, the update will only succeed if this is the current resource-version for the object.");
    TRY(call.parse());
    std::vector<std::string> words, specs;
    for (const auto& word : call.words) {
        if (is_change(word)) specs.push_back(word);
        else if (specs.empty()) words.push_back(word);
        else return local_error("all resources must be specified before {} changes: {}", one, word);
    }
    if (words.empty() && change.selection.files.empty()) return local_error("one or more resources must be specified as <resource> <name> or <resource>/<name>");
    if (specs.empty() && !change.list) return local_error("at least one {} update is required", one);
    TRY(read_changes(change, specs));
    if (words.size() == 1 && !contains(words[0], "/") && change.selection.selector.empty() && change.selection.field_selector.empty() && !change.selection.all)
        return local_error("resource(s) were provided, but no name was specified");
    auto targets = change.local ? TRY(read_targets(call, change.selection, words)) : TRY(find_objects(call, change.selection, words));
    for (const auto& target : targets) {
        auto done = change.list ? list_them(change, target, targets.size() > 1) : change_one(call, change, target);
        if (!done.ok()) call.complain(done);
    }
    return {};
}

}  // namespace

Status label(Call& call) { return run(call, "labels", "label"); }
Status annotate(Call& call) { return run(call, "annotations", "annotation"); }

}  // namespace skiff::cli::kubectl
