// config view, current-context, get-contexts, use-context, set-context: the kubeconfig itself, no server.
#include <algorithm>

#include "base/file.h"
#include "base/strings.h"
#include "cli/kubectl/printers.h"
#include "cli/kubectl/tab_text.h"
#include "cli/kubectl/verb_list.h"
#include "cli/terminal.h"
#include "client/kubeconfig.h"
#include "json/write.h"
#include "json/yaml.h"

namespace skiff::cli::kubectl {

namespace {

std::vector<std::string> paths_of(const Call& call) {
    return call.connect.kubeconfig.empty() ? client::Kubeconfig::default_paths() : std::vector<std::string>{call.connect.kubeconfig};
}

Result<json::Value> load(const Call& call) {
    auto config = client::Kubeconfig::load(paths_of(call));
    if (!config.ok()) return as_local(config.status());
    return config->tree();
}

const json::Value* named(const json::Value& list, const std::string& name) {
    for (const auto& one : list.items())
        if (one["name"].as_string() == name) return &one;
    return nullptr;
}

// Changes the first file there is.
Status change_file(const Call& call, const std::function<Status(json::Value&)>& change) {
    auto paths = paths_of(call);
    auto path = paths[0];
    for (const auto& one : paths)
        if (file::exists(one)) {
            path = one;
            break;
        }
    auto text = file::read(path, 4 << 20);
    if (!text.ok()) return as_local(text.status());
    auto tree = json::parse_yaml(*text);
    if (!tree.ok()) return as_local(tree.status());
    TRY(change(*tree));
    return as_local(file::write_atomic(path, json::write_yaml(*tree), 0600));
}

void hide_secrets(json::Value& tree) {
    static constexpr const char* kSecrets[] = {"certificate-authority-data", "client-certificate-data", "client-key-data", "token", "password"};
    for (const auto& [list, part] : {std::pair{"clusters", "cluster"}, std::pair{"users", "user"}}) {
        auto* entries = tree.find(list);
        if (!entries) continue;
        for (auto& entry : entries->mut_items())
            for (const char* name : kSecrets)
                if (auto* value = entry.mut(part).find(name)) *value = std::string_view(name).ends_with("-data") ? "DATA+OMITTED" : "REDACTED";
    }
}

// Keeps what the current context needs.
void minify(json::Value& tree, const std::string& wanted) {
    const auto current = wanted.empty() ? tree["current-context"].as_string() : wanted;
    const auto* context = named(tree["contexts"], current);
    const auto facts = context ? (*context)["context"] : json::Value();
    const auto keep = [&](const char* list, const std::string& name) {
        auto kept = json::Value::array();
        if (const auto* one = named(tree[list], name)) kept.push_back(*one);
        tree.set(list, std::move(kept));
    };
    keep("clusters", facts["cluster"].as_string());
    keep("users", facts["user"].as_string());
    keep("contexts", current);
    tree.set("current-context", current);
}

}  // namespace

Status config_view(Call& call) {
    PrintFlags print_flags;
    bool raw = false, minified = false, flatten = false, merge = true;
    print_flags.output = "yaml";
    print_flags.add(call.options);
    call.options.toggle("raw", 0, &raw, "Display raw byte data and sensitive data");
    call.options.toggle("minify", 0, &minified, "Remove all information not used by current-context from the output");
    call.options.toggle("flatten", 0, &flatten, "Flatten the resulting kubeconfig file into self-contained output (useful for creating portable kubeconfig files)");
    call.options.toggle("merge", 0, &merge, "Merge the full hierarchy of kubeconfig files");
    TRY(call.parse());
    auto tree = TRY(load(call));
    if (!tree.has("apiVersion")) tree.set("apiVersion", "v1");
    if (!tree.has("kind")) tree.set("kind", "Config");
    for (const char* list : {"clusters", "contexts", "users"})
        if (!tree.has(list)) tree.set(list, nullptr);
    if (!tree.has("current-context")) tree.set("current-context", "");
    if (tree["preferences"].empty()) tree.erase("preferences");
    if (!raw) hide_secrets(tree);
    if (minified) minify(tree, call.connect.context);
    print(TRY(TRY(make_printer(print_flags))(tree)));
    return {};
}

Status config_current_context(Call& call) {
    TRY(call.parse());
    const auto tree = TRY(load(call));
    if (tree["current-context"].as_string().empty()) return local_error("current-context is not set");
    print(tree["current-context"].as_string() + "\n");
    return {};
}

Status config_get_contexts(Call& call) {
    std::string output;
    bool no_headers = false;
    call.options.text("output", 'o', &output, "Output format. One of: (name).");
    call.options.toggle("no-headers", 0, &no_headers, "When using the default or custom-column output format, don't print headers.");
    TRY(call.parse());
    const auto tree = TRY(load(call));
    std::string text = no_headers || output == "name" ? "" : "CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n";
    for (const auto& wanted : call.words)
        if (!named(tree["contexts"], wanted)) return local_error("context {} not found", wanted);
    for (const auto& one : tree["contexts"].items()) {
        const auto& name = one["name"].as_string();
        if (!call.words.empty() && std::find(call.words.begin(), call.words.end(), name) == call.words.end()) continue;
        const auto& facts = one["context"];
        if (output == "name") text += name + "\n";
        else text += fmt::format("{}\t{}\t{}\t{}\t{}\n", name == tree["current-context"].as_string() ? "*" : "", name, facts["cluster"].as_string(), facts["user"].as_string(), facts["namespace"].as_string());
    }
    print(output == "name" ? text : align(text));
    return {};
}

Status config_use_context(Call& call) {
    TRY(call.parse());
    if (call.words.size() != 1) return call.usage_error("exactly one context name is required");
    TRY(change_file(call, [&](json::Value& tree) {
        if (!named(tree["contexts"], call.words[0])) return local_error("no context exists with the name: \"{}\"", call.words[0]);
        tree.set("current-context", call.words[0]);
        return Status();
    }));
    print(fmt::format("Switched to context \"{}\".\n", call.words[0]));
    return {};
}

Status config_set_context(Call& call) {
    bool current = false;
    call.options.toggle("current", 0, &current, "Modify the current context");
    TRY(call.parse());
    if (call.words.size() > 1 || (call.words.empty() && !current)) return call.usage_error("a context name or --current is required");
    std::string name;
    bool fresh = false;
    TRY(change_file(call, [&](json::Value& tree) {
        name = current ? tree["current-context"].as_string() : call.words[0];
        json::Value* entry = nullptr;
        for (auto& one : tree.mut("contexts").mut_items())
            if (one["name"].as_string() == name) entry = &one;
        fresh = !entry;
        if (fresh) {
            tree.mut("contexts").push_back(json::Value::object({{"name", name}, {"context", json::Value::object()}}));
            entry = &tree.mut("contexts").mut_items().back();
        }
        auto& facts = entry->mut("context");
        if (!call.connect.ns.empty()) facts.set("namespace", call.connect.ns);
        if (!call.connect.cluster.empty()) facts.set("cluster", call.connect.cluster);
        if (!call.connect.user.empty()) facts.set("user", call.connect.user);
        return Status();
    }));
    print(fmt::format("Context \"{}\" {}.\n", name, fresh ? "created" : "modified"));
    return {};
}

}  // namespace skiff::cli::kubectl
