#include "api/openapi_paths.h"

#include <algorithm>

#include "api/openapi.h"
#include "base/strings.h"

namespace skiff::api {

namespace {

using json::Value;

struct Verb {
    std::string_view name;      // of the API: list
    std::string_view method;    // get
    std::string_view action;    // x-kubernetes-action: list
    std::string_view id;        // of the operation: list
};
constexpr Verb kCollection[] = {{"list", "get", "list", "list"}, {"create", "post", "post", "create"},
                                {"deletecollection", "delete", "deletecollection", "deleteCollection"}};
constexpr Verb kObject[] = {{"get", "get", "get", "read"}, {"update", "put", "put", "replace"}, {"patch", "patch", "patch", "patch"},
                            {"delete", "delete", "delete", "delete"}, {"create", "post", "post", "create"}};

constexpr std::string_view kListParameters[] = {"allowWatchBookmarks", "continue", "fieldSelector", "labelSelector", "limit", "resourceVersion",
                                                "resourceVersionMatch", "sendInitialEvents", "timeoutSeconds", "watch"};
constexpr std::string_view kWriteParameters[] = {"dryRun", "fieldManager", "fieldValidation"};
constexpr std::string_view kPatchParameters[] = {"dryRun", "fieldManager", "fieldValidation", "force"};
constexpr std::string_view kDeleteParameters[] = {"dryRun", "gracePeriodSeconds", "orphanDependents", "propagationPolicy"};

std::span<const std::string_view> query_parameters(std::string_view verb) {
    if (verb == "list") return kListParameters;
    if (verb == "create" || verb == "update") return kWriteParameters;
    if (verb == "patch") return kPatchParameters;
    if (verb == "delete" || verb == "deletecollection") return kDeleteParameters;
    return {};
}

std::string_view type_of_parameter(std::string_view name) {
    for (std::string_view flag : {"allowWatchBookmarks", "sendInitialEvents", "watch", "force", "orphanDependents"})
        if (name == flag) return "boolean";
    for (std::string_view number : {"limit", "timeoutSeconds", "gracePeriodSeconds"})
        if (name == number) return "integer";
    return "string";
}

Value parameter(std::string_view name, std::string_view in, OpenApiVersion version) {
    Value value = Value::object({{"name", name}, {"in", in}});
    if (in == "path") value.set("required", true);
    if (version == OpenApiVersion::V3) value.set("schema", Value::object({{"type", type_of_parameter(name)}, {"uniqueItems", true}}));
    else value.set("type", type_of_parameter(name)), value.set("uniqueItems", true);
    return value;
}

std::string capitalized(std::string_view text) {
    std::string out(text);
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

// "rbac.authorization.k8s.io", "v1" -> RbacAuthorizationV1
std::string group_id(const Gvk& gvk) {
    std::string group = gvk.group.empty() ? "core" : gvk.group, out;
    if (group.ends_with(".k8s.io")) group.resize(group.size() - 7);
    for (const auto& part : split(group, '.')) out += capitalized(part);
    return out + capitalized(gvk.version);
}

// One place of the API: a collection, an object or a subresource.
struct Place {
    const KindInfo& kind;
    std::string path, id_suffix;
    bool namespaced, object;
    const TypeSchema* body;       // what is read and written
    Gvk gvk;
};

class Operations {
public:
    Operations(const KindRegistry& kinds, OpenApiVersion version) : kinds_(kinds), version_(version) {}

    Value item(const Place& place, std::span<const Verb> verbs, const std::vector<std::string>& supported) const {
        Value item = Value::object();
        for (const auto& verb : verbs) {
            if (std::find(supported.begin(), supported.end(), verb.name) == supported.end()) continue;
            item.set(verb.method, operation(place, verb));
        }
        if (item.size() == 0) return item;
        Value parameters = Value::array();
        if (place.object) parameters.push_back(parameter("name", "path", version_));
        if (place.namespaced) parameters.push_back(parameter("namespace", "path", version_));
        parameters.push_back(parameter("pretty", "query", version_));
        item.set("parameters", std::move(parameters));
        return item;
    }

private:
    Value ref(const TypeSchema* type) const {
        if (!type) return Value::object({{"type", "string"}});
        return Value::object({{"$ref", definition_ref(definition_name(type->name()), version_)}});
    }

    Value answers(std::string_view verb, const TypeSchema* type) const {
        Value answer = Value::object({{"description", "OK"}});
        if (version_ == OpenApiVersion::V3) answer.set("content", Value::object({{"application/json", Value::object({{"schema", ref(type)}})}}));
        else answer.set("schema", ref(type));
        Value all = Value::object({{"200", answer}});
        if (verb == "create" || verb == "update" || verb == "patch") all.set("201", answer).set("description", "Created");
        if (verb == "create" || verb == "delete") all.set("202", std::move(answer)).set("description", "Accepted");
        return all;
    }

    void set_body(Value& operation, Value& parameters, std::string_view verb, const TypeSchema* type, bool custom = false) const {
        static constexpr std::string_view kPatchTypes[] = {"application/apply-patch+yaml", "application/json-patch+json",
                                                           "application/merge-patch+json", "application/strategic-merge-patch+json"};
        bool patch = verb == "patch";
        Value schema = patch ? Value::object({{"$ref", definition_ref("io.k8s.apimachinery.pkg.apis.meta.v1.Patch", version_)}}) : ref(type);
        if (version_ == OpenApiVersion::V2) {
            Value consumes = Value::array();
            if (patch)
                for (auto name : kPatchTypes) {
                    if (!custom || name != kPatchTypes[3]) consumes.push_back(name);
                }
            else consumes.push_back("*/*");
            operation.set("consumes", std::move(consumes));
            parameters.push_back(Value::object({{"name", "body"}, {"in", "body"}, {"required", verb != "delete"}, {"schema", std::move(schema)}}));
            return;
        }
        Value content = Value::object();
        if (patch)
            for (auto name : kPatchTypes) {
                if (!custom || name != kPatchTypes[3]) content.set(name, Value::object({{"schema", schema}}));
            }
        else content.set("*/*", Value::object({{"schema", std::move(schema)}}));
        operation.set("requestBody", Value::object({{"content", std::move(content)}, {"required", verb != "delete"}}));
    }

    Value operation(const Place& place, const Verb& verb) const {
        Value operation = Value::object({{"tags", Value::array({lower_tag(place.kind.gvk)})}});
        bool collection = verb.name == "deletecollection";
        std::string id(collection ? "delete" : verb.id);
        operation.set("operationId", id + group_id(place.kind.gvk) + (collection ? "Collection" : "") + (place.namespaced ? "Namespaced" : "") +
                                         place.kind.gvk.kind + place.id_suffix);
        Value parameters = Value::array();
        for (auto name : query_parameters(verb.name)) parameters.push_back(parameter(name, "query", version_));
        bool deletes = verb.name == "delete" || collection;
        const TypeSchema* status = kinds_.schemas().find("meta.v1.Status");
        const TypeSchema* answer = deletes ? status : verb.name == "list" ? list_schema(kinds_, place.kind) : place.body;
        if (verb.name == "create" || verb.name == "update" || verb.name == "patch") set_body(operation, parameters, verb.name, place.body, place.kind.custom != nullptr);
        if (deletes) set_body(operation, parameters, "delete", kinds_.schemas().find("meta.v1.DeleteOptions"));
        if (version_ == OpenApiVersion::V2) operation.set("produces", Value::array({"application/json", "application/yaml"}));
        if (parameters.size() > 0) operation.set("parameters", std::move(parameters));
        operation.set("responses", answers(verb.name, answer));
        operation.set("x-kubernetes-action", verb.action);
        operation.set("x-kubernetes-group-version-kind",
                      Value::object({{"group", place.gvk.group}, {"kind", place.gvk.kind}, {"version", place.gvk.version}}));
        return operation;
    }

    static std::string lower_tag(const Gvk& gvk) {
        std::string tag = group_id(gvk);
        tag.insert(tag.size() - gvk.version.size(), "_");
        tag[0] = static_cast<char>(tag[0] - 'A' + 'a');
        return tag;
    }

    const KindRegistry& kinds_;
    OpenApiVersion version_;
};

}  // namespace

std::string root_path(const Gvk& gvk) { return gvk.group.empty() ? "/api/" + gvk.version : "/apis/" + gvk.group + "/" + gvk.version; }

void add_paths(const KindRegistry& kinds, const KindInfo& kind, OpenApiVersion version,
               const std::function<void(const std::string& path, Value item)>& add) {
    Operations operations(kinds, version);
    auto emit = [&](const Place& place, std::span<const Verb> verbs, const std::vector<std::string>& supported) {
        Value item = operations.item(place, verbs, supported);
        if (item.size() > 0) add(place.path, std::move(item));
    };
    bool namespaced = kind.scope == Scope::Namespaced;
    std::string root = root_path(kind.gvk);
    std::string collection = root + (namespaced ? "/namespaces/{namespace}/" : "/") + kind.plural;
    if (namespaced && std::find(kind.verbs.begin(), kind.verbs.end(), "list") != kind.verbs.end())
        emit({kind, root + "/" + kind.plural, "ForAllNamespaces", false, false, kind.schema, kind.gvk}, kCollection, {"list"});
    emit({kind, collection, "", namespaced, false, kind.schema, kind.gvk}, kCollection, kind.verbs);
    std::vector<std::string> verbs = kind.verbs;
    std::erase(verbs, "create");
    emit({kind, collection + "/{name}", "", namespaced, true, kind.schema, kind.gvk}, kObject, verbs);
    for (const auto& sub : kind.subresources) {
        Gvk gvk{sub.group.empty() ? kind.gvk.group : sub.group, sub.version.empty() ? kind.gvk.version : sub.version, sub.kind};
        Place place{kind, collection + "/{name}/" + sub.name, capitalized(sub.name), namespaced, true, subresource_schema(kinds, kind, sub), gvk};
        emit(place, kObject, sub.verbs);
    }
}

}  // namespace skiff::api
