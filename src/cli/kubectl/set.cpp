// set image, set env: containers of a pod or of a pod template.
#include <algorithm>

#include "base/strings.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/written.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

// Where the containers of a kind stand: spec, spec.template.spec, spec.jobTemplate.spec.template.spec.
std::vector<std::string> pod_spec_path(const json::Value& object) {
    const auto& kind = object["kind"].as_string();
    if (kind == "Pod") return {"spec"};
    if (kind == "CronJob") return {"spec", "jobTemplate", "spec", "template", "spec"};
    return {"spec", "template", "spec"};
}

const json::Value& pod_spec(const json::Value& object) {
    const auto* at = &object;
    for (const auto& part : pod_spec_path(object)) at = &(*at)[part];
    return *at;
}

// {spec: {template: {spec: inner}}}
json::Value around(const json::Value& object, json::Value inner) {
    auto path = pod_spec_path(object);
    for (auto it = path.rbegin(); it != path.rend(); ++it) inner = json::Value::object({{*it, std::move(inner)}});
    return inner;
}

struct Set {
    Selection selection;
    WriteFlags write;
    bool local = false;
    void add(Options& options, const char* manager) {
        selection.add_files(options, "identifying the resource to get from a server.");
        options.text("selector", 'l', &selection.selector, "Selector (label query) to filter on.");
        options.toggle("all", 0, &selection.all, "Select all resources, in the namespace of the specified resource types");
        options.toggle("local", 0, &local, "If true, set will NOT contact api-server but run locally.");
        write.add(options, manager);
    }
};

struct Words {
    std::vector<std::string> resources, changes;
};

Words split_words(const std::vector<std::string>& words, bool minus) {
    Words split;
    for (const auto& word : words) (contains(word, "=") || (minus && word.ends_with('-')) ? split.changes : split.resources).push_back(word);
    return split;
}

Status patch_one(Call& call, const Set& set, const Target& target, json::Value inner, const char* done) {
    auto result = target.object;
    if (!set.local && TRY(set.write.dry_run()) != DryRun::Client)
        result = TRY(patch_object(*TRY(call.session()), set.write, target.resource, target.ns, target.name, PatchKind::Strategic, around(target.object, std::move(inner))));
    return show_written(set.write, target.resource, result, done);
}

}  // namespace

Status set_image(Call& call) {
    Set set;
    set.add(call.options, "kubectl-set");
    TRY(call.parse());
    const auto words = split_words(call.words, false);
    if (words.resources.empty() && set.selection.files.empty()) return local_error("one or more resources must be specified as <resource> <name> or <resource>/<name>");
    if (words.changes.empty()) return local_error("at least one image update is required");
    for (const auto& target : TRY(find_objects(call, set.selection, words.resources))) {
        auto inner = json::Value::object();
        bool failed = false;
        for (const auto& change : words.changes) {
            const auto name = change.substr(0, change.find('=')), image = change.substr(change.find('=') + 1);
            bool found = false;
            for (const char* list : {"initContainers", "containers"})
                for (const auto& container : pod_spec(target.object)[list].items()) {
                    if (name != "*" && container["name"].as_string() != name) continue;
                    found = true;
                    if (container["image"].as_string() != image) inner.mut(list).push_back(json::Value::object({{"name", container["name"]}, {"image", image}}));
                }
            if (found) continue;
            call.complain(local_error("unable to find container named \"{}\"", name));
            failed = true;
        }
        // Nothing changes: kubectl says nothing.
        if (failed || inner.size() == 0) continue;
        if (auto done = patch_one(call, set, target, std::move(inner), "image updated"); !done.ok()) call.complain(done);
    }
    return {};
}

Status set_env(Call& call) {
    Set set;
    std::string only = "*", from, prefix;
    std::vector<std::string> pairs, keys;
    bool list = false, overwrite = true;
    set.add(call.options, "kubectl-set");
    call.options.text("containers", 'c', &only, "The names of containers in the selected pod templates to change - may use wildcards");
    call.options.list("env", 'e', &pairs, "Specify a key-value pair for an environment variable to set into each container.");
    call.options.text("from", 0, &from, "The name of a resource from which to inject environment variables");
    call.options.text("prefix", 0, &prefix, "Prefix to append to variable names");
    call.options.comma_list("keys", 0, &keys, "Comma-separated list of keys to import from specified resource");
    call.options.toggle("list", 0, &list, "If true, display the environment and any changes in the standard format.");
    call.options.toggle("overwrite", 0, &overwrite, "If true, allow environment to be overwritten, otherwise reject updates that overwrite existing environment.");
    TRY(call.parse());
    auto words = split_words(call.words, true);
    words.changes.insert(words.changes.end(), pairs.begin(), pairs.end());
    if (words.resources.empty() && set.selection.files.empty()) return local_error("one or more resources must be specified as <resource> <name> or <resource>/<name>");
    if (words.changes.empty() && from.empty() && !list) return local_error("at least one environment variable must be provided");
    auto variables = json::Value::array();
    for (const auto& change : words.changes) {
        const auto equals = change.find('=');
        if (equals == std::string::npos) variables.push_back(json::Value::object({{"name", change.substr(0, change.size() - 1)}, {"$patch", "delete"}}));
        else variables.push_back(json::Value::object({{"name", change.substr(0, equals)}, {"value", change.substr(equals + 1)}, {"valueFrom", nullptr}}));
    }
    if (!from.empty()) {
        const auto source = TRY(one_target(call, {from}));
        const auto object = sorted(TRY(TRY(call.session())->get(api_path(source.resource.gvr, source.ns, source.name))));
        if (source.resource.kind != "ConfigMap" && source.resource.kind != "Secret") return local_error("unsupported resource specified in --from");
        for (const auto& entry : object["data"].members()) {
            if (!keys.empty() && std::find(keys.begin(), keys.end(), entry.key) == keys.end()) continue;
            std::string name = prefix;
            for (const char c : entry.key) name += std::isalnum(static_cast<unsigned char>(c)) ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
            const char* kind = source.resource.kind == "Secret" ? "secretKeyRef" : "configMapKeyRef";
            auto reference = json::Value::object({{kind, json::Value::object({{"name", source.name}, {"key", entry.key}})}});
            variables.push_back(json::Value::object({{"name", name}, {"value", nullptr}, {"valueFrom", std::move(reference)}}));
        }
    }
    for (const auto& target : TRY(find_objects(call, set.selection, words.resources))) {
        auto containers = json::Value::array();
        for (const auto& container : pod_spec(target.object)["containers"].items()) {
            const auto& name = container["name"].as_string();
            if (only != "*" && only != name) continue;
            if (list) {
                print(fmt::format("# {} {}, container {}\n", target.resource.kind, target.name, name));
                for (const auto& one : container["env"].items())
                    if (!one["valueFrom"].is_object()) print(fmt::format("{}={}\n", one["name"].as_string(), one["value"].as_string()));
            }
            for (const auto& change : variables.items())
                for (const auto& one : container["env"].items())
                    if (!overwrite && one["name"] == change["name"] && change.has("value"))
                        return local_error("'{}' already has a value ({}), and --overwrite is false", one["name"].as_string(), one["value"].as_string());
            containers.push_back(json::Value::object({{"name", name}, {"env", variables}}));
        }
        if (list && variables.size() == 0) continue;
        if (auto done = patch_one(call, set, target, json::Value::object({{"containers", std::move(containers)}}), "env updated"); !done.ok()) call.complain(done);
    }
    return {};
}

}  // namespace skiff::cli::kubectl
