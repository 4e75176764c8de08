#include "api/typed_value.h"

#include <algorithm>

#include "api/typed_shape.h"
#include "base/text_map.h"
#include "json/member_index.h"

namespace skiff::api {

namespace {

using Kind = ValueSchema::Kind;

// Of elements that come several times one stays, without what is below it.
void own_repeated_as_whole(FieldSet& sorted) {
    auto& all = sorted.children;
    size_t kept = 0;
    for (size_t i = 0; i < all.size();) {
        size_t end = i + 1;
        while (end < all.size() && all[end].element == all[i].element) ++end;
        if (end > i + 1) all[i].children.clear();
        if (kept != i) all[kept] = std::move(all[i]);
        ++kept;
        i = end;
    }
    all.resize(kept);
}

void collect(const ValueSchema& schema, const json::Value& value, FieldSet& here) {
    Shape shape = shape_of(schema, &value);
    if (shape == Shape::Scalar || is_atomic(schema) || (shape == Shape::List && schema.kind != Kind::List)) {
        here.member = true;
        return;
    }
    if (shape == Shape::Map) {
        here.children.reserve(value.size());
        for (const auto& [key, item] : value.members()) {
            bool declared;
            FieldSet child{"f:" + key, false, {}};
            collect(member_schema(schema, key, declared), item, child);
            child.member |= !declared || item.is_null() || (item.is_object() && item.size() == 0);
            here.adopt(std::move(child));
        }
    } else {
        here.children.reserve(value.size());
        for (const auto& item : value.items()) {
            auto element = element_of(schema, item);
            if (!element.ok()) continue;
            FieldSet child{std::move(element).value(), false, {}};
            collect(element_schema(schema), item, child);
            child.member = true;
            here.adopt(std::move(child));
        }
        here.sort();
        return own_repeated_as_whole(here);
    }
    here.sort();
}

class Merger {
public:
    json::Value value(const ValueSchema& schema, const json::Value* live, const json::Value* config) {
        if (!config) return *live;
        if (!live) return *config;
        Shape shape = shape_of(schema, config);
        bool untyped_list = shape == Shape::List && schema.kind != Kind::List;
        bool both_empty = live->size() == 0 && config->size() == 0;
        if (shape == Shape::Scalar || is_atomic(schema) || untyped_list || both_empty) return *config;
        bool fits = shape == Shape::Map ? live->is_object() || live->is_null() : live->is_array() || live->is_null();
        if (!fits) return *config;
        return shape == Shape::Map ? members(schema, *live, *config) : elements(schema, *live, *config);
    }

private:
    json::Value members(const ValueSchema& schema, const json::Value& live, const json::Value& config) {
        json::Object out;
        out.reserve(live.size() + config.size());
        bool declared;
        json::MemberIndex changes(config);
        for (const auto& [key, item] : live.members()) out.push_back({key, value(member_schema(schema, key, declared), &item, changes.find(key))});
        json::MemberIndex old(live);
        for (const auto& [key, item] : config.members())
            if (!old.find(key)) out.push_back({key, item});
        return json::Value(std::move(out));
    }

    struct Element {
        std::string name;
        const json::Value* value;
    };
    static std::vector<Element> index(const ValueSchema& schema, const json::Value& list) {
        std::vector<Element> elements;
        elements.reserve(list.size());
        for (const auto& item : list.items()) {
            auto name = element_of(schema, item);
            if (name.ok()) elements.push_back({std::move(name).value(), &item});
        }
        return elements;
    }

    // Elements that only live has stay where they are relative to those that both have; the rest comes in the configuration's order.
    json::Value elements(const ValueSchema& schema, const json::Value& live, const json::Value& config) {
        auto left = index(schema, live), right = index(schema, config);
        // A configuration has no element twice.
        if (std::equal(left.begin(), left.end(), right.begin(), right.end(), [](const Element& a, const Element& b) { return a.name == b.name; })) {
            json::Array same;
            same.reserve(left.size());
            for (size_t i = 0; i < left.size(); ++i) same.push_back(value(element_schema(schema), left[i].value, right[i].value));
            return json::Value(std::move(same));
        }
        TextViewMap<const json::Value*> in_live, in_config;
        for (const auto& element : left) in_live.emplace(element.name, element.value);
        for (const auto& element : right) in_config.emplace(element.name, element.value);
        std::vector<std::string_view> shared;
        for (const auto& element : right)
            if (in_live.count(element.name)) shared.push_back(element.name);
        size_t next_shared = 0;
        json::Array out;
        TextViewSet merged;
        auto take_right = [&](const Element& element) {
            merged.insert(element.name);
            auto it = in_live.find(element.name);
            out.push_back(value(element_schema(schema), it == in_live.end() ? nullptr : it->second, element.value));
        };
        for (size_t l = 0, r = 0; l < left.size() || r < right.size();) {
            if (l < left.size() && r < right.size()) {
                if (left[l].name == right[r].name) {
                    take_right(right[r]);
                    ++l, ++r, ++next_shared;
                    continue;
                }
                if (in_config.count(left[l].name) && next_shared < shared.size() && shared[next_shared] != left[l].name) {
                    ++l;
                    continue;
                }
            }
            if (l < left.size()) {
                if (!in_config.count(left[l].name)) {
                    out.push_back(*left[l++].value);
                    continue;
                }
                if (merged.count(left[l].name)) ++l;
            }
            if (r < right.size()) {
                take_right(right[r]);
                if (next_shared < shared.size() && shared[next_shared] == right[r].name) ++next_shared;
                ++r;
            }
        }
        return json::Value(std::move(out));
    }
};

}  // namespace

FieldSet field_set_of(const ValueSchema& schema, const json::Value& tree) {
    FieldSet set;
    collect(schema, tree, set);
    return set;
}

json::Value merge(const ValueSchema& schema, const json::Value& live, const json::Value& configuration) {
    return Merger().value(schema, &live, &configuration);
}

json::Value remove_items(const ValueSchema& schema, const json::Value& tree, const FieldSet& set) {
    Shape shape = shape_of(schema, &tree);
    if (shape == Shape::Scalar) return tree;
    if (tree.size() == 0 || is_atomic(schema) || (shape == Shape::List && schema.kind != Kind::List)) return {};
    if (shape == Shape::Map) {
        json::Object kept;
        for (const auto& [key, item] : tree.members()) {
            const FieldSet* child = set.child("f:" + key);
            if (child && child->member) continue;
            bool declared;
            bool inside = child && !child->children.empty();
            kept.push_back({key, inside ? remove_items(member_schema(schema, key, declared), item, *child) : item});
        }
        return kept.empty() ? json::Value() : json::Value(std::move(kept));
    }
    json::Array kept;
    for (const auto& item : tree.items()) {
        auto element = element_of(schema, item);
        const FieldSet* child = element.ok() ? set.child(*element) : nullptr;
        if (child && child->member) continue;
        kept.push_back(child && !child->children.empty() ? remove_items(element_schema(schema), item, *child) : item);
    }
    return kept.empty() ? json::Value() : json::Value(std::move(kept));
}

}  // namespace skiff::api
