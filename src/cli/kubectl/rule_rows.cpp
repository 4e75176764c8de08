#include "cli/kubectl/rule_rows.h"

#include <algorithm>

#include "cli/kubectl/go_template.h"

namespace skiff::cli::kubectl {

namespace {

bool has(const json::Value& list, const json::Value& item) { return std::find(list.items().begin(), list.items().end(), item) != list.items().end(); }

void put(std::vector<RuleRow>& rows, RuleRow row) {
    for (auto& known : rows) {
        if (known.key != row.key || row.names != "[]" || known.names != "[]" || row.resource.empty()) continue;
        for (const auto& verb : row.verbs.items())
            if (!has(known.verbs, verb)) known.verbs.push_back(verb);
        return;
    }
    rows.push_back(std::move(row));
}

std::string list_of(const json::Value& item) { return go_text(json::Value::array({item})); }

}  // namespace

std::vector<RuleRow> rule_rows(const std::vector<json::Value>& rules) {
    std::vector<RuleRow> rows;
    for (const auto& rule : rules) {
        for (const auto& group : rule["apiGroups"].items())
            for (const auto& resource : rule["resources"].items()) {
                const auto& text = resource.as_string();
                const auto slash = text.find('/');
                auto name = text.substr(0, slash);
                if (!group.as_string().empty()) name += "." + group.as_string();
                if (slash != std::string::npos) name += text.substr(slash);
                const auto key = list_of(group) + ",Resources:" + list_of(resource);
                if (!rule["resourceNames"].size()) put(rows, {name, "[]", "[]", rule["verbs"], key});
                for (const auto& one : rule["resourceNames"].items()) put(rows, {name, "[]", list_of(one), rule["verbs"], key});
            }
        for (const auto& url : rule["nonResourceURLs"].items()) put(rows, {"", list_of(url), "[]", rule["verbs"], "[],Resources:[]"});
    }
    const auto order = [](const RuleRow& row) { return go_text(row.verbs) + ",APIGroups:" + row.key + ",ResourceNames:" + row.names + ",NonResourceURLs:" + row.urls; };
    std::stable_sort(rows.begin(), rows.end(), [&](const RuleRow& a, const RuleRow& b) { return order(a) < order(b); });
    return rows;
}

}  // namespace skiff::cli::kubectl
