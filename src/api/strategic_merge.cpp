#include "api/strategic_merge.h"

#include <algorithm>
#include <string>

#include "api/go_text.h"
#include "api/strategic_lists.h"
#include "base/text_map.h"
#include "json/merge_patch.h"
#include "json/write.h"

namespace skiff::api {

namespace {

using Kind = ValueSchema::Kind;

constexpr size_t kOrdersMax = 1000;   // $setElementOrder of one object; no type has as many lists
constexpr std::string_view kDirective = "$patch", kRetainKeys = "$retainKeys";
constexpr std::string_view kDeletePrefix = "$deleteFromPrimitiveList", kOrderPrefix = "$setElementOrder";
constexpr int kDepthMax = 200;
constexpr size_t kScanMax = 32;   // elements and members that are searched one by one

Status bad_list_format() { return error(Reason::BadRequest, "invalid patch format of primitive list"); }
Status bad_retain_format() { return error(Reason::BadRequest, "invalid patch format of retainKeys"); }

// Errors that Kubernetes answers as plain 500.
template <typename... Args>
Status plain(fmt::format_string<Args...> format, Args&&... args) {
    return error(Reason::Unknown, format, std::forward<Args>(args)...);
}

// Takes nulls and what is to be deleted or replaced out of a value that is new. False when the value is such a directive itself. Directives
// about lists stay, as fields that nobody knows.
bool remove_directives(json::Value& value) {
    if (value.is_object()) {
        if (value.has(kDirective)) return false;
        auto& members = value.mut_members();
        std::erase_if(members, [](json::Member& member) {
            return member.value.is_null() || !remove_directives(member.value);
        });
    } else if (value.is_array()) {
        auto& items = value.mut_items();
        std::erase_if(items, [](json::Value& item) { return !remove_directives(item); });
    }
    return true;
}

// What the schema says of the member of an object or map.
struct Part {
    const ValueSchema* schema = nullptr;   // null: nothing is known, as inside raw JSON
    uint8_t strategy = 0;
    std::string_view merge_key;
    bool merges() const { return strategy & static_cast<uint8_t>(PatchStrategy::Merge); }
    bool replaces() const { return strategy & static_cast<uint8_t>(PatchStrategy::Replace); }
};

Part part_of(const ValueSchema* schema, std::string_view key) {
    if (!schema) return {};
    if (schema->kind == Kind::Map) return {schema->element.get(), 0, {}};
    if (schema->kind != Kind::Object) return {};
    const Field* field = schema->object->find(key);
    if (!field) return {};
    return {&field->value, field->patch_strategy, field->patch_merge_key};
}

class Merger {
public:
    // patch is used up.
    Status map(json::Value& original, json::Value& patch, const ValueSchema* schema, int depth) {
        if (depth > kDepthMax) return error(Reason::BadRequest, "patch is nested too deeply");
        if (const json::Value* directive = patch.find(kDirective)) return directive_in_map(original, patch, *directive);
        TRY(retain_keys(original, patch));
        TRY(ordered_lists(original, patch, schema, depth));
        if (schema && schema->kind == Kind::Map && patch.size() > kScanMax && is_plain(patch)) {
            // Labels, annotations, data: the merge patch knows how to do many.
            json::merge_patch(original, patch);
            return {};
        }
        for (auto& member : patch.mut_members()) TRY(merge_member(original, member, schema, depth));
        return {};
    }

private:
    // A map of scalars without directives.
    static bool is_plain(const json::Value& patch) {
        const json::Object& members = patch.members();
        return std::none_of(members.begin(), members.end(), [](const json::Member& m) { return m.value.is_object() || m.value.is_array() || m.key.starts_with('$'); });
    }

    static Status directive_in_map(json::Value& original, json::Value& patch, const json::Value& found) {
        const json::Value directive = found;
        if (directive.as_string() == "replace") {
            patch.erase(kDirective);
            original = std::move(patch);
            return {};
        }
        if (directive.as_string() == "delete") {
            original = json::Value::object();
            return {};
        }
        return plain("unknown patch type: {} in map: {}", go_text_verb(directive), go_print(patch));
    }

    static Status retain_keys(json::Value& original, json::Value& patch) {
        const json::Value* found = patch.find(kRetainKeys);
        if (!found) return {};
        json::Value keys = *found;
        patch.erase(kRetainKeys);
        if (!keys.is_array()) return bad_retain_format();
        TextViewSet names;
        for (const json::Value& item : keys.items()) names.insert(item.as_string());
        auto kept = [&](const std::string& key) { return names.count(key) != 0; };
        for (const auto& [key, value] : patch.members()) {
            if (value.is_null() || key.starts_with(kDeletePrefix) || key.starts_with(kOrderPrefix)) continue;
            if (!kept(key)) return bad_retain_format();
        }
        std::erase_if(original.mut_members(), [&](const json::Member& member) { return !kept(member.key); });
        return {};
    }

    static std::string_view go_type_name(const json::Value& value) {
        if (value.is_object()) return "map[string]interface {}";
        return value.is_string() ? "string" : value.is_bool() ? "bool" : "float64";
    }

    // $setElementOrder/<list> and the list it is about are done together.
    Status ordered_lists(json::Value& original, json::Value& patch, const ValueSchema* schema, int depth) {
        json::Object orders, others;
        for (json::Member& member : patch.mut_members()) (member.key.starts_with(kOrderPrefix) ? orders : others).push_back(std::move(member));
        patch.mut_members() = std::move(others);
        if (orders.size() > kOrdersMax) return error(Reason::RequestEntityTooLarge, "Request entity too large: the limit is {} orders of lists in one object", kOrdersMax);
        for (const auto& [directive, order] : orders) {
            if (directive.size() <= kOrderPrefix.size() + 1 || directive[kOrderPrefix.size()] != '/')
                return error(Reason::BadRequest, "invalid patch format of setElementOrder list");
            if (!order.is_array()) return plain("expected a []interface {{}}, but received a {}", go_type_name(order));
            std::string key = directive.substr(kOrderPrefix.size() + 1);
            TRY(ordered_list(original, patch, key, order, part_of(schema, key), depth));
        }
        return {};
    }

    Status ordered_list(json::Value& original, json::Value& patch, const std::string& key, const json::Value& order, const Part& part, int depth) {
        json::Value* live = original.find(key);
        json::Value* changes = patch.find(key);
        if ((live && !live->is_array()) || (changes && !changes->is_array()))
            return plain("expected a []interface {{}}, but received a {}", live && !live->is_array() ? go_print(*live) : go_print(*changes));
        if (changes) TRY(check_order(*changes, order, part.merge_key));
        json::Value server_order = live ? *live : json::Value::array();
        json::Value merged;
        if (live && !changes) merged = *live;
        if (!live && changes) {
            merged = std::move(*changes);
            remove_directives(merged);
        }
        if (live && changes) {
            merged = std::move(*live);
            TRY(list(merged, *changes, part, false, depth));
        }
        if (live || changes) {
            sort_by_orders(merged, order.items(), server_order.items(), part.merge_key);
            original.set(key, std::move(merged));
        }
        if (changes) patch.erase(key);
        return {};
    }

    Status merge_member(json::Value& original, json::Member& member, const ValueSchema* schema, int depth) {
        std::string_view key = member.key;
        json::Value& patch = member.value;
        bool deletes = key.starts_with(kDeletePrefix);
        if (deletes) {
            key.remove_prefix(kDeletePrefix.size());
            if (key.size() < 2 || key[0] != '/') return bad_list_format();
            key.remove_prefix(1);
        }
        if (patch.is_null()) {
            original.erase(key);
            return {};
        }
        json::Value* live = original.find(key);
        if (live && live->type() == patch.type() && (patch.is_object() || patch.is_array())) {
            Part part = part_of(schema, key);
            if (patch.is_array()) return list(*live, patch, part, deletes, depth);
            if (!part.replaces()) return map(*live, patch, part.schema, depth + 1);
            *live = std::move(patch);
            return {};
        }
        if (deletes) return {};
        if (remove_directives(patch)) original.set(key, std::move(patch));
        else original.erase(key);
        return {};
    }

    Status list(json::Value& live, json::Value& patch, const Part& part, bool deletes, int depth) {
        if (!part.merges() && !deletes) {
            live = std::move(patch);
            return {};
        }
        if (live.size() == 0 && patch.size() == 0) return {};
        bool objects = false;
        TRY(element_type(live, patch, objects));
        if (!objects) {
            if (deletes) delete_scalars(live, patch);
            else merge_scalars(live, patch);
            return {};
        }
        if (part.merge_key.empty()) return plain("cannot merge lists without merge key for {}", type_name(part));
        bool replaced = false;
        TRY(take_special_elements(live, patch, part.merge_key, replaced));
        if (replaced) return {};
        json::Value server_order = json::Value::array();
        for (const auto& item : live.items()) server_order.push_back(json::Value::object({{part.merge_key, item[part.merge_key]}}));
        json::Value patch_order = json::Value::array();
        TextMap<size_t> places;   // of long lists: which element has this key
        const bool many = live.size() + patch.size() > kScanMax;
        for (size_t i = 0; many && i < live.size(); ++i) places.emplace(json::write(live[i][part.merge_key]), i);
        for (auto& item : patch.mut_items()) {
            const json::Value* value = item.find(part.merge_key);
            if (!value) return plain("map: {} does not contain declared merge key: {}", go_print(item), part.merge_key);
            patch_order.push_back(json::Value::object({{part.merge_key, *value}}));
            size_t at = live.size();
            if (many) at = places.try_emplace(json::write(*value), live.size()).first->second;
            else at = position_of(live, *value, part.merge_key);
            TRY(merge_element(live, at, item, part, depth));
        }
        sort_by_orders(live, patch_order.items(), server_order.items(), part.merge_key);
        return {};
    }

    static size_t position_of(const json::Value& live, const json::Value& key, std::string_view merge_key) {
        size_t at = 0;
        while (at < live.size() && !(live[at][merge_key] == key)) ++at;
        return at;
    }

    // at: of the element with the same key; the end when there is none.
    Status merge_element(json::Value& live, size_t at, json::Value& item, const Part& part, int depth) {
        const ValueSchema* element = part.schema ? part.schema->element.get() : nullptr;
        if (at < live.size()) return map(live.mut_items()[at], item, element, depth + 1);
        remove_directives(item);
        live.push_back(std::move(item));
        return {};
    }

    static std::string_view type_name(const Part& part) {
        bool known = part.schema && part.schema->element && part.schema->element->object;
        return known ? part.schema->element->object->short_name() : std::string_view();
    }
};

}  // namespace

Status strategic_merge(const TypeSchema& schema, json::Value& target, const json::Value& patch) {
    if (!patch.is_object()) return error(Reason::BadRequest, "error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {{}}");
    ValueSchema root;
    root.kind = Kind::Object;
    root.object = &schema;
    json::Value changes = patch;
    return Merger().map(target, changes, &root, 0);
}

}  // namespace skiff::api
