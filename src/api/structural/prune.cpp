#include "api/structural/prune.h"

#include <algorithm>

#include "json/member_index.h"

namespace skiff::api::structural {
namespace {

using json::Value;
constexpr size_t kUnknownMax = 100;

bool is_type_or_meta(const std::string& key) { return key == "apiVersion" || key == "kind" || key == "metadata"; }

class Pruner {
public:
    explicit Pruner(std::vector<std::string>* unknown) : unknown_(unknown) {}

    // schema null: nothing is known here, every member goes.
    void value(Value& value, const Schema* schema, bool embedded) {
        if (value.is_object()) members(value, schema, embedded);
        else if (value.is_array()) items(value, schema);
    }

private:
    void members(Value& value, const Schema* schema, bool embedded) {
        bool keep_all = schema && schema->preserve_unknown;
        json::Object& members = value.mut_members();
        auto gone = std::remove_if(members.begin(), members.end(), [&](json::Member& member) {
            if (schema && embedded && is_type_or_meta(member.key)) return false;
            size_t length = path_.size();
            if (!path_.empty()) path_ += '.';
            path_ += member.key;
            const Schema* below = schema ? schema->property(member.key) : nullptr;
            bool kept = true;
            if (below) this->value(member.value, below, below->embedded_resource);
            else if (schema && schema->additional_allowed) this->value(member.value, schema->additional.get(), schema->additional && schema->additional->embedded_resource);
            else kept = keep_all;
            if (!kept && !(is_type_or_meta(member.key) && length == 0)) report();
            path_.resize(length);
            return !kept;
        });
        members.erase(gone, members.end());
    }

    void items(Value& value, const Schema* schema) {
        bool keep_all = schema && schema->preserve_unknown;
        const Schema* below = schema ? schema->items.get() : nullptr;
        if (keep_all && !below) return;
        json::Array& items = value.mut_items();
        for (size_t i = 0; i < items.size(); ++i) {
            size_t length = path_.size();
            path_ += fmt::format("[{}]", i);
            this->value(items[i], below, below && below->embedded_resource);
            path_.resize(length);
        }
    }

    void report() {
        if (unknown_ && unknown_->size() < kUnknownMax) unknown_->push_back(path_);
    }

    std::vector<std::string>* unknown_;
    std::string path_;
};

// How much defaults add, up to a limit.
class Growth {
public:
    bool fits() const { return left_ >= 0; }

    void visit(const Value& value, const Schema& schema) {
        if (value.is_array() && schema.items)
            for (const Value& item : value.items()) one(&item, *schema.items);
        if (!value.is_object()) return;
        json::MemberIndex members(value);
        for (uint32_t i : schema.defaulted)
            if (fits() && !members.has(schema.properties[i].name)) one(nullptr, schema.properties[i].schema);
        if (schema.properties.empty() && !schema.additional) return;
        for (const json::Member& member : value.members()) {
            const Schema* below = schema.property(member.key);
            if (!below) below = schema.additional.get();
            if (below && fits()) one(&member.value, *below);
        }
    }

private:
    // value: null when absent.
    void one(const Value* value, const Schema& schema) {
        if (!fits()) return;
        if (!value || (value->is_null() && !schema.nullable)) {
            if (!schema.default_value) return;
            add(*schema.default_value);
            value = &*schema.default_value;
        }
        visit(*value, schema);
    }
    void add(const Value& value) {
        left_ -= static_cast<int64_t>(kDefaultBytes + (value.is_string() ? value.as_string().size() : 0));
        for (const Value& item : value.items())
            if (fits()) add(item);
        for (const json::Member& member : value.members())
            if (fits()) add(member.value);
    }
    int64_t left_ = kDefaultsBytesMax;
};

}  // namespace

bool defaults_fit(const Value& value, const Schema& schema) {
    Growth growth;
    growth.visit(value, schema);
    return growth.fits();
}

void prune(Value& value, const Schema& schema, Root root, std::vector<std::string>* unknown) {
    Pruner(unknown).value(value, &schema, root == Root::Yes || schema.embedded_resource);
    if (unknown) std::sort(unknown->begin(), unknown->end());
}

void drop_nulls(Value& value, const Schema& schema) {
    if (value.is_array() && schema.items)
        for (Value& item : value.mut_items()) drop_nulls(item, *schema.items);
    if (!value.is_object()) return;
    json::Object& members = value.mut_members();
    std::erase_if(members, [&](const json::Member& member) {
        const Schema* below = schema.property(member.key);
        if (!below) below = schema.additional.get();
        return below && member.value.is_null() && !below->nullable && !below->default_value;
    });
    for (json::Member& member : members) {
        const Schema* below = schema.property(member.key);
        if (!below) below = schema.additional.get();
        if (below) drop_nulls(member.value, *below);
    }
}

void set_defaults(Value& value, const Schema& schema) {
    if (value.is_array() && schema.items) {
        for (Value& item : value.mut_items()) {
            if (item.is_null() && !schema.items->nullable && schema.items->default_value) item = *schema.items->default_value;
            set_defaults(item, *schema.items);
        }
        return;
    }
    if (!value.is_object()) return;
    std::vector<const Property*> absent;
    json::MemberIndex members(value);
    for (uint32_t i : schema.defaulted) {
        const Property& property = schema.properties[i];
        const Value* present = members.find(property.name);
        if (!present) absent.push_back(&property);
        else if (present->is_null() && !property.schema.nullable) *const_cast<Value*>(present) = *property.schema.default_value;
    }
    for (const Property* property : absent) value.mut_members().push_back({property->name, *property->schema.default_value});
    for (json::Member& member : value.mut_members()) {
        const Schema* below = schema.property(member.key);
        if (!below && schema.additional) {
            below = schema.additional.get();
            if (member.value.is_null() && !below->nullable && below->default_value) member.value = *below->default_value;
        }
        if (below) set_defaults(member.value, *below);
    }
}

}  // namespace skiff::api::structural
