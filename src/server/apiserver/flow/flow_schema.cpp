#include "server/apiserver/flow/flow_schema.h"

#include <algorithm>

namespace skiff::apiserver::flow {
namespace {

constexpr std::string_view kAccountPrefix = "system:serviceaccount:";

std::vector<std::string> words(const json::Value& list) {
    std::vector<std::string> out;
    for (const json::Value& v : list.items()) out.push_back(v.as_string());
    return out;
}

bool lists(const std::vector<std::string>& words, std::string_view value) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return word == "*" || word == value; });
}

// Resources are listed with their subresource, "pods/status"; the attributes have the two apart.
bool lists_resource(const std::vector<std::string>& words, const Attributes& a) {
    if (a.subresource.empty()) return lists(words, a.resource);
    return lists(words, a.resource + "/" + a.subresource);
}

bool lists_path(const std::vector<std::string>& words, const std::string& path) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
        if (word == "*" || word == path) return true;
        return !word.empty() && word.back() == '*' && path.compare(0, word.size() - 1, word, 0, word.size() - 1) == 0;
    });
}

}  // namespace

FlowSchema::FlowSchema(const api::Object& object) : name_(object.meta().name), uid_(object.meta().uid) {
    const api::TreePtr tree = object.tree();
    const json::Value& spec = (*tree)["spec"];
    level_ = spec["priorityLevelConfiguration"]["name"].as_string();
    precedence_ = spec["matchingPrecedence"].as_int(1000);
    const std::string& by = spec["distinguisherMethod"]["type"].as_string();
    distinguisher_ = by == "ByUser" ? Distinguisher::User : by == "ByNamespace" ? Distinguisher::Namespace : Distinguisher::None;
    for (const json::Value& given : spec["rules"].items()) {
        Rule rule;
        for (const json::Value& s : given["subjects"].items()) {
            const std::string& kind = s["kind"].as_string();
            if (kind == "User") rule.subjects.push_back({Subject::Kind::User, s["user"]["name"].as_string()});
            else if (kind == "Group") rule.subjects.push_back({Subject::Kind::Group, s["group"]["name"].as_string()});
            else {
                const json::Value& account = s["serviceAccount"];
                std::string prefix = std::string(kAccountPrefix) + account["namespace"].as_string() + ":";
                if (account["name"].as_string() == "*") rule.subjects.push_back({Subject::Kind::AccountsOf, std::move(prefix)});
                else rule.subjects.push_back({Subject::Kind::User, prefix + account["name"].as_string()});
            }
        }
        for (const json::Value& r : given["resourceRules"].items())
            rule.resources.push_back({words(r["verbs"]), words(r["apiGroups"]), words(r["resources"]), words(r["namespaces"]), r["clusterScope"].as_bool()});
        for (const json::Value& r : given["nonResourceRules"].items()) rule.paths.push_back({words(r["verbs"]), words(r["nonResourceURLs"])});
        rules_.push_back(std::move(rule));
    }
}

bool FlowSchema::is(const Subject& subject, const User& user) {
    switch (subject.kind) {
        case Subject::Kind::User: return subject.name == "*" || subject.name == user.name;
        case Subject::Kind::Group: return subject.name == "*" || user.in_group(subject.name);
        case Subject::Kind::AccountsOf: return user.name.starts_with(subject.name);
    }
    return false;
}

bool FlowSchema::allows(const Rule& rule, const Attributes& a) {
    if (std::none_of(rule.subjects.begin(), rule.subjects.end(), [&](const Subject& s) { return is(s, a.user); })) return false;
    if (!a.resource_request)
        return std::any_of(rule.paths.begin(), rule.paths.end(), [&](const PathRule& r) { return lists(r.verbs, a.verb) && lists_path(r.paths, a.path); });
    return std::any_of(rule.resources.begin(), rule.resources.end(), [&](const ResourceRule& r) {
        if (!lists(r.verbs, a.verb) || !lists(r.groups, a.group) || !lists_resource(r.resources, a)) return false;
        return a.ns.empty() ? r.cluster_scope : lists(r.namespaces, a.ns);
    });
}

bool FlowSchema::matches(const Attributes& attributes) const {
    return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) { return allows(rule, attributes); });
}

uint64_t FlowSchema::flow_of(const Attributes& attributes) const {
    uint64_t hash = std::hash<std::string>{}(name_);
    if (distinguisher_ == Distinguisher::None) return hash;
    const std::string& by = distinguisher_ == Distinguisher::User ? attributes.user.name : attributes.ns;
    return hash ^ (std::hash<std::string>{}(by) * 0x9e3779b97f4a7c15ULL);
}

}  // namespace skiff::apiserver::flow
