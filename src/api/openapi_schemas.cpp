#include "api/openapi_schemas.h"

#include "api/custom_resource.h"
#include "api/openapi.h"
#include "base/strings.h"

namespace skiff::api {

namespace {

using Kind = ValueSchema::Kind;
using json::Value;

constexpr std::string_view kQuantity = "io.k8s.apimachinery.pkg.api.resource.Quantity", kTime = "io.k8s.apimachinery.pkg.apis.meta.v1.Time",
                           kMicroTime = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime",
                           kIntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
                           kRaw = "io.k8s.apimachinery.pkg.runtime.RawExtension", kDuration = "io.k8s.apimachinery.pkg.apis.meta.v1.Duration";

Value typed(std::string_view type, std::string_view format = {}) {
    Value schema = Value::object({{"type", type}});
    if (!format.empty()) schema.set("format", format);
    return schema;
}

// The definition that a value refers to, "" for plain types.
std::string ref_name(const ValueSchema& value) {
    switch (value.kind) {
        case Kind::Object: return definition_name(value.object->name());
        case Kind::Quantity: return std::string(kQuantity);
        case Kind::Time: return std::string(kTime);
        case Kind::MicroTime: return std::string(kMicroTime);
        case Kind::IntOrString: return std::string(kIntOrString);
        case Kind::Duration: return std::string(kDuration);
        case Kind::Any: return std::string(kRaw);
        default: return {};
    }
}

Value schema_of(const ValueSchema& value, OpenApiVersion version);

// In v3 what stands in lists and maps has the zero value as its default.
Value element_of(const ValueSchema& element, OpenApiVersion version) {
    Value schema = schema_of(element, version);
    if (version != OpenApiVersion::V3) return schema;
    switch (element.kind) {
        case Kind::Object: return Value::object({{"allOf", Value::array({std::move(schema)})}, {"default", Value::object()}});
        case Kind::String: schema.set("default", ""); break;
        case Kind::Int32:
        case Kind::Int64: schema.set("default", 0); break;
        case Kind::Bool: schema.set("default", false); break;
        default: break;
    }
    return schema;
}

Value schema_of(const ValueSchema& value, OpenApiVersion version) {
    if (std::string name = ref_name(value); !name.empty()) return Value::object({{"$ref", definition_ref(name, version)}});
    switch (value.kind) {
        case Kind::Bool: return typed("boolean");
        case Kind::Int32: return typed("integer", "int32");
        case Kind::Int64: return typed("integer", "int64");
        case Kind::Double: return typed("number", "double");
        case Kind::Bytes: return typed("string", "byte");
        case Kind::List: {
            Value schema = typed("array");
            schema.set("items", element_of(*value.element, version));
            return schema;
        }
        case Kind::Map: {
            Value schema = typed("object");
            schema.set("additionalProperties", element_of(*value.element, version));
            return schema;
        }
        default: return typed("string");
    }
}

std::string strategy_text(uint8_t bits) {
    std::vector<std::string> names;
    if (bits & static_cast<uint8_t>(PatchStrategy::Merge)) names.push_back("merge");
    if (bits & static_cast<uint8_t>(PatchStrategy::RetainKeys)) names.push_back("retainKeys");
    if (bits & static_cast<uint8_t>(PatchStrategy::Replace)) names.push_back("replace");
    return join(names, ",");
}

Value strings(const std::vector<std::string>& texts) {
    Value list = Value::array();
    for (const auto& text : texts) list.push_back(text);
    return list;
}

Value property_of(const Field& field, OpenApiVersion version) {
    Value schema = schema_of(field.value, version);
    // In v3 nothing may stand beside a $ref, so it is wrapped.
    bool ref = schema.has("$ref");
    Value extra = Value::object();
    if (!field.doc.empty()) extra.set("description", field.doc);
    if (version == OpenApiVersion::V3) {
        if (field.default_value) extra.set("default", *field.default_value);
        else if (field.always && !field.absent.is_null()) extra.set("default", field.absent);
        if (!field.enum_values.empty() && field.value.kind == Kind::String) extra.set("enum", strings(field.enum_values));
    }
    if (field.value.kind == Kind::List) {
        static constexpr std::string_view kListTypes[] = {"atomic", "set", "map"};
        if (!field.list_map_keys.empty()) extra.set("x-kubernetes-list-map-keys", strings(field.list_map_keys));
        extra.set("x-kubernetes-list-type", kListTypes[static_cast<int>(field.list_type)]);
    }
    if (field.map_type == MapType::Atomic) extra.set("x-kubernetes-map-type", "atomic");
    if (!field.patch_merge_key.empty()) extra.set("x-kubernetes-patch-merge-key", field.patch_merge_key);
    if (field.patch_strategy) extra.set("x-kubernetes-patch-strategy", strategy_text(field.patch_strategy));
    if (ref && version == OpenApiVersion::V3) schema = Value::object({{"allOf", Value::array({std::move(schema)})}});
    for (auto& member : extra.mut_members()) schema.set(member.key, std::move(member.value));
    return schema;
}

void visit(const TypeSchema* type, std::map<std::string_view, const TypeSchema*>& seen) {
    if (!seen.emplace(type->name(), type).second) return;
    for (const auto& field : type->fields()) {
        const ValueSchema* value = &field.value;
        while (value->element) value = value->element.get();
        if (value->object) visit(value->object, seen);
    }
}

std::string package_of(std::string_view type_name) { return std::string(type_name.substr(0, type_name.rfind('.') + 1)); }

}  // namespace

std::string definition_ref(std::string_view definition, OpenApiVersion version) {
    return (version == OpenApiVersion::V2 ? "#/definitions/" : "#/components/schemas/") + std::string(definition);
}

std::string definition_name(std::string_view type) {
    auto parts = split_views(type, '.');
    if (parts.size() == 2 && parts[0] == "version") return "io.k8s.apimachinery.pkg." + std::string(type);
    if (parts.size() != 3) return std::string(type);   // a CRD's type has its whole name already
    std::string name(type);
    if (parts[0] == "meta") return "io.k8s.apimachinery.pkg.apis." + name;
    if (parts[0] == "apiextensions") return "io.k8s.apiextensions-apiserver.pkg.apis." + name;
    if (parts[0] == "apiregistration") return "io.k8s.kube-aggregator.pkg.apis." + name;
    return "io.k8s.api." + name;
}

const TypeSchema* list_schema(const KindRegistry& kinds, const KindInfo& kind) {
    if (kind.custom) return kind.custom->types.list;
    return kinds.schemas().find(package_of(kind.type_name) + kind.list_kind);
}

const TypeSchema* subresource_schema(const KindRegistry& kinds, const KindInfo& kind, const Subresource& subresource) {
    if (subresource.kind == kind.gvk.kind) return kind.schema;
    std::string group = subresource.group.empty() ? package_of(kind.type_name) : subresource.group + "." + subresource.version + ".";
    // Groups end in .k8s.io, packages do not: authentication.k8s.io/v1 TokenRequest is authentication.v1.TokenRequest.
    if (size_t suffix = group.find(".k8s.io"); suffix != std::string::npos) group.erase(suffix, 7);
    return kinds.schemas().find(group + subresource.kind);
}

KindsOfTypes kinds_of_types(const KindRegistry& kinds) {
    KindsOfTypes out;
    for (const auto* kind : kinds.all()) {
        if (kind->schema) out[kind->schema].push_back(kind->gvk);
        if (const auto* list = list_schema(kinds, *kind)) out[list].push_back({kind->gvk.group, kind->gvk.version, kind->list_kind});
    }
    if (const auto* scale = kinds.schemas().find("autoscaling.v1.Scale")) out[scale].push_back({"autoscaling", "v1", "Scale"});
    if (const auto* eviction = kinds.schemas().find("policy.v1.Eviction")) out[eviction].push_back({"policy", "v1", "Eviction"});
    if (const auto* status = kinds.schemas().find("meta.v1.Status")) out[status].push_back({"", "v1", "Status"});
    if (const auto* options = kinds.schemas().find("meta.v1.DeleteOptions")) {
        for (const auto& version : kinds.group_versions()) out[options].push_back({version.group, version.version, "DeleteOptions"});
    }
    return out;
}

std::map<std::string_view, const TypeSchema*> reachable(const std::vector<const TypeSchema*>& roots) {
    std::map<std::string_view, const TypeSchema*> seen;
    for (const auto* root : roots)
        if (root) visit(root, seen);
    return seen;
}

Value definition_of(const TypeSchema& type, OpenApiVersion version, const KindsOfTypes& kinds) {
    Value schema = Value::object();
    if (!type.doc().empty()) schema.set("description", type.doc());
    schema.set("type", "object");
    Value required = Value::array(), properties = Value::object();
    properties.mut_members().reserve(type.fields().size());
    for (const auto& field : type.fields()) {
        if (field.required) required.push_back(field.name);
        properties.mut_members().push_back({field.name, property_of(field, version)});
    }
    if (required.size() > 0) schema.set("required", std::move(required));
    if (properties.size() > 0) schema.set("properties", std::move(properties));
    if (type.preserve_unknown()) schema.set("x-kubernetes-preserve-unknown-fields", true);
    if (auto it = kinds.find(&type); it != kinds.end()) {
        Value list = Value::array();
        for (const auto& gvk : it->second) list.push_back(Value::object({{"group", gvk.group}, {"kind", gvk.kind}, {"version", gvk.version}}));
        schema.set("x-kubernetes-group-version-kind", std::move(list));
    }
    return schema;
}

std::vector<std::pair<std::string, Value>> scalar_definitions(OpenApiVersion version) {
    bool v3 = version == OpenApiVersion::V3;
    Value quantity = v3 ? Value::object({{"oneOf", Value::array({typed("string"), typed("number")})}}) : typed("string");
    Value int_or_string = v3 ? Value::object({{"format", "int-or-string"}, {"oneOf", Value::array({typed("integer"), typed("string")})}})
                             : typed("string", "int-or-string");
    return {{std::string(kQuantity), std::move(quantity)},
            {std::string(kTime), typed("string", "date-time")},
            {std::string(kMicroTime), typed("string", "date-time")},
            {std::string(kIntOrString), std::move(int_or_string)},
            {std::string(kDuration), typed("string")},
            {std::string(kRaw), typed("object")},
            {"io.k8s.apimachinery.pkg.apis.meta.v1.Patch", typed("object")}};
}

}  // namespace skiff::api
