#include "api/go_text.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/core.h>

#include "json/number_text.h"
#include "json/write.h"

namespace skiff::api {

std::string go_print(const json::Value& value) {
    switch (value.type()) {
        case json::Type::Null: return "<nil>";
        case json::Type::Bool: return value.as_bool() ? "true" : "false";
        case json::Type::Int: return fmt::format("{}", value.as_int());
        case json::Type::Double: {
            std::string out;
            json::append_yaml_double(out, value.as_double());
            return out;
        }
        case json::Type::String: return value.as_string();
        case json::Type::Array: {
            std::string out = "[";
            for (const auto& item : value.items()) out += (out.size() > 1 ? " " : "") + go_print(item);
            return out + "]";
        }
        case json::Type::Object: break;
    }
    // Go prints maps by sorted key.
    std::vector<const json::Member*> sorted;
    for (const auto& member : value.members()) sorted.push_back(&member);
    std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->key < b->key; });
    std::string out = "map[";
    for (const auto* member : sorted) out += (out.size() > 4 ? " " : "") + member->key + ":" + go_print(member->value);
    return out + "]";
}

std::string go_syntax(const json::Value& value) {
    if (value.is_null()) return "interface {}(nil)";
    if (value.is_string()) return go_quote(value.as_string());
    std::string out;
    if (value.is_array()) {
        for (const auto& item : value.items()) out += (out.empty() ? "" : ", ") + go_syntax(item);
        return "[]interface {}{" + out + "}";
    }
    if (!value.is_object()) return go_print(value);
    std::map<std::string_view, const json::Value*> sorted;
    for (const auto& member : value.members()) sorted.emplace(member.key, &member.value);
    for (const auto& [key, item] : sorted) out += (out.empty() ? "" : ", ") + go_quote(key) + ":" + go_syntax(*item);
    return "map[string]interface {}{" + out + "}";
}

std::string go_text_verb(const json::Value& value) {
    if (value.is_string()) return value.as_string();
    if (value.is_null()) return "%!s(<nil>)";
    if (!value.is_bool() && !value.is_number()) return go_print(value);
    return fmt::format("%!s({}={})", value.is_bool() ? "bool" : value.is_int() ? "int64" : "float64", go_print(value));
}

std::string_view go_type(const json::Value& value) {
    switch (value.type()) {
        case json::Type::Bool: return "bool";
        case json::Type::Int: return "int64";
        case json::Type::Double: return "float64";
        case json::Type::String: return "string";
        case json::Type::Array: return "[]interface {}";
        case json::Type::Object: return "map[string]interface {}";
        case json::Type::Null: break;
    }
    return "<nil>";
}

std::string error_value(const json::Value& value) {
    if (value.is_string()) return go_quote(value.as_string());
    return json::write(value);
}

std::string go_selector(const json::Value& selector) {
    std::map<std::string, std::string> labels;
    for (const auto& [key, value] : selector["matchLabels"].members()) labels[key] = value.as_string();
    std::string out = "&LabelSelector{MatchLabels:map[string]string{";
    for (const auto& [key, value] : labels) out += key + ": " + value + ",";
    out += "},MatchExpressions:[]LabelSelectorRequirement{";
    for (const json::Value& one : selector["matchExpressions"].items())
        out += "LabelSelectorRequirement{Key:" + one["key"].as_string() + ",Operator:" + one["operator"].as_string() + ",Values:" + go_print(json::Value(one["values"].is_null() ? json::Value::array() : one["values"])) + ",},";
    return out + "},}";
}

std::string without_offset(const Status& parse_error) {
    const std::string& text = parse_error.message();
    return text.substr(0, text.rfind(" (offset "));
}

}  // namespace skiff::api
