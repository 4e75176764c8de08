#include "api/openapi_schemas.h"

#include "api/custom_resource.h"
#include "api/openapi.h"
#include "base/strings.h"
#include "json/parse.h"

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

constexpr std::string_view kJson = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON",
                           kFieldsV1 = "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1";

// What raw JSON is called in a field of a type.
std::string raw_name(const TypeSchema& type, const Field& field) {
    if (field.name == "fieldsV1") return std::string(kFieldsV1);
    if (type.name() != "apiextensions.v1.JSONSchemaProps") return std::string(kRaw);
    std::string_view rest = field.name;
    if (rest == "items") return std::string(kJson) + "SchemaPropsOrArray";
    if (rest == "dependencies") return std::string(kJson) + "SchemaPropsOrStringArray";
    if (rest == "additionalItems" || rest == "additionalProperties") return std::string(kJson) + "SchemaPropsOrBool";
    return std::string(kJson);
}

// The definition that a value refers to, "" for plain types.
std::string ref_name(const ValueSchema& value, const std::string& raw) {
    switch (value.kind) {
        case Kind::Object: return definition_name(value.object->name());
        case Kind::Quantity: return std::string(kQuantity);
        case Kind::Time: return std::string(kTime);
        case Kind::MicroTime: return std::string(kMicroTime);
        case Kind::IntOrString: return std::string(kIntOrString);
        case Kind::Duration: return std::string(kDuration);
        case Kind::Any: return raw;
        default: return {};
    }
}

Value schema_of(const ValueSchema& value, OpenApiVersion version, const std::string& raw);

// In v3 what stands in lists and maps has the zero value as its default.
Value element_of(const ValueSchema& element, OpenApiVersion version, const std::string& raw) {
    Value schema = schema_of(element, version, raw);
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

Value schema_of(const ValueSchema& value, OpenApiVersion version, const std::string& raw) {
    if (std::string name = ref_name(value, raw); !name.empty()) return Value::object({{"$ref", definition_ref(name, version)}});
    switch (value.kind) {
        case Kind::Bool: return typed("boolean");
        case Kind::Int32: return typed("integer", "int32");
        case Kind::Int64: return typed("integer", "int64");
        case Kind::Double: return typed("number", "double");
        case Kind::Bytes: return typed("string", "byte");
        case Kind::List: {
            Value schema = typed("array");
            schema.set("items", element_of(*value.element, version, raw));
            return schema;
        }
        case Kind::Map: {
            Value schema = typed("object");
            schema.set("additionalProperties", element_of(*value.element, version, raw));
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

// Items of lists of objects and a few odd fields have no list type.
bool has_list_type(const TypeSchema& type, const Field& field) {
    return field.value.kind == Kind::List && !(field.name == "items" && type.find("metadata") && type.name().ends_with("List"));
}

Value property_of(const TypeSchema& type, const Field& field, OpenApiVersion version) {
    Value schema = schema_of(field.value, version, raw_name(type, field));
    // In v3 nothing may stand beside a $ref, so it is wrapped.
    bool ref = schema.has("$ref");
    Value extra = Value::object();
    if (!field.doc.empty()) extra.set("description", field.doc);
    if (version == OpenApiVersion::V3) {
        if (field.default_value) extra.set("default", *field.default_value);
        else if (field.always && !field.absent.is_null() && field.value.kind != Kind::IntOrString && field.value.kind != Kind::Quantity) extra.set("default", field.absent);
        if (!field.enum_values.empty() && field.value.kind == Kind::String) extra.set("enum", strings(field.enum_values));
        if (!field.enum_values.empty() && field.value.kind == Kind::List) schema.mut("items").set("enum", strings(field.enum_values));
    }
    if (has_list_type(type, field)) {
        static constexpr std::string_view kListTypes[] = {"atomic", "set", "map"};
        if (!field.list_map_keys.empty()) extra.set("x-kubernetes-list-map-keys", strings(field.list_map_keys));
        extra.set("x-kubernetes-list-type", kListTypes[static_cast<int>(field.list_type)]);
    }
    if (field.map_type == MapType::Atomic && field.value.kind != Kind::Object) extra.set("x-kubernetes-map-type", "atomic");
    if (!field.patch_merge_key.empty()) extra.set("x-kubernetes-patch-merge-key", field.patch_merge_key);
    if (field.patch_strategy) extra.set("x-kubernetes-patch-strategy", strategy_text(field.patch_strategy));
    bool bare = extra.size() == 0 && type.name() == "apiextensions.v1.JSONSchemaProps" && field.name != "default";   // the few fields of which Kubernetes says nothing
    if (ref && version == OpenApiVersion::V3 && !bare) schema = Value::object({{"allOf", Value::array({std::move(schema)})}});
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

// Group versions whose schemes know DeleteOptions and WatchEvent, also those that are not served.
constexpr std::string_view kOptionVersions =
    "v1 admission.k8s.io/v1 admission.k8s.io/v1beta1 admissionregistration.k8s.io/v1 admissionregistration.k8s.io/v1alpha1 "
    "admissionregistration.k8s.io/v1beta1 apiextensions.k8s.io/v1 apiextensions.k8s.io/v1beta1 apiregistration.k8s.io/v1 "
    "apiregistration.k8s.io/v1beta1 apps/v1 apps/v1beta1 apps/v1beta2 authentication.k8s.io/v1 authentication.k8s.io/v1alpha1 "
    "authentication.k8s.io/v1beta1 authorization.k8s.io/v1 authorization.k8s.io/v1beta1 autoscaling/v1 autoscaling/v2 autoscaling/v2beta1 "
    "autoscaling/v2beta2 batch/v1 batch/v1beta1 certificates.k8s.io/v1 certificates.k8s.io/v1alpha1 certificates.k8s.io/v1beta1 "
    "coordination.k8s.io/v1 coordination.k8s.io/v1alpha2 coordination.k8s.io/v1beta1 discovery.k8s.io/v1 discovery.k8s.io/v1beta1 "
    "events.k8s.io/v1 events.k8s.io/v1beta1 extensions/v1beta1 flowcontrol.apiserver.k8s.io/v1 flowcontrol.apiserver.k8s.io/v1beta1 "
    "flowcontrol.apiserver.k8s.io/v1beta2 flowcontrol.apiserver.k8s.io/v1beta3 imagepolicy.k8s.io/v1alpha1 "
    "internal.apiserver.k8s.io/v1alpha1 networking.k8s.io/v1 networking.k8s.io/v1beta1 node.k8s.io/v1 node.k8s.io/v1alpha1 "
    "node.k8s.io/v1beta1 policy/v1 policy/v1beta1 rbac.authorization.k8s.io/v1 rbac.authorization.k8s.io/v1alpha1 "
    "rbac.authorization.k8s.io/v1beta1 resource.k8s.io/v1 resource.k8s.io/v1alpha3 resource.k8s.io/v1beta1 resource.k8s.io/v1beta2 "
    "scheduling.k8s.io/v1 scheduling.k8s.io/v1alpha1 scheduling.k8s.io/v1beta1 storage.k8s.io/v1 storage.k8s.io/v1alpha1 "
    "storage.k8s.io/v1beta1 storagemigration.k8s.io/v1alpha1";

// x-kubernetes-unions of the few types that have them.
std::string_view unions_of(std::string_view type) {
    if (type == "core.v1.AppArmorProfile" || type == "core.v1.SeccompProfile")
        return R"([{"discriminator":"type","fields-to-discriminateBy":{"localhostProfile":"LocalhostProfile"}}])";
    if (type == "flowcontrol.v1.LimitResponse") return R"([{"discriminator":"type","fields-to-discriminateBy":{"queuing":"Queuing"}}])";
    if (type == "flowcontrol.v1.PriorityLevelConfigurationSpec")
        return R"([{"discriminator":"type","fields-to-discriminateBy":{"exempt":"Exempt","limited":"Limited"}}])";
    if (type == "flowcontrol.v1.Subject")
        return R"([{"discriminator":"kind","fields-to-discriminateBy":{"group":"Group","serviceAccount":"ServiceAccount","user":"User"}}])";
    return {};
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

TypeFacts type_facts(const KindRegistry& kinds) {
    TypeFacts facts;
    auto add = [&](const TypeSchema* type, Gvk gvk) {
        if (type) facts.kinds[type].push_back(std::move(gvk));
    };
    for (const auto* kind : kinds.all()) {
        add(kind->schema, kind->gvk);
        add(list_schema(kinds, *kind), {kind->gvk.group, kind->gvk.version, kind->list_kind});
    }
    const SchemaRegistry& schemas = kinds.schemas();
    add(schemas.find("autoscaling.v1.Scale"), {"autoscaling", "v1", "Scale"});
    add(schemas.find("policy.v1.Eviction"), {"policy", "v1", "Eviction"});
    add(schemas.find("authentication.v1.TokenRequest"), {"authentication.k8s.io", "v1", "TokenRequest"});
    for (const char* name : {"Status", "APIGroup", "APIGroupList", "APIResourceList", "APIVersions"}) add(schemas.find(std::string("meta.v1.") + name), {"", "v1", name});
    for (std::string_view version : split_views(kOptionVersions, ' ')) {
        size_t slash = version.find('/');
        std::string group(slash == version.npos ? std::string_view() : version.substr(0, slash)), short_version(version.substr(slash == version.npos ? 0 : slash + 1));
        for (const char* name : {"DeleteOptions", "WatchEvent"}) add(schemas.find(std::string("meta.v1.") + name), {group, short_version, name});
    }
    // Atomic, but only ever items of lists, where it makes no difference to an apply.
    for (const char* name : {"admissionregistration.v1.NamedRuleWithOperations", "admissionregistration.v1.Variable", "admissionregistration.v1beta1.NamedRuleWithOperations",
                             "admissionregistration.v1beta1.Variable", "admissionregistration.v1alpha1.NamedRuleWithOperations", "core.v1.EndpointAddress", "core.v1.EndpointPort",
                             "core.v1.TopologySelectorTerm", "discovery.v1.EndpointPort", "rbac.v1.Subject", "meta.v1.OwnerReference"})
        if (const TypeSchema* type = schemas.find(name)) facts.atomic.insert(type);
    for (const TypeSchema* type : schemas.all())
        for (const auto& field : type->fields())
            for (const ValueSchema* value = &field.value; value; value = value->element.get())
                if (value->object && value->atomic) facts.atomic.insert(value->object);
    return facts;
}

std::map<std::string_view, const TypeSchema*> reachable(const std::vector<const TypeSchema*>& roots) {
    std::map<std::string_view, const TypeSchema*> seen;
    for (const auto* root : roots)
        if (root) visit(root, seen);
    return seen;
}

Value definition_of(const TypeSchema& type, OpenApiVersion version, const TypeFacts& facts) {
    Value schema = Value::object();
    if (!type.doc().empty()) schema.set("description", type.doc());
    schema.set("type", "object");
    Value required = Value::array(), properties = Value::object();
    properties.mut_members().reserve(type.fields().size());
    for (const auto& field : type.fields()) {
        if (field.required) required.push_back(field.name);
        properties.mut_members().push_back({field.name, property_of(type, field, version)});
    }
    if (required.size() > 0) schema.set("required", std::move(required));
    if (properties.size() > 0) schema.set("properties", std::move(properties));
    if (type.preserve_unknown()) schema.set("x-kubernetes-preserve-unknown-fields", true);
    if (facts.atomic.count(&type)) schema.set("x-kubernetes-map-type", "atomic");
    if (std::string_view unions = unions_of(type.name()); !unions.empty()) schema.set("x-kubernetes-unions", json::parse(unions).value());
    if (auto it = facts.kinds.find(&type); it != facts.kinds.end()) {
        Value list = Value::array();
        for (const auto& gvk : it->second) list.push_back(Value::object({{"group", gvk.group}, {"kind", gvk.kind}, {"version", gvk.version}}));
        schema.set("x-kubernetes-group-version-kind", std::move(list));
    }
    return schema;
}

std::vector<std::string> json_definitions() {
    std::string json(kJson);
    return {json, json + "SchemaPropsOrArray", json + "SchemaPropsOrBool", json + "SchemaPropsOrStringArray"};
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
            {std::string(kFieldsV1), typed("object")},
            {"io.k8s.apimachinery.pkg.apis.meta.v1.Patch", typed("object")}};
}

}  // namespace skiff::api
