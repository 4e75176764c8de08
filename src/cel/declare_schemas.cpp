// Declarations from OpenAPI schemas and from the field tables of built-in kinds.
#include <algorithm>

#include "cel/declaration.h"

namespace skiff::cel {
namespace {

using Form = Declaration::Form;
constexpr int kDepthMax = 64;

struct OpenApi {
    DeclPtr declare(const json::Value& schema, bool root, const std::string& name, int depth) {
        if (depth > kDepthMax || !schema.is_object()) return nullptr;
        auto decl = build(schema, root || schema["x-kubernetes-embedded-resource"].as_bool(), name, depth);
        if (!decl || !schema["nullable"].as_bool()) return decl;
        auto copy = std::make_shared<Declaration>(*decl);
        copy->nullable = true;
        return copy;
    }

    // Data that expressions cannot reach is still compared when what holds it is.
    DeclPtr declare_any(const json::Value& schema, const std::string& name, int depth) {
        if (auto decl = declare(schema, false, name, depth)) return decl;
        return Declaration::simple(Form::Preserved);
    }

    DeclPtr build(const json::Value& schema, bool root, const std::string& name, int depth) {
        if (schema["x-kubernetes-int-or-string"].as_bool()) return sized(Form::IntOrString, schema, 4);
        const auto& type = schema["type"].as_string();
        if (type == "array") return array(schema, name, depth);
        if (type == "object" || root) return object(schema, root, name, depth);
        if (type == "string") return string(schema);
        if (type == "boolean") return Declaration::simple(Form::Bool);
        if (type == "number") return Declaration::simple(Form::Double);
        if (type == "integer") return Declaration::simple(Form::Int);
        return nullptr;
    }

    static DeclPtr sized(Form form, const json::Value& schema, int64_t bytes_per_character) {
        auto decl = std::make_shared<Declaration>(*Declaration::simple(form));
        if (const auto* most = schema.find("maxLength")) decl->max_elements = std::max<int64_t>(most->as_int(), 0) * bytes_per_character;
        return decl;
    }

    static DeclPtr string(const json::Value& schema) {
        const auto& format = schema["format"].as_string();
        if (format == "byte") return sized(Form::Bytes, schema, 1);
        if (format == "duration") return Declaration::simple(Form::Duration);
        if (format == "date") return Declaration::simple(Form::Date);
        if (format == "date-time") return Declaration::simple(Form::DateTime);
        auto decl = sized(Form::String, schema, 4);
        if (schema.has("maxLength") || schema["enum"].size() == 0) return decl;
        auto bounded = std::make_shared<Declaration>(*decl);
        bounded->max_elements = 0;
        for (const auto& value : schema["enum"].items())
            bounded->max_elements = std::max<int64_t>(bounded->max_elements, static_cast<int64_t>(value.as_string().size()));
        return bounded;
    }

    DeclPtr array(const json::Value& schema, const std::string& name, int depth) {
        auto element = declare(schema["items"], false, name + ".@idx", depth + 1);
        if (!element) return nullptr;
        const auto* most = schema.find("maxItems");
        auto decl = std::make_shared<Declaration>(*Declaration::list(element, most ? std::max<int64_t>(most->as_int(), 0) : -1));
        const auto& list_type = schema["x-kubernetes-list-type"].as_string();
        if (list_type == "set") decl->list_type = api::ListType::Set;
        if (list_type == "map") decl->list_type = api::ListType::Map;
        for (const auto& key : schema["x-kubernetes-list-map-keys"].items()) decl->list_keys.push_back(key.as_string());
        return decl;
    }

    DeclPtr object(const json::Value& schema, bool root, const std::string& name, int depth) {
        const auto& additional = schema["additionalProperties"];
        if (additional.is_object() && !root) {
            auto element = declare(additional, false, name + ".@elem", depth + 1);
            if (!element) return nullptr;
            const auto* most = schema.find("maxProperties");
            return Declaration::map(element, most ? std::max<int64_t>(most->as_int(), 0) : -1);
        }
        std::vector<Declaration::Field> fields;
        for (const auto& [property, child] : schema["properties"].members()) {
            if (root && (property == "kind" || property == "apiVersion" || property == "metadata")) continue;
            auto field = Declaration::field(property, declare_any(child, name + "." + escape_identifier(property), depth + 1));
            if (!field.decl->type) field.identifier.clear();
            const auto& required = schema["required"].items();
            field.required = !child.has("default") && std::any_of(required.begin(), required.end(), [&](const json::Value& n) { return n.as_string() == property; });
            fields.push_back(std::move(field));
        }
        if (root) {
            auto text = Declaration::simple(Form::String);
            fields.push_back(Declaration::field("apiVersion", text));
            fields.push_back(Declaration::field("kind", text));
            fields.push_back(Declaration::field("metadata", Declaration::object(name + ".metadata", {Declaration::field("name", text), Declaration::field("generateName", text)})));
        }
        return Declaration::object(name, std::move(fields));
    }
};

struct Builtin {
    std::vector<const api::TypeSchema*> open;   // types that are being declared; a type inside itself becomes dyn

    DeclPtr type(const api::TypeSchema& schema, const std::string& name) {
        if (std::find(open.begin(), open.end(), &schema) != open.end() || open.size() > kDepthMax) return Declaration::dyn();
        open.push_back(&schema);
        std::vector<Declaration::Field> fields;
        for (const auto& field : schema.fields()) fields.push_back(Declaration::field(field.name, value(field.value, name + "." + field.name), field.required));
        open.pop_back();
        return Declaration::object(name, std::move(fields));
    }

    DeclPtr value(const api::ValueSchema& schema, const std::string& name) {
        using Kind = api::ValueSchema::Kind;
        switch (schema.kind) {
            case Kind::String: return Declaration::simple(Form::String);
            case Kind::Duration: return Declaration::simple(Form::String);
            case Kind::Bool: return Declaration::simple(Form::Bool);
            case Kind::Int32:
            case Kind::Int64: return Declaration::simple(Form::Int);
            case Kind::Double: return Declaration::simple(Form::Double);
            case Kind::Quantity:
            case Kind::IntOrString: return Declaration::simple(Form::IntOrString);
            case Kind::Time:
            case Kind::MicroTime: return Declaration::simple(Form::DateTime);
            case Kind::Bytes: return Declaration::simple(Form::Bytes);
            case Kind::Object: return schema.object ? type(*schema.object, name) : Declaration::dyn();
            case Kind::List: return schema.element ? Declaration::list(value(*schema.element, name + ".@idx")) : Declaration::dyn();
            case Kind::Map: return schema.element ? Declaration::map(value(*schema.element, name + ".@elem")) : Declaration::dyn();
            case Kind::Any: break;
        }
        return Declaration::dyn();
    }
};

}  // namespace

DeclPtr declare_openapi(const json::Value& schema, SchemaRoot root, std::string_view name) {
    return OpenApi{}.declare(schema, root == SchemaRoot::Resource, std::string(name), 0);
}

DeclPtr declare_type(const api::TypeSchema& type, std::string_view name) { return Builtin{}.type(type, std::string(name)); }

}  // namespace skiff::cel
