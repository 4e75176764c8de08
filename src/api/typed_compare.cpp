#include <algorithm>

#include "api/typed_shape.h"
#include "api/typed_value.h"
#include "base/strings.h"
#include "base/text_map.h"
#include "json/member_index.h"
#include "json/write.h"

namespace skiff::api {

namespace {

using Kind = ValueSchema::Kind;

// The element's value of one key of an associative list, or the key's default.
const json::Value* key_value(const ValueSchema& list, const json::Value& item, const std::string& key) {
    if (const json::Value* value = item.find(key); value && !value->is_null()) return value;
    const Field* field = list.element->object ? list.element->object->find(key) : nullptr;
    if (!field) return nullptr;
    if (field->default_value) return &*field->default_value;
    return field->always && !field->absent.is_null() ? &field->absent : nullptr;
}

class Comparer {
public:
    bool typed() const { return typed_; }

    void walk(const ValueSchema& schema, const json::Value* before, const json::Value* after, Comparison& here) {
        if (before && after && *before == *after) return;
        if (!descend(schema, before, after, here)) {
            if (!before) here.added.member = true;
            else if (!after) here.removed.member = true;
            else here.modified.member = true;
            return;
        }
        if (!before) here.added.member = true;
        else if (!after) here.removed.member = true;
    }

private:
    // False when the value is a leaf.
    bool descend(const ValueSchema& schema, const json::Value* before, const json::Value* after, Comparison& here) {
        if (is_atomic(schema)) return false;
        bool empty = (!before || before->size() == 0) && (!after || after->size() == 0);
        Shape shape = shape_of(schema, after ? after : before);
        if (shape == Shape::Scalar || empty) return false;
        if (before && after && before->type() != after->type() && !before->is_null() && !after->is_null()) return false;
        if (shape == Shape::Map) members(schema, before, after, here);
        else if (schema.kind == Kind::List) elements(schema, before, after, here);
        else return false;
        for (auto* set : {&here.added, &here.modified, &here.removed}) set->sort();
        return true;
    }

    void below(const ValueSchema& schema, std::string element, const json::Value* before, const json::Value* after, Comparison& here) {
        Comparison child;
        walk(schema, before, after, child);
        FieldSet* sets[] = {&here.added, &here.modified, &here.removed};
        FieldSet* children[] = {&child.added, &child.modified, &child.removed};
        int left = 0;
        for (const FieldSet* set : children) left += !set->empty();
        for (int i = 0; i < 3; ++i) {
            if (children[i]->empty()) continue;
            if (--left == 0) children[i]->element = std::move(element);
            else children[i]->element = element;
            sets[i]->children.push_back(std::move(*children[i]));
        }
    }

    void members(const ValueSchema& schema, const json::Value* before, const json::Value* after, Comparison& here) {
        bool declared;
        if (after && after->is_object()) {
            json::MemberIndex old(or_null(before));
            for (const auto& [key, value] : after->members()) below(member_schema(schema, key, declared), "f:" + key, old.find(key), &value, here);
        }
        if (!before || !before->is_object()) return;
        json::MemberIndex now(or_null(after));
        for (const auto& [key, value] : before->members())
            if (!now.find(key)) below(member_schema(schema, key, declared), "f:" + key, &value, nullptr, here);
    }

    using Elements = std::vector<std::pair<std::string, const json::Value*>>;
    Elements index(const ValueSchema& schema, const json::Value* list) {
        Elements elements;
        if (!list) return elements;
        elements.reserve(list->size());
        for (const auto& item : list->items()) {
            auto element = element_of(schema, item);
            if (element.ok()) elements.emplace_back(std::move(element).value(), &item);
            else typed_ = false;
        }
        return elements;
    }

    // Whether both have the same elements, each once, in one order.
    static bool in_step(const Elements& old, const Elements& now) {
        if (old.size() != now.size()) return false;
        TextViewSet seen;
        seen.reserve(now.size());
        for (size_t i = 0; i < now.size(); ++i)
            if (old[i].first != now[i].first || !seen.insert(now[i].first).second) return false;
        return true;
    }

    void elements(const ValueSchema& schema, const json::Value* before, const json::Value* after, Comparison& here) {
        Elements old = index(schema, before), now = index(schema, after);
        if (in_step(old, now)) {
            for (size_t i = 0; i < now.size(); ++i) below(element_schema(schema), std::move(now[i].first), old[i].second, now[i].second, here);
            return;
        }
        TextViewMap<const json::Value*> by_element;
        for (const auto& [element, value] : old) by_element.emplace(element, value);
        TextViewMap<size_t> counts;
        for (const auto& [element, value] : now) ++counts[element];
        for (const auto& [element, value] : now) {
            // A repeated element is one leaf.
            if (size_t& count = counts[element]; count != 1) {
                if (count > 1) (by_element.count(element) ? here.modified : here.added).adopt({element, true, {}});
                count = 0;
                continue;
            }
            auto it = by_element.find(element);
            below(element_schema(schema), element, it == by_element.end() ? nullptr : it->second, value, here);
            if (it != by_element.end()) it->second = nullptr;
        }
        for (const auto& [element, value] : old) {
            auto it = by_element.find(element);
            if (it->second) below(element_schema(schema), element, value, nullptr, here);
            it->second = nullptr;
        }
    }

    bool typed_ = true;
};

}  // namespace

Result<std::string> element_of(const ValueSchema& list, const json::Value& item) {
    if (list.list_type == ListType::Set) {
        if (item.is_object()) return error(Reason::Unknown, "associative list without keys has an element that's a map type");
        if (item.is_array()) return error(Reason::Unknown, "not supported: associative list with lists as elements");
        if (item.is_null()) return error(Reason::Unknown, "associative list without keys has an element that's an explicit null");
        return "v:" + json::write(item);
    }
    if (item.is_null()) return error(Reason::Unknown, "associative list with keys may not have a null element");
    if (!item.is_object()) return error(Reason::Unknown, "associative list with keys may not have non-map elements");
    // Keys are few and tables name them in any order; fieldsV1 has them sorted.
    const std::vector<std::string>& keys = *list.list_map_keys;
    std::string text = "k:{";
    const std::string* last = nullptr;
    for (size_t i = 0; i < keys.size(); ++i) {
        const std::string* next = nullptr;
        for (const auto& key : keys)
            if ((!last || key > *last) && (!next || key < *next)) next = &key;
        if (!next) break;
        const std::string& key = *(last = next);
        const json::Value* value = key_value(list, item, key);
        if (!value) continue;   // the element is another one than any that has the key
        if (text.size() > 3) text += ',';
        json::append_quoted(text, key);
        text += ':';
        json::append(text, *value);
    }
    if (text.size() == 3)
        return error(Reason::Unknown, "associative list with keys has an element that omits all key fields [\"{}\"] (and doesn't have default values for any key fields)",
                     join(*list.list_map_keys, "\" \""));
    return text + "}";
}

Comparison compare(const ValueSchema& schema, const json::Value& before, const json::Value& after) {
    Comparison result;
    Comparer comparer;
    comparer.walk(schema, &before, &after, result);
    result.typed = comparer.typed();
    return result;
}

}  // namespace skiff::api
