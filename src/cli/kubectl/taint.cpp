#include <algorithm>

#include "base/strings.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/written.h"

namespace skiff::cli::kubectl {

namespace {

struct Taint {
    std::string key, value, effect;
    bool remove = false;
    std::string text() const { return key + (value.empty() ? "" : "=" + value) + ":" + effect; }
};

Result<Taint> read_taint(const std::string& text) {
    Taint taint;
    auto rest = text;
    if (rest.ends_with('-')) {
        taint.remove = true;
        rest.pop_back();
    }
    const auto colon = rest.find(':');
    if (colon != std::string::npos) taint.effect = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    const auto equals = rest.find('=');
    taint.key = rest.substr(0, equals);
    if (equals != std::string::npos) taint.value = rest.substr(equals + 1);
    if (taint.key.empty() || (!taint.remove && taint.effect.empty())) return local_error("invalid taint spec: {}", text);
    if (!taint.effect.empty() && taint.effect != "NoSchedule" && taint.effect != "PreferNoSchedule" && taint.effect != "NoExecute")
        return local_error("invalid taint effect: {}, unsupported taint effect", taint.effect);
    return taint;
}

bool is_taint(const std::string& word) { return contains(word, "=") || contains(word, ":") || word.ends_with('-'); }

// The new list of taints; what happened is "tainted", "untainted" or "modified".
Result<json::Value> changed(const json::Value& live, const std::vector<Taint>& changes, bool overwrite, const std::string& node, std::string& outcome) {
    std::vector<std::string> existing;
    auto list = json::Value::array();
    bool added = false, removed = false;
    for (const auto& taint : changes) {
        if (taint.remove) continue;
        for (const auto& one : live.items())
            if (one["key"].as_string() == taint.key && one["effect"].as_string() == taint.effect) existing.push_back(taint.text());
    }
    if (!existing.empty() && !overwrite)
        return local_error("node {} already has [{}] taint(s) with same effect(s) and --overwrite is false", node, join(existing, " "));
    for (const auto& taint : changes) {
        if (taint.remove) continue;
        auto one = json::Value::object({{"key", taint.key}, {"effect", taint.effect}});
        if (!taint.value.empty()) one.set("value", taint.value);
        list.push_back(std::move(one));
        added = true;
    }
    std::vector<bool> hit(changes.size());
    for (const auto& one : live.items()) {
        bool keep = true;
        for (size_t i = 0; i < changes.size(); ++i) {
            const auto& taint = changes[i];
            if (one["key"].as_string() != taint.key || (!taint.effect.empty() && one["effect"].as_string() != taint.effect)) continue;
            keep = false;
            hit[i] = true;
            removed = removed || taint.remove;
        }
        if (keep) list.push_back(one);
    }
    for (size_t i = 0; i < changes.size(); ++i)
        if (changes[i].remove && !hit[i]) return local_error("taint \"{}\" not found", changes[i].effect.empty() ? changes[i].key : changes[i].text());
    outcome = added && removed ? "modified" : removed ? "untainted" : existing.empty() ? "tainted" : "modified";
    return list;
}

}  // namespace

Status taint(Call& call) {
    Selection selection;
    WriteFlags write;
    bool overwrite = false;
    write.add(call.options, "kubectl-taint");
    call.options.text("selector", 'l', &selection.selector, "Selector (label query) to filter on.");
    call.options.toggle("all", 0, &selection.all, "Select all nodes in the cluster");
    call.options.toggle("overwrite", 0, &overwrite, "If true, allow taints to be overwritten, otherwise reject taint updates that overwrite existing taints.");
    TRY(call.parse());
    std::vector<std::string> words;
    std::vector<Taint> changes;
    for (const auto& word : call.words) {
        if (!words.empty() && is_taint(word)) {
            auto one = read_taint(word);
            if (!one.ok()) return call.usage_error(one.status().message());
            changes.push_back(std::move(*one));
        }
        else if (changes.empty()) words.push_back(word);
        else return local_error("all resources must be specified before taint changes: {}", word);
    }
    if (words.empty()) return local_error("one or more resources must be specified as <resource> <name>");
    if (changes.empty()) return local_error("at least one taint update is required");
    const auto named = contains(words[0], "/") || words.size() > 1;
    if (!named && !selection.all && selection.selector.empty()) return local_error("at least one resource name must be specified since 'all' parameter is not set");
    auto& session = *TRY(call.session());
    for (const auto& target : TRY(find_objects(call, selection, words))) {
        if (target.resource.kind != "Node") return local_error("invalid resource type {}, only node types are supported", target.resource.gvr.resource);
        std::string outcome;
        auto list = changed(target.object["spec"]["taints"], changes, overwrite, target.name, outcome);
        if (!list.ok()) {
            call.complain(list.status());
            continue;
        }
        auto result = target.object;
        const auto body = json::Value::object({{"metadata", json::Value::object({{"resourceVersion", target.object["metadata"]["resourceVersion"]}})}, {"spec", json::Value::object({{"taints", *list}})}});
        if (TRY(write.dry_run()) != DryRun::Client) result = TRY(patch_object(session, write, target.resource, target.ns, target.name, PatchKind::Merge, body));
        auto quiet = write;
        quiet.dry_run_text = "none";   // kubectl puts no mark here
        TRY(show_written(quiet, target.resource, result, outcome));
    }
    return {};
}

}  // namespace skiff::cli::kubectl
