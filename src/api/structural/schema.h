// Schema: one node of a structural schema (Kubernetes, "Specifying a structural schema"), compiled from JSONSchemaProps. Immutable after
// compile(); any thread. Sources: KEP-1169 and the JSON Schema keywords that apiextensions.k8s.io/v1 allows.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/schema.h"
#include "api/structural/pattern.h"
#include "json/value.h"

namespace skiff::api::structural {

enum class Type : uint8_t { None, Object, Array, String, Integer, Number, Boolean };

struct Schema;
struct Property;

// The keywords that say something of a value. Most nodes have few of them, so they are kept apart.
struct Checks {
    std::optional<double> maximum, minimum, multiple_of;
    bool exclusive_maximum = false, exclusive_minimum = false;
    std::optional<int64_t> max_length, min_length, max_items, min_items, max_properties, min_properties;
    std::shared_ptr<const Pattern> pattern;
    std::string format;                        // only those that Kubernetes knows
    std::vector<json::Value> values;           // enum
    std::vector<std::string_view> texts;       // the strings among them, sorted
    std::vector<std::string> required;
    bool unique_items = false;
    std::vector<Schema> all_of, any_of, one_of;
    std::unique_ptr<Schema> negated;           // not
};

// One x-kubernetes-validations rule as written.
struct Rule {
    std::string rule, message, message_expression, reason, field_path;
    std::optional<bool> optional_old_self;
};

struct Schema {
    Type type = Type::None;
    bool nullable = false;
    bool int_or_string = false;
    bool preserve_unknown = false;
    bool embedded_resource = false;
    bool additional_allowed = false;           // additionalProperties is true or a schema
    bool map_atomic = false;                   // x-kubernetes-map-type: atomic
    ListType list_type = ListType::Atomic;
    bool has_list_type = false;
    std::vector<std::string> list_map_keys;
    std::vector<Property> properties;          // by name
    std::vector<uint32_t> defaulted;           // which of them have a default
    std::unique_ptr<Schema> items, additional;
    std::optional<json::Value> default_value;
    std::unique_ptr<Checks> checks;
    std::vector<Rule> rules;

    Schema();
    ~Schema();
    Schema(Schema&&) noexcept;
    Schema& operator=(Schema&&) noexcept;
    const Schema* property(std::string_view name) const;
};

struct Property {
    std::string name;
    Schema schema;
};

// From a JSONSchemaProps tree that check() has accepted; what is malformed is left out. Depth is bounded by the parser of the tree.
Schema compile(const json::Value& props);

}  // namespace skiff::api::structural
