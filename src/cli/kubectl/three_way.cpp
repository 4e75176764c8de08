#include "cli/kubectl/three_way.h"

#include <algorithm>

namespace skiff::cli::kubectl {

namespace {

bool has(const json::Value& list, const json::Value& item) {
    return std::find(list.items().begin(), list.items().end(), item) != list.items().end();
}

const json::Value* by_key(const json::Value& list, const std::string& key, const json::Value& value) {
    for (const auto& item : list.items())
        if (item[key] == value) return &item;
    return nullptr;
}

// What the schema says below one member; all empty when it is unknown.
struct Below {
    const api::TypeSchema* object = nullptr;      // of an object, a map's values or a list's items
    bool is_map = false, merges = false, retains = false;
    std::string merge_key;
};

Below below(const api::TypeSchema* schema, const std::string& key) {
    Below found;
    const auto* field = schema ? schema->find(key) : nullptr;
    if (!field) return found;
    using Kind = api::ValueSchema::Kind;
    found.is_map = field->value.kind == Kind::Map;
    if (field->value.kind == Kind::Object) found.object = field->value.object;
    else if (field->value.element && field->value.element->kind == Kind::Object) found.object = field->value.element->object;
    found.merges = field->patch_strategy & static_cast<uint8_t>(api::PatchStrategy::Merge);
    found.retains = field->patch_strategy & static_cast<uint8_t>(api::PatchStrategy::RetainKeys);
    found.merge_key = field->patch_merge_key;
    return found;
}

json::Value object_patch(const api::TypeSchema* schema, bool is_map, const json::Value& before, const json::Value& current, const json::Value& wanted);

json::Value keys_of(const json::Value& object) {
    auto keys = json::Value::array();
    for (const auto& member : object.members()) keys.push_back(member.key);
    return keys;
}

// Items with a merge key: changed ones by their key, dropped ones with $patch: delete.
json::Value keyed_list_patch(const Below& how, const json::Value& before, const json::Value& current, const json::Value& wanted) {
    auto patch = json::Value::array();
    const auto& key = how.merge_key;
    for (const auto& item : wanted.items()) {
        const auto* live = by_key(current, key, item[key]);
        if (!live) {
            patch.push_back(item);
            continue;
        }
        const auto* old = by_key(before, key, item[key]);
        auto change = object_patch(how.object, false, old ? *old : json::Value(), *live, item);
        if (change.size() == 0) continue;
        if (how.retains) change.set("$retainKeys", keys_of(item));
        change.set(key, item[key]);
        patch.push_back(std::move(change));
    }
    for (const auto& item : before.items())
        if (!by_key(wanted, key, item[key]) && by_key(current, key, item[key])) patch.push_back(json::Value::object({{key, item[key]}, {"$patch", "delete"}}));
    return patch;
}

void add_list_patch(json::Value& patch, const std::string& name, const Below& how, const json::Value& before, const json::Value& current, const json::Value& wanted) {
    auto order = json::Value::array();
    if (how.merge_key.empty()) {
        // A set of scalars.
        auto added = json::Value::array(), gone = json::Value::array();
        for (const auto& item : wanted.items())
            if (!has(current, item)) added.push_back(item);
        for (const auto& item : before.items())
            if (!has(wanted, item) && has(current, item)) gone.push_back(item);
        if (added.size() == 0 && gone.size() == 0) return;
        patch.set("$setElementOrder/" + name, wanted);
        if (added.size()) patch.set(name, std::move(added));
        if (gone.size()) patch.set("$deleteFromPrimitiveList/" + name, std::move(gone));
        return;
    }
    auto changes = keyed_list_patch(how, before, current, wanted);
    std::vector<size_t> places;
    for (const auto& item : wanted.items()) {
        order.push_back(json::Value::object({{how.merge_key, item[how.merge_key]}}));
        for (size_t i = 0; i < current.size(); ++i)
            if (current[i][how.merge_key] == item[how.merge_key]) places.push_back(i);
    }
    if (changes.size() == 0 && std::is_sorted(places.begin(), places.end())) return;
    patch.set("$setElementOrder/" + name, std::move(order));
    if (changes.size()) patch.set(name, std::move(changes));
}

json::Value object_patch(const api::TypeSchema* schema, bool is_map, const json::Value& before, const json::Value& current, const json::Value& wanted) {
    auto patch = json::Value::object();
    for (const auto& member : wanted.members()) {
        const auto* live = current.find(member.key);
        if (member.value.is_null()) {
            if (live) patch.set(member.key, nullptr);
            continue;
        }
        if (!live) {
            patch.set(member.key, member.value);
            continue;
        }
        const auto how = is_map ? Below{schema, false, false, false, {}} : below(schema, member.key);
        if (member.value.is_object() && live->is_object()) {
            auto change = object_patch(how.object, how.is_map, before[member.key], *live, member.value);
            if (change.size() == 0) continue;
            if (how.retains) change.set("$retainKeys", keys_of(member.value));
            patch.set(member.key, std::move(change));
        } else if (member.value.is_array() && live->is_array() && how.merges) {
            add_list_patch(patch, member.key, how, before[member.key], *live, member.value);
        } else if (!(member.value == *live)) {
            patch.set(member.key, member.value);
        }
    }
    for (const auto& member : before.members())
        if (!wanted.has(member.key) && current.has(member.key)) patch.set(member.key, nullptr);
    return patch;
}

}  // namespace

json::Value three_way_patch(const api::TypeSchema* schema, const json::Value& before, const json::Value& current, const json::Value& wanted) {
    return object_patch(schema, false, before, current, wanted);
}

}  // namespace skiff::cli::kubectl
