#include "api/custom_resource.h"

#include <algorithm>

#include "api/custom_hooks.h"
#include "api/dynamic_kinds.h"
#include "api/openapi_custom.h"

namespace skiff::api {
namespace {

using json::Value;

std::vector<std::string> texts(const Value& list) {
    std::vector<std::string> out;
    for (const Value& item : list.items()) out.push_back(item.as_string());
    return out;
}

std::string field_of(const Value& selectable) {
    std::string path = selectable["jsonPath"].as_string();
    if (path.starts_with('.')) path.erase(0, 1);
    return path;
}

// "example.com/v1beta1 Thing is deprecated; use example.com/v1 Thing", or the definition's own words.
std::string deprecation_of(const Value& spec, const Value& version) {
    if (!version["deprecated"].as_bool()) return {};
    if (version.has("deprecationWarning")) return version["deprecationWarning"].as_string();
    const std::string &group = spec["group"].as_string(), &kind = spec["names"]["kind"].as_string(), &name = version["name"].as_string();
    std::string best;
    for (const Value& other : spec["versions"].items()) {
        const std::string& candidate = other["name"].as_string();
        if (!other["served"].as_bool() || other["deprecated"].as_bool() || !version_before(candidate, name)) continue;
        if (best.empty() || version_before(candidate, best)) best = candidate;
    }
    std::string text = fmt::format("{}/{} {} is deprecated", group, name, kind);
    if (!best.empty()) text += fmt::format("; use {}/{} {}", group, best, kind);
    return text;
}

std::unique_ptr<CustomResource> make_custom(const Value& spec, size_t index, const SchemaRegistry& schemas) {
    const Value& version = spec["versions"][index];
    auto custom = std::make_unique<CustomResource>();
    const Value& schema = version["schema"]["openAPIV3Schema"];
    custom->has_schema = schema.is_object();
    if (custom->has_schema) custom->schema = structural::compile(schema);
    custom->preserve_all = spec["preserveUnknownFields"].as_bool();
    std::string package = reversed_group(spec["group"].as_string()) + "." + version["name"].as_string() + ".";
    bool free = custom->preserve_all || !custom->has_schema;
    custom->types = structural::TypeTable::make(package + spec["names"]["kind"].as_string(), package + spec["names"]["listKind"].as_string(), free ? nullptr : &custom->schema, schemas.find("meta.v1.ObjectMeta"));
    custom->served = version["served"].as_bool();
    custom->version_index = index;
    custom->deprecation_warning = deprecation_of(spec, version);
    if (const Value& scale = version["subresources"]["scale"]; scale.is_object())
        custom->scale = CustomResource::Scale{scale["specReplicasPath"].as_string(), scale["statusReplicasPath"].as_string(), scale["labelSelectorPath"].as_string()};
    return custom;
}

std::unique_ptr<KindInfo> make_kind(const Value& definition, const CustomResource& custom, const SchemaRegistry& schemas, bool terminating) {
    const Value& spec = definition["spec"];
    const Value& names = definition["status"]["acceptedNames"];
    const Value& version = spec["versions"][custom.version_index];
    auto kind = std::make_unique<KindInfo>();
    kind->gvk = {spec["group"].as_string(), version["name"].as_string(), names["kind"].as_string()};
    kind->plural = names["plural"].as_string();
    kind->singular = names["singular"].as_string();
    kind->list_kind = names["listKind"].as_string();
    kind->short_names = texts(names["shortNames"]);
    kind->categories = texts(names["categories"]);
    kind->scope = spec["scope"].as_string() == "Namespaced" ? Scope::Namespaced : Scope::Cluster;
    kind->verbs = {"delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"};
    // Operators must be able to take their finalizers off.
    if (terminating) std::erase(kind->verbs, "create");
    kind->type_name = custom.types.root->name();
    kind->schema = custom.types.root;
    kind->has_status = version["subresources"]["status"].is_object();
    kind->has_generation = true;
    kind->storage_prefix = kind->gvk.group + "/" + kind->plural;
    for (const Value& field : version["selectableFields"].items()) kind->selectable_fields.push_back(field_of(field));
    if (kind->has_status) kind->subresources.push_back({.name = "status", .verbs = {"get", "patch", "update"}, .kind = kind->gvk.kind});
    if (custom.scale) kind->subresources.push_back({.name = "scale", .verbs = {"get", "patch", "update"}, .kind = "Scale", .group = "autoscaling", .version = "v1"});
    kind->columns = custom_columns(version);
    kind->custom = &custom;
    kind->hooks = custom_hooks(custom, *kind, schemas.find("meta.v1.ObjectMeta"));
    return kind;
}

bool has_condition(const Value& definition, std::string_view type) {
    for (const Value& condition : definition["status"]["conditions"].items())
        if (condition["type"].as_string() == type) return condition["status"].as_string() == "True";
    return false;
}

}  // namespace

const KindInfo* CustomDefinition::version(std::string_view name) const {
    for (const auto& kind : kinds)
        if (kind->gvk.version == name) return kind.get();
    return nullptr;
}

std::shared_ptr<const CustomDefinition> make_custom_definition(const ObjectPtr& object, const SchemaRegistry& schemas, int64_t since, const KindDecorator& decorate) {
    TreePtr tree = object->tree();
    const Value& spec = (*tree)["spec"];
    auto definition = std::make_shared<CustomDefinition>();
    definition->name = object->meta().name;
    definition->uid = object->meta().uid;
    definition->object = object;
    definition->terminating = has_condition(*tree, "Terminating");
    definition->converts_by_webhook = spec["conversion"]["strategy"].as_string() == "Webhook";
    definition->since = since;
    const KindInfo* stored = nullptr;
    for (size_t i = 0; i < spec["versions"].size(); ++i) {
        auto custom = make_custom(spec, i, schemas);
        custom->owner = definition;
        custom->definition = definition.get();
        auto kind = make_kind(*tree, *custom, schemas, definition->terminating);
        if (decorate) decorate(*kind, spec["versions"][i]);
        for (const std::string& field : kind->selectable_fields)
            if (std::find(definition->indexed_fields.begin(), definition->indexed_fields.end(), field) == definition->indexed_fields.end()) definition->indexed_fields.push_back(field);
        if (spec["versions"][i]["storage"].as_bool() || !stored) stored = kind.get();
        definition->customs.push_back(std::move(custom));
        definition->kinds.push_back(std::move(kind));
    }
    for (auto& custom : definition->customs) custom->stored = stored;
    return definition;
}

}  // namespace skiff::api
