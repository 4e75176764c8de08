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
constexpr std::string_view kDeleteParameters[] = {"dryRun", "gracePeriodSeconds", "ignoreStoreReadErrorWithClusterBreakingPotential", "orphanDependents", "propagationPolicy"};
constexpr std::string_view kCollectionParameters[] = {"continue", "dryRun", "fieldSelector", "gracePeriodSeconds", "ignoreStoreReadErrorWithClusterBreakingPotential",
                                                      "labelSelector", "limit", "orphanDependents", "propagationPolicy", "resourceVersion", "resourceVersionMatch",
                                                      "sendInitialEvents", "timeoutSeconds"};
// What relays and logs take.
constexpr std::string_view kExec[] = {"command", "container", "stderr", "stdin", "stdout", "tty"}, kAttach[] = {"container", "stderr", "stdin", "stdout", "tty"},
                           kForward[] = {"ports"}, kProxy[] = {"path"},
                           kLog[] = {"container", "follow", "insecureSkipTLSVerifyBackend", "limitBytes", "previous", "sinceSeconds", "stream", "tailLines", "timestamps"};

using Names = std::span<const std::string_view>;

Names query_parameters(std::string_view verb) {
    if (verb == "list" || verb == "watch" || verb == "watchlist") return kListParameters;
    if (verb == "create" || verb == "update") return kWriteParameters;
    if (verb == "patch") return kPatchParameters;
    if (verb == "delete") return kDeleteParameters;
    if (verb == "deletecollection") return kCollectionParameters;
    return {};
}

Names relay_parameters(std::string_view subresource) {
    if (subresource == "exec") return kExec;
    if (subresource == "attach") return kAttach;
    if (subresource == "portforward") return kForward;
    if (subresource == "proxy") return kProxy;
    return {};
}

std::string_view type_of_parameter(std::string_view name) {
    for (std::string_view flag : {"allowWatchBookmarks", "sendInitialEvents", "watch", "force", "orphanDependents", "ignoreStoreReadErrorWithClusterBreakingPotential", "stdin", "stdout",
                                  "stderr", "tty", "follow", "previous", "timestamps", "insecureSkipTLSVerifyBackend"})
        if (name == flag) return "boolean";
    for (std::string_view number : {"limit", "timeoutSeconds", "gracePeriodSeconds", "limitBytes", "sinceSeconds", "tailLines", "ports"})
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

constexpr std::string_view kAnswers[] = {"application/json", "application/vnd.kubernetes.protobuf", "application/yaml"};
constexpr std::string_view kStreams[] = {"application/json", "application/json;stream=watch", "application/vnd.kubernetes.protobuf", "application/vnd.kubernetes.protobuf;stream=watch",
                                         "application/yaml"};
constexpr std::string_view kCustomAnswers[] = {"application/json", "application/yaml"}, kAnything[] = {"*/*"};
constexpr std::string_view kLogAnswers[] = {"application/json", "application/vnd.kubernetes.protobuf", "application/yaml", "text/plain"};

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
    Names parameters = {};        // beyond those of the verb
    bool tail = false;            // of a relay, with the path behind it
};

// Collects what a path has; parameters that all its operations share stand at the path.
class Operations {
public:
    Operations(const KindRegistry& kinds, OpenApiVersion version) : kinds_(kinds), version_(version) {}

    Value item(const Place& place, std::span<const Verb> verbs, const std::vector<std::string>& supported) const {
        std::vector<const Verb*> found;
        for (const auto& verb : verbs)
            if (std::find(supported.begin(), supported.end(), verb.name) != supported.end()) found.push_back(&verb);
        Value item = Value::object();
        if (found.empty()) return item;
        bool alone = found.size() == 1;
        for (const Verb* verb : found) item.set(verb->method, operation(place, *verb, alone));
        std::vector<std::string_view> shared(place.parameters.begin(), place.parameters.end());
        if (alone)
            for (auto name : query_parameters(found[0]->name)) shared.push_back(name);
        shared.push_back("pretty");
        set_parameters(item, place, std::move(shared));
        return item;
    }

    // exec, attach, portforward and proxy: the connection is handed on.
    Value relay(const Place& place, std::string_view name, std::string_view options) const {
        static constexpr std::pair<std::string_view, std::string_view> kMethods[] = {{"get", "Get"}, {"put", "Put"}, {"post", "Post"}, {"delete", "Delete"},
                                                                                     {"options", "Options"}, {"head", "Head"}, {"patch", "Patch"}};
        Value item = Value::object();
        for (auto [method, id] : kMethods) {
            if (name != "proxy" && method != "get" && method != "post") continue;
            Value operation = Value::object({{"tags", Value::array({tag(place.kind.gvk)})}});
            operation.set("operationId", "connect" + group_id(place.kind.gvk) + std::string(id) + (place.namespaced ? "Namespaced" : "") + place.kind.gvk.kind + place.id_suffix);
            set_media(operation, kAnything);
            operation.set("responses", answers("get", nullptr, kAnything));
            operation.set("x-kubernetes-action", "connect");
            operation.set("x-kubernetes-group-version-kind", gvk_value({place.gvk.group, place.gvk.version, std::string(options)}));
            item.set(method, std::move(operation));
        }
        set_parameters(item, place, {place.parameters.begin(), place.parameters.end()});
        return item;
    }

    Value plain(std::string_view tag, std::string_view id, const TypeSchema* type, Names media) const {
        Value operation = Value::object({{"tags", Value::array({tag})}, {"operationId", id}, {"responses", answers("get", type, media)}});
        if (version_ == OpenApiVersion::V2) operation.set("consumes", texts(media));
        set_media(operation, media);
        return Value::object({{"get", std::move(operation)}});
    }

    // What discovery answers at the root of a group version.
    Value resource_list(const Gvk& gvk) const {
        Value operation = Value::object({{"tags", Value::array({tag(gvk)})}, {"operationId", "get" + group_id(gvk) + "APIResources"}});
        if (version_ == OpenApiVersion::V2) operation.set("consumes", texts(kAnswers));
        set_media(operation, kAnswers);
        operation.set("responses", answers("get", kinds_.schemas().find("meta.v1.APIResourceList"), kAnswers));
        return Value::object({{"get", std::move(operation)}});
    }

private:
    static Value texts(Names names) {
        Value list = Value::array();
        for (auto name : names) list.push_back(name);
        return list;
    }

    void set_media(Value& operation, Names media) const {
        if (version_ != OpenApiVersion::V2) return;
        operation.set("produces", texts(media));
        operation.set("schemes", Value::array({"https"}));
    }

    void set_parameters(Value& item, const Place& place, std::vector<std::string_view> names) const {
        std::vector<std::pair<std::string_view, std::string_view>> all;
        for (auto name : names) all.push_back({name, "query"});
        if (place.object) all.push_back({"name", "path"});
        if (place.namespaced) all.push_back({"namespace", "path"});
        if (place.tail) all.push_back({"path", "path"});
        std::sort(all.begin(), all.end());
        Value list = Value::array();
        for (auto [name, in] : all) list.push_back(parameter(name, in, version_));
        if (list.size() > 0) item.set("parameters", std::move(list));
    }

    Value ref(const TypeSchema* type) const {
        if (!type) return Value::object({{"type", "string"}});
        return Value::object({{"$ref", definition_ref(definition_name(type->name()), version_)}});
    }

    Value answers(std::string_view verb, const TypeSchema* type, Names media) const {
        Value answer = Value::object({{"description", "OK"}});
        if (version_ == OpenApiVersion::V3) {
            Value content = Value::object();
            for (auto name : media) content.set(name, Value::object({{"schema", ref(type)}}));
            answer.set("content", std::move(content));
        } else {
            answer.set("schema", ref(type));
        }
        Value all = Value::object({{"200", answer}});
        if (verb == "create" || verb == "update" || verb == "patch") all.set("201", answer).set("description", "Created");
        if (verb == "create" || verb == "delete") all.set("202", std::move(answer)).set("description", "Accepted");
        all.set("401", Value::object({{"description", "Unauthorized"}}));
        return all;
    }

    void set_body(Value& operation, Value& parameters, std::string_view verb, const TypeSchema* type, bool custom = false) const {
        static constexpr std::string_view kPatchTypes[] = {"application/apply-patch+yaml", "application/json-patch+json",
                                                           "application/merge-patch+json", "application/strategic-merge-patch+json"};
        bool patch = verb == "patch";
        Names media = patch ? Names(kPatchTypes).first(custom ? 3 : 4) : custom && verb != "delete" ? Names(kCustomAnswers) : Names(kAnything);
        Value schema = patch ? Value::object({{"$ref", definition_ref("io.k8s.apimachinery.pkg.apis.meta.v1.Patch", version_)}}) : ref(type);
        if (version_ == OpenApiVersion::V2) {
            operation.set("consumes", texts(media));
            Value body = Value::object({{"name", "body"}, {"in", "body"}, {"schema", std::move(schema)}});
            if (verb != "delete") body.set("required", true);
            parameters.push_back(std::move(body));
            return;
        }
        Value content = Value::object();
        for (auto name : media) content.set(name, Value::object({{"schema", schema}}));
        Value body = Value::object({{"content", std::move(content)}});
        if (verb != "delete") body.set("required", true);
        operation.set("requestBody", std::move(body));
    }

    static Value gvk_value(const Gvk& gvk) { return Value::object({{"group", gvk.group}, {"kind", gvk.kind}, {"version", gvk.version}}); }

    const TypeSchema* answer_type(const Place& place, const Verb& verb) const {
        // What these kinds answer a DELETE with is the object; all others, and collections, give a Status.
        static constexpr std::string_view kAnswered[] = {"PersistentVolumeClaim", "Pod", "PodTemplate", "ResourceQuota", "ServiceAccount", "Service", "PersistentVolume", "DeviceClass",
                                                         "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice", "CSIDriver", "CSINode", "StorageClass", "VolumeAttachment",
                                                         "VolumeAttributesClass"};
        bool object = verb.name == "delete" && !place.kind.custom && std::find(std::begin(kAnswered), std::end(kAnswered), place.kind.gvk.kind) != std::end(kAnswered);
        if (verb.method == "delete" && !object) return kinds_.schemas().find("meta.v1.Status");
        if (verb.id == "watch") return kinds_.schemas().find("meta.v1.WatchEvent");
        return verb.name == "list" ? list_schema(kinds_, place.kind) : place.body;
    }

    Value operation(const Place& place, const Verb& verb, bool alone) const {
        const bool custom = place.kind.custom != nullptr, collection = verb.name == "deletecollection";
        Value operation = Value::object({{"tags", Value::array({tag(place.kind.gvk)})}});
        std::string id(collection ? "delete" : verb.id);
        operation.set("operationId", id + group_id(place.kind.gvk) + (collection ? "Collection" : "") + (place.namespaced ? "Namespaced" : "") +
                                         place.kind.gvk.kind + place.id_suffix);
        Value parameters = Value::array();
        if (!alone)
            for (auto name : query_parameters(verb.name)) parameters.push_back(parameter(name, "query", version_));
        if (verb.name == "create" || verb.name == "update" || verb.name == "patch") set_body(operation, parameters, verb.name, place.body, custom);
        else if (verb.method == "delete") set_body(operation, parameters, "delete", kinds_.schemas().find("meta.v1.DeleteOptions"));
        else if (version_ == OpenApiVersion::V2) operation.set("consumes", Value::array({"*/*"}));
        bool streams = verb.name == "list" || verb.id == "watch";
        Names media = custom ? Names(kCustomAnswers) : place.id_suffix == "Log" ? Names(kLogAnswers) : streams ? Names(kStreams) : Names(kAnswers);
        set_media(operation, media);
        if (parameters.size() > 0) operation.set("parameters", std::move(parameters));
        operation.set("responses", answers(verb.name, answer_type(place, verb), media));
        operation.set("x-kubernetes-action", verb.action);
        operation.set("x-kubernetes-group-version-kind", gvk_value(place.gvk));
        return operation;
    }

    // core_v1, rbacAuthorization_v1
    static std::string tag(const Gvk& gvk) {
        std::string id = group_id(gvk);
        id.replace(id.size() - gvk.version.size(), gvk.version.size(), "_" + gvk.version);
        id[0] = static_cast<char>(id[0] - 'A' + 'a');
        return id;
    }

    const KindRegistry& kinds_;
    OpenApiVersion version_;
};

bool has(const std::vector<std::string>& verbs, std::string_view verb) { return std::find(verbs.begin(), verbs.end(), verb) != verbs.end(); }

}  // namespace

std::string root_path(const Gvk& gvk) { return gvk.group.empty() ? "/api/" + gvk.version : "/apis/" + gvk.group + "/" + gvk.version; }

Value resource_list_path(const KindRegistry& kinds, const Gvk& gvk, OpenApiVersion version) { return Operations(kinds, version).resource_list(gvk); }

std::vector<std::string> plain_documents(const KindRegistry& kinds) {
    std::vector<std::string> names{".well-known/openid-configuration", "api", "apis"};
    for (const auto& version : kinds.group_versions()) {
        if (version.group.empty()) continue;
        std::string name = "apis/" + version.group;
        if (!has(names, name)) names.push_back(std::move(name));
    }
    names.insert(names.end(), {"openid/v1/jwks", "version"});
    return names;
}

std::optional<PlainDocument> plain_document(const KindRegistry& kinds, std::string_view name, OpenApiVersion version) {
    if (!has(plain_documents(kinds), name)) return std::nullopt;
    static constexpr std::string_view kKeys[] = {"application/jwk-set+json"};
    Operations operations(kinds, version);
    auto type = [&](const char* of) { return kinds.schemas().find(of); };
    std::string path = "/" + std::string(name) + "/";
    auto made = [&](std::string_view tag, std::string_view id, const TypeSchema* root, Names media) {
        return PlainDocument{path, operations.plain(tag, id, root, media), root};
    };
    if (name == "api") return made("core", "getCoreAPIVersions", type("meta.v1.APIVersions"), kAnswers);
    if (name == "apis") return made("apis", "getAPIVersions", type("meta.v1.APIGroupList"), kAnswers);
    if (name == "version") return made("version", "getCodeVersion", type("version.Info"), Names(kAnswers).first(1));
    if (name == "openid/v1/jwks") return made("openid", "getServiceAccountIssuerOpenIDKeyset", nullptr, kKeys);
    if (name[0] == '.') return made("WellKnown", "getServiceAccountIssuerOpenIDConfiguration", nullptr, Names(kAnswers).first(1));
    std::string id = group_id({std::string(name.substr(5)), "", ""}), tag = id;
    tag[0] = static_cast<char>(tag[0] - 'A' + 'a');
    return made(tag, "get" + id + "APIGroup", type("meta.v1.APIGroup"), kAnswers);
}

void add_paths(const KindRegistry& kinds, const KindInfo& kind, OpenApiVersion version,
               const std::function<void(const std::string& path, Value item)>& add) {
    static constexpr Verb kWatchList[] = {{"watchlist", "get", "watchlist", "watch"}}, kWatch[] = {{"watch", "get", "watch", "watch"}};
    Operations operations(kinds, version);
    auto emit = [&](const Place& place, std::span<const Verb> verbs, const std::vector<std::string>& supported) {
        Value item = operations.item(place, verbs, supported);
        if (item.size() > 0) add(place.path, std::move(item));
    };
    bool namespaced = kind.scope == Scope::Namespaced, listed = has(kind.verbs, "list");
    std::string root = root_path(kind.gvk), below = (namespaced ? "/namespaces/{namespace}/" : "/") + kind.plural, collection = root + below;
    if (namespaced && listed) emit({kind, root + "/" + kind.plural, "ForAllNamespaces", false, false, kind.schema, kind.gvk}, kCollection, {"list"});
    emit({kind, collection, "", namespaced, false, kind.schema, kind.gvk}, kCollection, kind.verbs);
    std::vector<std::string> verbs = kind.verbs;
    std::erase(verbs, "create");
    emit({kind, collection + "/{name}", "", namespaced, true, kind.schema, kind.gvk}, kObject, verbs);
    for (const auto& sub : kind.subresources) {
        Gvk gvk{sub.group.empty() ? kind.gvk.group : sub.group, sub.version.empty() ? kind.gvk.version : sub.version, sub.kind};
        Place place{kind, collection + "/{name}/" + sub.name, capitalized(sub.name), namespaced, true, subresource_schema(kinds, kind, sub), gvk};
        if (sub.name == "log") place.body = nullptr;
        place.parameters = sub.name == "log" ? Names(kLog) : relay_parameters(sub.name);
        if (sub.name == "log" || !sub.kind.ends_with("Options")) {
            emit(place, kObject, sub.verbs);
            continue;
        }
        add(place.path, operations.relay(place, sub.name, sub.kind));
        if (sub.name != "proxy") continue;
        place.tail = true;
        place.id_suffix += "WithPath";
        add(place.path + "/{path}", operations.relay(place, sub.name, sub.kind));
    }
    // The older way to watch; definitions of users never had it.
    if (kind.custom || !has(kind.verbs, "watch")) return;
    if (namespaced) emit({kind, root + "/watch/" + kind.plural, "ListForAllNamespaces", false, false, kind.schema, kind.gvk}, kWatchList, {"watchlist"});
    emit({kind, root + "/watch" + below, "List", namespaced, false, kind.schema, kind.gvk}, kWatchList, {"watchlist"});
    emit({kind, root + "/watch" + below + "/{name}", "", namespaced, true, kind.schema, kind.gvk}, kWatch, {"watch"});
}

}  // namespace skiff::api
