#include "api/kinds/internal_form.h"

#include <algorithm>

#include "api/kinds/internal_form_table.h"
#include "api/line_diff.h"
#include "base/strings.h"
#include "json/write.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

const InternalType* find_type(std::string_view name) {
    auto found = std::find_if(std::begin(kInternalTypes), std::end(kInternalTypes), [&](const InternalType& type) { return type.name == name; });
    return found == std::end(kInternalTypes) ? nullptr : found;
}

// Maps print their keys in order.
Value sorted(Value map) {
    json::Object& members = map.mut_members();
    std::sort(members.begin(), members.end(), [](const json::Member& a, const json::Member& b) { return a.key < b.key; });
    return map;
}

Value form_of(std::string_view type, const Value& value) {
    if (type == "s") return value.is_null() ? Value("") : value;
    if (type == "b") return value.is_null() ? Value(false) : value;
    if (type == "i") return value.is_null() ? Value(0) : value;
    if (type == "x") return value;
    if (type[0] == '*') return value.is_null() ? Value() : form_of(type.substr(1), value);
    if (type[0] == '[') {
        if (value.size() == 0) return {};
        if (!value.is_array()) return sorted(value);
        Value list = Value::array();
        for (const Value& item : value.items()) list.push_back(form_of(type.substr(1), item));
        return list;
    }
    return internal_form(type, value);
}

// Owners of an object print their version first.
Value in_order(const Value& owners) {
    if (!owners.is_array()) return owners;
    Value out = Value::array();
    for (const Value& owner : owners.items()) {
        if (!owner.is_object()) return owners;
        Value one = Value::object();
        for (const char* key : {"apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"})
            if (owner.has(key)) one.set(key, owner[key]);
        out.push_back(std::move(one));
    }
    return out;
}

// Fields that the API has in the pod's spec and the internal type in its security context.
constexpr std::string_view kSpecFields[] = {"hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"};

Value with_moved_fields(const Value& spec) {
    Value out = spec;
    for (std::string_view field : kSpecFields)
        if (spec.has(field)) out.mut("securityContext").set(field, spec[field]);
    return out;
}

bool count_down(const Value& value, size_t& left) {
    if (left == 0) return false;
    --left;
    for (const Value& item : value.items())
        if (!count_down(item, left)) return false;
    for (const auto& member : value.members())
        if (!count_down(member.value, left)) return false;
    return true;
}

bool has_more_values(const Value& value, size_t max) { return !count_down(value, max); }

}  // namespace

Value internal_form(std::string_view type, const Value& value) {
    const InternalType* known = find_type(type);
    if (known == nullptr) return value;
    const Value moved = type == "PodSpec" ? with_moved_fields(value) : Value();
    const Value& from = type == "PodSpec" ? moved : value;
    Value out = Value::object();
    json::Object& members = out.mut_members();
    for (std::string_view word : split_views(known->fields, ' ')) {
        size_t colon = word.find(':'), equals = word.find('=');
        std::string_view go = word.substr(0, std::min(colon, equals));
        if (go == "^") {   // an embedded struct: its fields stand here
            Value inner = internal_form(word.substr(colon + 1), from);
            for (auto& member : inner.mut_members()) members.push_back(std::move(member));
            continue;
        }
        if (go == "+") {   // members of the JSON form that stand among the Go names: metadata of templates
            for (const auto& member : from[word.substr(colon + 1)].members()) members.push_back({member.key, member.value.is_object() ? sorted(member.value) : in_order(member.value)});
            continue;
        }
        std::string name(equals == word.npos ? go : word.substr(equals + 1, colon - equals - 1));
        if (equals == word.npos) name[0] = static_cast<char>(name[0] | 0x20);
        members.push_back({std::string(go), form_of(word.substr(colon + 1), from[name])});
    }
    return out;
}

Value shown_labels(Value labels) { return labels.is_object() ? sorted(std::move(labels)) : labels; }

Value shown_selector(Value selector) {
    if (selector.has("matchLabels")) selector.set("matchLabels", shown_labels(selector["matchLabels"]));
    return selector;
}

std::string internal_diff(std::string_view type, const Value& before, const Value& after) {
    if (has_more_values(before, kDiffLinesMax) || has_more_values(after, kDiffLinesMax)) return {};   // each takes a line
    // One tree at a time.
    std::string was = json::write_pretty(internal_form(type, before), 1);
    std::string is = json::write_pretty(internal_form(type, after), 1);
    return unified_diff(was, is);
}

}  // namespace skiff::api::kinds
