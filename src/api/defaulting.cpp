#include "api/defaulting.h"

#include "api/scalar_form.h"

namespace skiff::api {

namespace {

using Kind = ValueSchema::Kind;

void visit(const ValueSchema& schema, json::Value& tree) {
    if (schema.kind == Kind::Object && tree.is_object()) return set_table_defaults(*schema.object, tree);
    if (schema.kind == Kind::List && tree.is_array() && (schema.element->object || schema.element->element))
        for (auto& item : tree.mut_items()) visit(*schema.element, item);
    if (schema.kind == Kind::Map && tree.is_object() && (schema.element->object || schema.element->element))
        for (auto& member : tree.mut_members()) visit(*schema.element, member.value);
}

}  // namespace

void set_table_defaults(const TypeSchema& schema, json::Value& tree) {
    auto& members = tree.mut_members();
    const auto& fields = schema.fields();
    size_t at = 0;   // a normalised object has its members in the order of the fields, so both are walked together
    for (const auto& field : fields) {
        while (at < members.size() && members[at].key != field.name && !schema.find(members[at].key)) ++at;
        bool present = at < members.size() && members[at].key == field.name;
        // What Go leaves out when it is zero needs no default either.
        bool has_default = field.default_value && (field.pointer || !is_zero(field.value.kind, *field.default_value));
        if (!present && !has_default) continue;
        if (!present) {
            if (json::Value* found = tree.find(field.name)) {
                if (found->is_null() && has_default) *found = *field.default_value;
                continue;
            }
            members.insert(members.begin() + static_cast<std::ptrdiff_t>(at), {field.name, *field.default_value});
        } else if (members[at].value.is_null() && has_default) {
            members[at].value = *field.default_value;
        }
        visit(field.value, members[at].value);
        ++at;
    }
}

void set_defaults(const KindInfo& kind, json::Value& object) {
    if (kind.schema && !kind.custom) set_table_defaults(*kind.schema, object);
    if (kind.hooks.set_defaults) kind.hooks.set_defaults(object);
}

}  // namespace skiff::api
