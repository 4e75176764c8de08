#include "api/typed_shape.h"

#include <fmt/core.h>

#include "api/typed_value.h"

namespace skiff::api {

namespace {

using Kind = ValueSchema::Kind;

ValueSchema make_untyped_atomic() {
    ValueSchema schema;
    schema.atomic = true;
    return schema;
}

const ValueSchema& untyped_atomic() {
    static const ValueSchema schema = make_untyped_atomic();
    return schema;
}

const ValueSchema& deduced_value() {
    static const ValueSchema schema = [] {
        ValueSchema deduced;
        deduced.deduced = true;
        return deduced;
    }();
    return schema;
}

void find_atomic(const ValueSchema& schema, const json::Value& tree, const std::string& path, std::vector<std::string>& out) {
    Shape shape = shape_of(schema, &tree);
    if (shape == Shape::Map ? !tree.is_object() : shape != Shape::List || !tree.is_array()) return;
    if (schema.atomic) out.push_back(path);
    bool declared;
    for (const auto& [key, item] : tree.members()) {
        const ValueSchema& below = member_schema(schema, key, declared);
        if (declared) find_atomic(below, item, path + "." + key, out);
    }
    for (size_t i = 0; i < tree.items().size(); ++i) find_atomic(element_schema(schema), tree[i], fmt::format("{}[{}]", path, i), out);
}

}  // namespace

std::vector<std::string> atomic_paths(const ValueSchema& schema, const json::Value& tree) {
    std::vector<std::string> out;
    find_atomic(schema, tree, "", out);
    return out;
}

Shape shape_of(const ValueSchema& schema, const json::Value* value) {
    switch (schema.kind) {
        case Kind::Object:
        case Kind::Map: return Shape::Map;
        case Kind::List: return Shape::List;
        case Kind::Any: break;
        default: return Shape::Scalar;
    }
    if (value && value->is_object()) return Shape::Map;
    return value && value->is_array() ? Shape::List : Shape::Scalar;
}

bool is_atomic(const ValueSchema& schema) { return schema.atomic; }

const ValueSchema& member_schema(const ValueSchema& schema, std::string_view key, bool& declared) {
    declared = false;
    if (schema.deduced) return deduced_value();
    if (schema.kind == Kind::Map) return *schema.element;
    if (schema.kind == Kind::Object) {
        if (const Field* field = schema.object->find(key)) {
            declared = true;
            return field->value;
        }
        if (schema.object->preserve_unknown()) return deduced_value();
    }
    return untyped_atomic();
}

const ValueSchema& element_schema(const ValueSchema& schema) { return schema.element ? *schema.element : untyped_atomic(); }

const json::Value& or_null(const json::Value* value) {
    static const json::Value kNull;
    return value ? *value : kNull;
}

}  // namespace skiff::api
