#include "server/apiserver/flow_control.h"

#include <algorithm>

namespace skiff::apiserver {
namespace {

const api::Gvr kSchemas{"flowcontrol.apiserver.k8s.io", "v1", "flowschemas"};
const api::Gvr kLevels{"flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations"};

struct Schema {
    int64_t precedence = 0;
    std::string name, uid, level_uid;
    api::TreePtr tree;
};

bool lists(const json::Value& list, const std::string& value) {
    for (const json::Value& v : list.items())
        if (v.as_string() == "*" || v.as_string() == value) return true;
    return false;
}

bool subject_matches(const json::Value& subject, const User& user) {
    const std::string& kind = subject["kind"].as_string();
    if (kind == "User") return subject["user"]["name"].as_string() == "*" || subject["user"]["name"].as_string() == user.name;
    if (kind == "Group") return subject["group"]["name"].as_string() == "*" || user.in_group(subject["group"]["name"].as_string());
    const json::Value& account = subject["serviceAccount"];
    std::string prefix = "system:serviceaccount:" + account["namespace"].as_string() + ":";
    if (account["name"].as_string() == "*") return user.name.rfind(prefix, 0) == 0;
    return user.name == prefix + account["name"].as_string();
}

bool path_matches(const json::Value& urls, const std::string& path) {
    for (const json::Value& url : urls.items()) {
        const std::string& u = url.as_string();
        if (u == "*" || u == path) return true;
        if (!u.empty() && u.back() == '*' && path.compare(0, u.size() - 1, u, 0, u.size() - 1) == 0) return true;
    }
    return false;
}

bool rule_matches(const json::Value& rule, const Attributes& a) {
    bool subject = false;
    for (const json::Value& s : rule["subjects"].items()) subject |= subject_matches(s, a.user);
    if (!subject) return false;
    if (!a.resource_request) {
        for (const json::Value& r : rule["nonResourceRules"].items())
            if (lists(r["verbs"], a.verb) && path_matches(r["nonResourceURLs"], a.path)) return true;
        return false;
    }
    std::string resource = a.subresource.empty() ? a.resource : a.resource + "/" + a.subresource;
    for (const json::Value& r : rule["resourceRules"].items()) {
        if (!lists(r["verbs"], a.verb) || !lists(r["apiGroups"], a.group) || !lists(r["resources"], resource)) continue;
        if (a.ns.empty() ? r["clusterScope"].as_bool() : lists(r["namespaces"], a.ns)) return true;
    }
    return false;
}

}  // namespace

struct FlowClassifier::Schemas {
    int64_t revision = 0;
    std::vector<Schema> list;    // by precedence, then name
};

std::shared_ptr<const FlowClassifier::Schemas> FlowClassifier::schemas() const {
    int64_t revision = reader_.revision(kSchemas) + reader_.revision(kLevels);
    std::lock_guard lock(mutex_);
    if (schemas_ && schemas_->revision == revision) return schemas_;
    auto made = std::make_shared<Schemas>();
    made->revision = revision;
    for (const api::ObjectPtr& object : reader_.list(kSchemas)) {
        Schema schema;
        schema.tree = object->tree();
        schema.name = object->meta().name;
        schema.uid = object->meta().uid;
        schema.precedence = (*schema.tree)["spec"]["matchingPrecedence"].as_int(1000);
        api::ObjectPtr level = reader_.get(kLevels, "", (*schema.tree)["spec"]["priorityLevelConfiguration"]["name"].as_string());
        if (level) schema.level_uid = level->meta().uid;
        made->list.push_back(std::move(schema));
    }
    std::sort(made->list.begin(), made->list.end(), [](const Schema& a, const Schema& b) { return a.precedence != b.precedence ? a.precedence < b.precedence : a.name < b.name; });
    schemas_ = made;
    return made;
}

FlowClassifier::Match FlowClassifier::classify(const Attributes& attributes) const {
    std::shared_ptr<const Schemas> all = schemas();
    for (const Schema& schema : all->list)
        for (const json::Value& rule : (*schema.tree)["spec"]["rules"].items())
            if (rule_matches(rule, attributes)) return {schema.uid, schema.level_uid};
    return {};
}

}  // namespace skiff::apiserver
