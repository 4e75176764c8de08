#include "api/openapi_custom.h"

#include <algorithm>

#include "base/strings.h"

namespace skiff::api {

namespace {

using json::Value;

constexpr std::string_view kMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", kListMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
constexpr std::string_view kDocs = "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md";

Value text_property(std::string description) { return Value::object({{"description", std::move(description)}, {"type", "string"}}); }

Value meta_reference(std::string_view definition, std::string description, OpenApiVersion version) {
    Value reference = Value::object({{"$ref", definition_ref(definition, version)}});
    if (version == OpenApiVersion::V3) reference = Value::object({{"allOf", Value::array({std::move(reference)})}});
    reference.set("description", std::move(description));
    return reference;
}

void add_type_meta(Value& properties) {
    properties.set("apiVersion", text_property(fmt::format("APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest "
                                                           "internal value, and may reject unrecognized values. More info: {}#resources", kDocs)));
    properties.set("kind", text_property(fmt::format("Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits "
                                                     "requests to. Cannot be updated. In CamelCase. More info: {}#types-kinds", kDocs)));
}

// What kubectl and the v2 document cannot express goes.
void simplify(Value& schema) {
    if (!schema.is_object()) return;
    for (const char* junctor : {"allOf", "anyOf", "oneOf", "not"}) schema.erase(junctor);
    bool preserve = schema["x-kubernetes-preserve-unknown-fields"].as_bool();
    if (schema["nullable"].as_bool()) {
        schema.erase("type");
        schema.erase("nullable");
        schema.erase("items");
        schema.erase("properties");
    }
    if (preserve) {
        schema.erase("items");
        schema.erase("properties");
    }
    const std::string type = schema["type"].as_string();
    if ((type == "array" && !schema.has("items")) || (preserve && type == "object")) schema.erase("type");
    if (Value* required = schema.find("required")) {
        std::erase_if(required->mut_items(), [&](const Value& name) { return schema["properties"][name.as_string()]["nullable"].as_bool(); });
        if (required->size() == 0 || schema["additionalProperties"]["nullable"].as_bool()) schema.erase("required");
    }
    if (Value* items = schema.find("items")) simplify(*items);
    if (Value* additional = schema.find("additionalProperties")) simplify(*additional);
    if (Value* properties = schema.find("properties"))
        for (json::Member& member : properties->mut_members()) simplify(member.value);
}

void add_embedded(Value& schema, OpenApiVersion version) {
    if (!schema.is_object()) return;
    if (Value* properties = schema.find("properties"))
        for (json::Member& member : properties->mut_members()) add_embedded(member.value, version);
    if (Value* items = schema.find("items")) add_embedded(*items, version);
    if (Value* additional = schema.find("additionalProperties")) add_embedded(*additional, version);
    if (version == OpenApiVersion::V2 && schema["x-kubernetes-preserve-unknown-fields"].as_bool()) return;
    if (!schema["x-kubernetes-embedded-resource"].as_bool()) return;
    Value& properties = schema.mut("properties");
    properties.set("apiVersion", text_property(fmt::format("apiVersion defines the versioned schema of this representation of an object. More info: {}#resources", kDocs)));
    properties.set("kind", text_property(fmt::format("kind is a string value representing the type of this object. In CamelCase. More info: {}#types-kinds", kDocs)));
    properties.set("metadata", meta_reference(kMeta, fmt::format("Standard object's metadata. More info: {}#metadata", kDocs), version));
    Value& required = schema.mut("required");
    for (const char* name : {"kind", "apiVersion"})
        if (std::find(required.items().begin(), required.items().end(), Value(name)) == required.items().end()) required.push_back(name);
}

Value gvk_list(const KindInfo& kind, const std::string& name) {
    return Value::array({Value::object({{"group", kind.gvk.group}, {"kind", name}, {"version", kind.gvk.version}})});
}

Value object_schema(const KindInfo& kind, OpenApiVersion version) {
    TreePtr tree = kind.custom->definition->object->tree();
    const Value& written = (*tree)["spec"]["versions"][kind.custom->version_index]["schema"]["openAPIV3Schema"];
    bool free = !written.is_object() || (version == OpenApiVersion::V2 && (written["x-kubernetes-preserve-unknown-fields"].as_bool() || kind.custom->preserve_all));
    Value schema = free ? Value::object({{"type", "object"}}) : written;
    if (!free) {
        if (version == OpenApiVersion::V2) simplify(schema);
        Value& properties = schema.mut("properties");
        properties.set("metadata", meta_reference(kMeta, fmt::format("Standard object's metadata. More info: {}#metadata", kDocs), version));
        add_type_meta(properties);
        add_embedded(schema, version);
    }
    schema.set("x-kubernetes-group-version-kind", gvk_list(kind, kind.gvk.kind));
    if (!kind.selectable_fields.empty()) {
        Value fields = Value::array();
        for (const std::string& field : kind.selectable_fields) fields.push_back(Value::object({{"fieldPath", field}}));
        schema.set("x-kubernetes-selectable-fields", std::move(fields));
    }
    return schema;
}

}  // namespace

std::string reversed_group(std::string_view group) {
    auto parts = split(group, '.');
    std::reverse(parts.begin(), parts.end());
    return join(parts, ".");
}

void add_custom_definitions(const KindInfo& kind, OpenApiVersion version, const std::function<void(const std::string& name, Value schema)>& add) {
    std::string name = kind.schema->name();
    add(name, object_schema(kind, version));
    Value properties = Value::object();
    add_type_meta(properties);
    properties.set("items", Value::object({{"description", fmt::format("List of {}. More info: {}", kind.plural, kDocs)}, {"type", "array"},
                                           {"items", Value::object({{"$ref", definition_ref(name, version)}})}}));
    properties.set("metadata", meta_reference(kListMeta, fmt::format("Standard list metadata. More info: {}#types-kinds", kDocs), version));
    Value list = Value::object({{"description", fmt::format("{} is a list of {}", kind.list_kind, kind.gvk.kind)}, {"type", "object"}, {"required", Value::array({"items"})}});
    list.set("properties", std::move(properties));
    list.set("x-kubernetes-group-version-kind", gvk_list(kind, kind.list_kind));
    add(kind.custom->types.list->name(), std::move(list));
}

}  // namespace skiff::api
