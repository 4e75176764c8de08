#include "api/foreign_openapi.h"

#include <set>

#include "json/write.h"

namespace skiff::api {

namespace {

using json::Value;

constexpr std::string_view kDefinitions = "#/definitions/", kParameters = "#/parameters/";

// Parameters that are only referred to stand where they are used in what we serve.
Value resolved(const Value& node, const Value& parameters, std::set<std::string>& wanted, int depth) {
    if (depth > 100) return {};
    if (node.is_array()) {
        Value out = Value::array();
        for (const Value& item : node.items()) out.push_back(resolved(item, parameters, wanted, depth + 1));
        return out;
    }
    if (!node.is_object()) return node;
    if (const Value* ref = node.find("$ref"); ref && ref->is_string()) {
        const std::string& to = ref->as_string();
        if (to.starts_with(kDefinitions)) wanted.insert(to.substr(kDefinitions.size()));
        if (to.starts_with(kParameters)) return resolved(parameters[to.substr(kParameters.size())], parameters, wanted, depth + 1);
    }
    json::Object out;
    out.reserve(node.size());
    for (const auto& [key, value] : node.members()) out.push_back({key, resolved(value, parameters, wanted, depth + 1)});
    return Value(std::move(out));
}

}  // namespace

void read_foreign_index(const Value& index, const GroupVersion& version, ForeignOpenApi& out) {
    const std::string group = "apis/" + version.group;
    for (const auto& [name, entry] : index["paths"].members()) {
        if (name != group && name != group + "/" + version.version) continue;
        const std::string& url = entry["serverRelativeURL"].as_string();
        if (url.starts_with("/openapi/v3/" + name)) out.documents.push_back({name, url});
    }
}

void read_foreign_v2(const Value& document, const GroupVersion& version, ForeignOpenApi& out) {
    const std::string root = "/apis/" + version.group + "/" + version.version + "/";
    std::set<std::string> wanted, taken;
    for (const auto& [path, item] : document["paths"].members())
        if (path.starts_with(root)) out.paths.push_back({path, json::write(resolved(item, document["parameters"], wanted, 0))});
    while (!wanted.empty()) {
        std::string name = *wanted.begin();
        wanted.erase(wanted.begin());
        if (!taken.insert(name).second) continue;
        if (const Value* found = document["definitions"].find(name)) out.definitions.push_back({name, json::write(resolved(*found, {}, wanted, 0))});
    }
}

}  // namespace skiff::api
