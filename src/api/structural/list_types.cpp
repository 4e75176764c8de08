// The uniqueness that x-kubernetes-list-type promises, and the metadata of embedded resources.
#include <algorithm>
#include <optional>

#include "api/gvk.h"
#include "api/names.h"
#include "api/structural/validate.h"
#include "base/strings.h"
#include "base/text_map.h"
#include "json/write.h"

namespace skiff::api::structural {
namespace {

using json::Value;

// Positions of the second appearance of each repeated value. Numbers and texts that look alike differ by their JSON.
template <typename Text>
std::vector<size_t> repeated(const std::vector<Text>& texts) {
    // Nothing is repeated in all but a few lists; hashes that differ show it without a table.
    std::vector<size_t> hashes(texts.size());
    std::transform(texts.begin(), texts.end(), hashes.begin(), TextHash());
    std::sort(hashes.begin(), hashes.end());
    if (std::adjacent_find(hashes.begin(), hashes.end()) == hashes.end()) return {};
    TextViewMap<size_t> seen;
    std::vector<size_t> out;
    for (size_t i = 0; i < texts.size(); ++i)
        if (++seen[texts[i]] == 2) out.push_back(i);
    return out;
}

// The texts of a list that has nothing else, so that none has to be made.
std::optional<std::vector<std::string_view>> plain_texts(const Value& list, const std::string* key) {
    std::vector<std::string_view> out;
    out.reserve(list.size());
    for (const Value& item : list.items()) {
        const Value* text = key ? item.find(*key) : &item;
        if (!text || !text->is_string()) return std::nullopt;
        out.push_back(text->as_string());
    }
    return out;
}

void check_set(const Value& list, const FieldPath& path, FieldErrors& errors) {
    if (const auto plain = plain_texts(list, nullptr)) {
        for (size_t i : repeated(*plain)) errors.duplicate(path.index(i), list[i]);
        return;
    }
    std::vector<std::string> texts;
    for (const Value& item : list.items()) texts.push_back(json::write(item) + (item.type() == json::Type::Double ? "." : ""));   // 1.0 is not 1
    for (size_t i : repeated(texts)) errors.duplicate(path.index(i), list[i]);
}

void check_map(const Value& list, const Schema& schema, const FieldPath& path, FieldErrors& errors) {
    if (schema.list_map_keys.size() == 1)
        if (const auto plain = plain_texts(list, &schema.list_map_keys[0])) {
            for (size_t i : repeated(*plain)) errors.duplicate(path.index(i), Value::object({{schema.list_map_keys[0], list[i][schema.list_map_keys[0]]}}));
            return;
        }
    std::vector<Value> keys;
    std::vector<std::string> texts;
    for (size_t i = 0; i < list.size(); ++i) {
        const Value& item = list[i];
        if (!item.is_null() && !item.is_object()) return errors.invalid(path.index(i), item, "must be an object for an array of list-type map");
        Value key = Value::object();
        for (const std::string& name : schema.list_map_keys)
            if (const Value* value = item.find(name)) key.set(name, *value);
        texts.push_back(json::write(key));
        keys.push_back(std::move(key));
    }
    for (size_t i : repeated(texts)) errors.duplicate(path.index(i), keys[i]);
}

void check_embedded(const Value& object, const FieldPath& path, FieldErrors& errors) {
    for (const char* field : {"apiVersion", "kind"})
        if (!object.has(field)) errors.required(path.child(field), "");
    if (const Value* version = object.find("apiVersion")) {
        if (!version->is_string()) errors.invalid(path.child("apiVersion"), *version, "must be a string");
        else if (version->as_string().empty()) errors.invalid(path.child("apiVersion"), *version, "must not be empty");
        else if (split(version->as_string(), '/').size() > 2) errors.invalid(path.child("apiVersion"), *version, "unexpected GroupVersion string: " + version->as_string());
    }
    if (const Value* kind = object.find("kind")) {
        if (!kind->is_string()) errors.invalid(path.child("kind"), *kind, "must be a string");
        else if (kind->as_string().empty()) errors.invalid(path.child("kind"), *kind, "must not be empty");
        else if (auto complaints = check_dns1035_label(lower(kind->as_string())); !complaints.empty())
            errors.invalid(path.child("kind"), *kind, "may have mixed case, but should otherwise match: " + join(complaints, ","));
    }
    const Value& metadata = object["metadata"];
    if (!metadata.is_object()) return;
    FieldPath below = path.child("metadata");
    if (const std::string& name = metadata["name"].as_string(); !name.empty()) add_complaints(check_path_segment(name), below.child("name"), name, errors);
    if (const std::string& ns = metadata["namespace"].as_string(); !ns.empty()) add_complaints(check_dns1123_label(ns), below.child("namespace"), ns, errors);
    validate_labels(metadata["labels"], below.child("labels"), errors);
    validate_annotations(metadata["annotations"], below.child("annotations"), errors);
}

}  // namespace

void validate_lists(const Value& value, const Schema& schema, const FieldPath& root, FieldErrors& errors) {
    if (value.is_array()) {
        if (schema.has_list_type && schema.list_type == ListType::Set) check_set(value, root, errors);
        if (schema.has_list_type && schema.list_type == ListType::Map) check_map(value, schema, root, errors);
        if (schema.items)
            for (size_t i = 0; i < value.size(); ++i)
                if (value[i].size() > 0) validate_lists(value[i], *schema.items, root.index(i), errors);
        return;
    }
    for (const auto& [key, item] : value.members()) {
        if (!item.is_object() && !item.is_array()) continue;
        if (const Schema* below = schema.property(key)) validate_lists(item, *below, root.child(key), errors);
        else if (schema.additional) validate_lists(item, *schema.additional, root.key(key), errors);
    }
}

void validate_embedded(const Value& value, const Schema& schema, const FieldPath& root, FieldErrors& errors, bool whole) {
    if (value.is_array() && schema.items)
        for (size_t i = 0; i < value.size(); ++i)
            if (value[i].is_object() || value[i].is_array()) validate_embedded(value[i], *schema.items, root.index(i), errors);
    if (!value.is_object()) return;
    if (schema.embedded_resource || whole) check_embedded(value, root, errors);
    for (const auto& [key, item] : value.members()) {
        if (!item.is_object() && !item.is_array()) continue;
        if (const Schema* below = schema.property(key)) validate_embedded(item, *below, root.child(key), errors);
        else if (schema.additional) validate_embedded(item, *schema.additional, root.key(key), errors);
    }
}

}  // namespace skiff::api::structural
