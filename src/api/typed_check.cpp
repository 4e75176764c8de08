
#include "api/go_text.h"
#include "api/typed_shape.h"
#include "api/typed_value.h"
#include "base/text_map.h"

namespace skiff::api {

namespace {

using Kind = ValueSchema::Kind;
constexpr size_t kErrorsMax = 100;

std::string element_path(const std::string& element) {
    FieldSet set;
    set.mut_child(element).member = true;
    return set.paths().at(0);
}

// Where the walk is; becomes a text only where something is wrong.
struct Place {
    const Place* outer = nullptr;
    std::string_view member;               // of a map
    const std::string* element = nullptr;  // of a list that knows its elements
    size_t index = 0;                      // of another list

    std::string text() const {
        if (!outer) return "";
        if (!member.empty() || (!element && index == SIZE_MAX)) return outer->text() + "." + std::string(member);
        return outer->text() + (element ? element_path(*element) : fmt::format("[{}]", index));
    }
};

class Checker {
public:
    void value(const ValueSchema& schema, const json::Value& tree, const Place& path) {
        if (tree.is_null() || errors_.size() >= kErrorsMax) return;
        switch (schema.kind) {
            case Kind::Object:
            case Kind::Map: return map(schema, tree, path);
            case Kind::List: return list(schema, tree, path);
            case Kind::String:
            case Kind::Bytes:
            case Kind::Duration:
                if (!tree.is_string()) fail(path, fmt::format("expected string, got &value.valueUnstructured{{Value:{}}}", go_syntax(tree)));
                return;
            case Kind::Bool:
                if (!tree.is_bool()) fail(path, fmt::format("expected boolean, got &{{{}}}", go_print(tree)));
                return;
            case Kind::Int32:
            case Kind::Int64:
            case Kind::Double:
                if (!tree.is_number()) fail(path, fmt::format("expected numeric (int or float), got {}", go_type(tree)));
                return;
            case Kind::Any: return;
            default:
                if (tree.is_object() || tree.is_array()) fail(path, fmt::format("expected any scalar, got &{{{}}}", go_print(tree)));
        }
    }

    Status status() const {
        if (errors_.empty()) return {};
        if (errors_.size() == 1) return Status(Reason::Unknown, errors_[0]);
        std::string text = "errors:";
        for (const auto& error : errors_) text += "\n  " + error;
        return Status(Reason::Unknown, text);
    }

private:
    void fail(const Place& place, const std::string& what) {
        const std::string path = place.text();
        errors_.push_back(path.empty() ? what : path + ": " + what);
    }

    void map(const ValueSchema& schema, const json::Value& tree, const Place& path) {
        if (!tree.is_object()) return fail(path, fmt::format("expected map, got &{{{}}}", go_print(tree)));
        for (const auto& [key, item] : tree.members()) {
            bool declared;
            const ValueSchema& below = member_schema(schema, key, declared);
            bool open = schema.kind != Kind::Object || schema.object->preserve_unknown();
            const Place here{&path, key, nullptr, SIZE_MAX};
            if (!declared && !open) fail(here, "field not declared in schema");
            else value(below, item, here);
        }
    }

    void list(const ValueSchema& schema, const json::Value& tree, const Place& path) {
        if (!tree.is_array()) return fail(path, fmt::format("expected list, got &{{{}}}", go_print(tree)));
        TextSet seen;
        seen.reserve(tree.size());
        for (size_t i = 0; i < tree.size(); ++i) {
            if (schema.atomic) {
                value(element_schema(schema), tree[i], Place{&path, {}, nullptr, i});
                continue;
            }
            auto element = element_of(schema, tree[i]);
            if (!element.ok()) {
                // Kubernetes looks no further then.
                return fail(path, fmt::format("element {}: {}", i, element.status().message()));
            }
            const auto [known, is_new] = seen.insert(std::move(element).value());
            if (!is_new) fail(path, "duplicate entries for key " + element_path(*known));
            value(element_schema(schema), tree[i], Place{&path, {}, &*known});
        }
    }

    std::vector<std::string> errors_;
};

}  // namespace

Status check_configuration(const ValueSchema& schema, const json::Value& tree) {
    Checker checker;
    checker.value(schema, tree, Place{});
    return checker.status();
}

}  // namespace skiff::api
