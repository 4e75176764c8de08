#include "api/structural/type_table.h"

#include <algorithm>

namespace skiff::api::structural {
namespace {

using Kind = ValueSchema::Kind;

class Builder {
public:
    Builder(TypeTable& table, const TypeSchema* object_meta) : table_(table), object_meta_(object_meta) {}

    ValueSchema value(const Schema& schema, const std::string& name) {
        ValueSchema out;
        if (schema.int_or_string) {
            out.kind = Kind::IntOrString;
            return out;
        }
        switch (schema.type) {
            case Type::String: out.kind = Kind::String; return out;
            case Type::Boolean: out.kind = Kind::Bool; return out;
            case Type::Integer: out.kind = Kind::Int64; return out;
            case Type::Number: out.kind = Kind::Double; return out;
            case Type::Array: return list(schema, name);
            case Type::Object: return object(schema, name);
            case Type::None: break;
        }
        if (!schema.properties.empty() || schema.additional) return object(schema, name);
        out.deduced = schema.preserve_unknown;
        out.atomic = !schema.preserve_unknown;
        return out;
    }

    const TypeSchema* type(const Schema& schema, const std::string& name, bool with_meta) {
        std::vector<Field> fields;
        if (with_meta) {
            fields.push_back(scalar("kind"));
            fields.push_back(scalar("apiVersion"));
            Field metadata;
            metadata.name = "metadata";
            metadata.value.kind = Kind::Object;
            metadata.value.object = object_meta_;
            fields.push_back(std::move(metadata));
        }
        for (const Property& property : schema.properties) {
            if (with_meta && (property.name == "kind" || property.name == "apiVersion" || property.name == "metadata")) continue;
            Field field;
            field.name = property.name;
            field.value = value(property.schema, name + "." + property.name);
            field.list_type = property.schema.list_type;
            field.list_map_keys = property.schema.list_map_keys;
            field.default_value = property.schema.default_value;
            fields.push_back(std::move(field));
        }
        table_.types.push_back(TypeSchema::make(name, std::move(fields), schema.preserve_unknown));
        return table_.types.back().get();
    }

private:
    static Field scalar(const char* name) {
        Field field;
        field.name = name;
        field.value.kind = Kind::String;
        return field;
    }

    ValueSchema list(const Schema& schema, const std::string& name) {
        ValueSchema out;
        out.kind = Kind::List;
        out.list_type = schema.list_type;
        out.atomic = schema.list_type == ListType::Atomic;
        table_.keys.push_back(std::make_unique<std::vector<std::string>>(schema.list_map_keys));
        out.list_map_keys = table_.keys.back().get();
        if (schema.items) {
            out.element = std::make_shared<ValueSchema>(value(*schema.items, name));
        } else {
            out.element = std::make_shared<ValueSchema>();
            out.element->atomic = true;
        }
        return out;
    }

    ValueSchema object(const Schema& schema, const std::string& name) {
        ValueSchema out;
        out.atomic = schema.map_atomic;
        if (schema.properties.empty() && !schema.embedded_resource && schema.additional) {
            out.kind = Kind::Map;
            out.element = std::make_shared<ValueSchema>(value(*schema.additional, name));
            return out;
        }
        if (schema.properties.empty() && !schema.embedded_resource && schema.preserve_unknown && !schema.map_atomic) {
            out.deduced = true;
            return out;
        }
        out.kind = Kind::Object;
        out.object = type(schema, name, schema.embedded_resource);
        return out;
    }

    TypeTable& table_;
    const TypeSchema* object_meta_;
};

}  // namespace

TypeTable TypeTable::make(const std::string& name, const std::string& list_name, const Schema* schema, const TypeSchema* object_meta) {
    TypeTable table;
    Schema free;
    free.preserve_unknown = true;
    table.root = Builder(table, object_meta).type(schema ? *schema : free, name, true);
    table.types.push_back(TypeSchema::make(list_name, {}, true));
    table.list = table.types.back().get();
    return table;
}

}  // namespace skiff::api::structural
