#include "api/structural/schema.h"

#include <algorithm>

#include "api/structural/formats.h"

namespace skiff::api::structural {

Schema::Schema() = default;
Schema::~Schema() = default;
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;

const Schema* Schema::property(std::string_view name) const {
    auto it = std::lower_bound(properties.begin(), properties.end(), name, [](const Property& p, std::string_view n) { return p.name < n; });
    return it != properties.end() && it->name == name ? &it->schema : nullptr;
}

namespace {

using json::Value;

Type type_of(const std::string& text) {
    if (text == "object") return Type::Object;
    if (text == "array") return Type::Array;
    if (text == "string") return Type::String;
    if (text == "integer") return Type::Integer;
    if (text == "number") return Type::Number;
    return text == "boolean" ? Type::Boolean : Type::None;
}

void read(const Value& props, const char* key, std::optional<double>& out) {
    if (props[key].is_number()) out = props[key].as_double();
}
void read(const Value& props, const char* key, std::optional<int64_t>& out) {
    if (props[key].is_number()) out = props[key].as_int();
}
void read(const Value& props, const char* key, std::vector<Schema>& out) {
    for (const Value& one : props[key].items()) out.push_back(compile(one));
}

std::unique_ptr<Checks> read_checks(const Value& props) {
    static constexpr const char* kKeys[] = {"maximum", "minimum", "multipleOf", "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties",
                                            "pattern", "format", "enum", "required", "uniqueItems", "allOf", "anyOf", "oneOf", "not"};
    if (std::none_of(std::begin(kKeys), std::end(kKeys), [&](const char* key) { return props.has(key); })) return nullptr;
    auto checks = std::make_unique<Checks>();
    Checks& c = *checks;
    read(props, "maximum", c.maximum);
    read(props, "minimum", c.minimum);
    read(props, "multipleOf", c.multiple_of);
    c.exclusive_maximum = props["exclusiveMaximum"].as_bool();
    c.exclusive_minimum = props["exclusiveMinimum"].as_bool();
    read(props, "maxLength", c.max_length);
    read(props, "minLength", c.min_length);
    read(props, "maxItems", c.max_items);
    read(props, "minItems", c.min_items);
    read(props, "maxProperties", c.max_properties);
    read(props, "minProperties", c.min_properties);
    if (const std::string& text = props["pattern"].as_string(); !text.empty())
        if (auto pattern = Pattern::create(text); pattern.ok()) c.pattern = std::move(pattern).value();
    if (is_known_format(props["format"].as_string())) c.format = props["format"].as_string();
    c.values = props["enum"].items();
    for (const Value& value : c.values)
        if (value.is_string()) c.texts.push_back(value.as_string());
    std::sort(c.texts.begin(), c.texts.end());
    for (const Value& name : props["required"].items()) c.required.push_back(name.as_string());
    c.unique_items = props["uniqueItems"].as_bool();
    read(props, "allOf", c.all_of);
    read(props, "anyOf", c.any_of);
    read(props, "oneOf", c.one_of);
    if (props["not"].is_object()) c.negated = std::make_unique<Schema>(compile(props["not"]));
    return checks;
}

std::vector<Rule> read_rules(const Value& rules) {
    std::vector<Rule> out;
    for (const Value& r : rules.items()) {
        Rule rule{r["rule"].as_string(), r["message"].as_string(), r["messageExpression"].as_string(), r["reason"].as_string(), r["fieldPath"].as_string(), {}};
        if (r["optionalOldSelf"].is_bool()) rule.optional_old_self = r["optionalOldSelf"].as_bool();
        out.push_back(std::move(rule));
    }
    return out;
}

}  // namespace

Schema compile(const Value& props) {
    Schema schema;
    schema.type = type_of(props["type"].as_string());
    schema.nullable = props["nullable"].as_bool();
    schema.int_or_string = props["x-kubernetes-int-or-string"].as_bool();
    schema.preserve_unknown = props["x-kubernetes-preserve-unknown-fields"].as_bool();
    schema.embedded_resource = props["x-kubernetes-embedded-resource"].as_bool();
    schema.map_atomic = props["x-kubernetes-map-type"].as_string() == "atomic";
    if (const std::string& list = props["x-kubernetes-list-type"].as_string(); !list.empty()) {
        schema.has_list_type = true;
        schema.list_type = list == "map" ? ListType::Map : list == "set" ? ListType::Set : ListType::Atomic;
    }
    for (const Value& key : props["x-kubernetes-list-map-keys"].items()) schema.list_map_keys.push_back(key.as_string());
    for (const auto& [name, below] : props["properties"].members()) schema.properties.push_back({name, compile(below)});
    std::sort(schema.properties.begin(), schema.properties.end(), [](const Property& a, const Property& b) { return a.name < b.name; });
    for (uint32_t i = 0; i < schema.properties.size(); ++i)
        if (schema.properties[i].schema.default_value) schema.defaulted.push_back(i);
    if (props["items"].is_object()) schema.items = std::make_unique<Schema>(compile(props["items"]));
    const Value& additional = props["additionalProperties"];
    schema.additional_allowed = additional.is_object() || additional.as_bool();
    if (additional.is_object()) schema.additional = std::make_unique<Schema>(compile(additional));
    if (const Value* value = props.find("default"); value && !value->is_null()) schema.default_value = *value;
    schema.checks = read_checks(props);
    schema.rules = read_rules(props["x-kubernetes-validations"]);
    return schema;
}

}  // namespace skiff::api::structural
