#include "api/structural/check.h"

#include <algorithm>

#include "api/structural/formats.h"
#include "api/structural/pattern.h"
#include "api/structural/prune.h"
#include "api/structural/validate.h"
#include "base/strings.h"
#include "json/member_index.h"

namespace skiff::api::structural {
namespace {

using json::Value;

constexpr size_t kErrorsMax = 100;
constexpr std::string_view kTypes[] = {"array", "boolean", "integer", "number", "object", "string"};
// What a schema with the status subresource may have at its root.
constexpr std::string_view kAtRoot[] = {"description", "type", "format", "title", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern",
                                        "maxItems", "minItems", "uniqueItems", "multipleOf", "required", "items", "properties", "externalDocs", "example",
                                        "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations"};
constexpr std::string_view kAtRootShown = "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems "
                                          "MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]";

enum class Level { Root, Item, Field };

bool is_meta(std::string_view name) { return name == "metadata" || name == "kind" || name == "apiVersion"; }

// anyOf: [{type: integer}, {type: string}], which x-kubernetes-int-or-string may repeat.
bool is_int_or_string_any_of(const Value& any_of) {
    return any_of.size() == 2 && any_of[0].size() == 1 && any_of[1].size() == 1 && any_of[0]["type"].as_string() == "integer" && any_of[1]["type"].as_string() == "string";
}

// A pattern of twenty bytes may compile to thousands of instructions; the largest definitions in use have some ten thousand in all.
constexpr size_t kInstructionsMax = 200'000;

// The shape: every node has a type, junctors say nothing but value validation.
class StructureChecker {
public:
    explicit StructureChecker(FieldErrors& errors) : errors_(errors) {}

    void node(const Value& s, Level level, const FieldPath& path) {
        if (errors_.causes().size() >= kErrorsMax) return;
        const std::string& type = s["type"].as_string();
        bool int_or_string = s["x-kubernetes-int-or-string"].as_bool(), embedded = s["x-kubernetes-embedded-resource"].as_bool(), preserve = s["x-kubernetes-preserve-unknown-fields"].as_bool();
        if (type == "array" && !s["items"].is_object()) errors_.required(path.child("items"), "must be specified");
        if (s["items"].is_object()) node(s["items"], Level::Item, path.child("items"));
        for (const auto& [name, below] : s["properties"].members()) node(below, Level::Field, path.child("properties").key(name));
        const Value& additional = s["additionalProperties"];
        bool has_additional = additional.is_object() || additional.as_bool();
        if (has_additional && level == Level::Root) errors_.forbidden(path.child("additionalProperties"), "must not be used at the root");
        if (additional.is_object()) node(additional, Level::Field, path.child("additionalProperties"));
        if (int_or_string && preserve) errors_.invalid(path.child("x-kubernetes-preserve-unknown-fields"), true, "must be false if x-kubernetes-int-or-string is true");
        if (int_or_string && embedded) errors_.invalid(path.child("x-kubernetes-embedded-resource"), true, "must be false if x-kubernetes-int-or-string is true");
        junctors(s, is_int_or_string_any_of(s["anyOf"]), is_int_or_string_any_of(s["allOf"][0]["anyOf"]), path);
        if (embedded && type != "object") {
            constexpr std::string_view kWhy = "must be object if x-kubernetes-embedded-resource is true";
            if (type.empty()) errors_.required(path.child("type"), kWhy);
            else errors_.invalid(path.child("type"), type, kWhy);
        } else if (type.empty() && !int_or_string && !preserve) {
            static constexpr std::string_view kWhy[] = {"must not be empty at the root", "must not be empty for specified array items", "must not be empty for specified object fields"};
            errors_.required(path.child("type"), kWhy[static_cast<int>(level)]);
        }
        if (embedded && has_additional) errors_.forbidden(path.child("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set");
        if (level == Level::Root && !type.empty() && type != "object") errors_.invalid(path.child("type"), type, "must be object at the root");
        metadata(s, level, embedded, path);
        if (embedded && !preserve && s["properties"].size() == 0)
            errors_.required(path.child("properties"), "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields");
        if (level == Level::Root) each_junctor(s, path, [&](const Value& below, const FieldPath& at) { complete(below, s, path, at); });
    }

private:
    template <typename Visit>
    static void each_junctor(const Value& s, const FieldPath& path, Visit&& visit) {
        if (s["not"].is_object()) visit(s["not"], path.child("not"));
        for (const char* list : {"allOf", "anyOf", "oneOf"})
            for (size_t i = 0; i < s[list].size(); ++i) visit(s[list][i], path.child(list).index(i));
    }

    // What a junctor of the root speaks of, the structure around it has to have too.
    void complete(const Value& v, const Value& s, const FieldPath& s_path, const FieldPath& v_path) {
        if (errors_.causes().size() >= kErrorsMax) return;
        auto missing = [&](const FieldPath& at, const FieldPath& why) { errors_.required(at, "because it is defined in " + why.text()); };
        each_junctor(v, v_path, [&](const Value& below, const FieldPath& at) { complete(below, s, s_path, at); });
        if (v["items"].is_object()) {
            if (s["items"].is_object()) complete(v["items"], s["items"], s_path.child("items"), v_path.child("items"));
            else missing(s_path.child("items"), v_path.child("items"));
        }
        json::MemberIndex properties(s["properties"]);
        for (const auto& [name, below] : v["properties"].members()) {
            FieldPath at = s_path.child("properties").key(name), below_path = v_path.child("properties").key(name);
            if (const Value* own = properties.find(name)) complete(below, *own, at, below_path);
            else missing(at, below_path);
        }
    }

    void metadata(const Value& s, Level level, bool embedded, const FieldPath& path) {
        bool check = level == Level::Root || embedded;
        const Value& properties = s["properties"];
        if (check)
            for (const char* name : {"kind", "apiVersion"})
                if (const Value* p = properties.find(name); p && (*p)["type"].as_string() != "string")
                    errors_.invalid(path.child("properties").key(name).child("type"), (*p)["type"].as_string(), "must be string");
        const Value* meta = properties.find("metadata");
        if (!meta) return;
        FieldPath where = path.child("properties").key("metadata");
        if (check && (*meta)["type"].as_string() != "object") errors_.invalid(where.child("type"), (*meta)["type"].as_string(), "must be object");
        if (level != Level::Root) return;
        for (const auto& [key, value] : meta->members()) {
            if (key == "type" || key == "description" || key == "default" || value.empty()) continue;
            bool names_only = key == "properties" && std::all_of(value.members().begin(), value.members().end(), [](const json::Member& m) { return m.key == "name" || m.key == "generateName"; });
            if (names_only) continue;
            errors_.forbidden(where, "must not specify anything other than name and generateName, but metadata is implicitly specified");
            return;
        }
    }

    void junctors(const Value& s, bool skip_any_of, bool skip_first_all_of, const FieldPath& path) {
        if (!skip_any_of)
            for (size_t i = 0; i < s["anyOf"].size(); ++i) nested(s["anyOf"][i], false, path.child("anyOf").index(i));
        for (size_t i = 0; i < s["allOf"].size(); ++i) nested(s["allOf"][i], skip_first_all_of && i == 0, path.child("allOf").index(i));
        for (size_t i = 0; i < s["oneOf"].size(); ++i) nested(s["oneOf"][i], false, path.child("oneOf").index(i));
        if (s["not"].is_object()) nested(s["not"], false, path.child("not"));
        const std::string& pattern = s["pattern"].as_string();
        if (pattern.empty()) return;
        if (instructions_ > kInstructionsMax) return;
        auto compiled = Pattern::create(pattern);
        if (!compiled.ok()) return errors_.invalid(path.child("pattern"), pattern, "must be a valid regular expression, but isn't: " + compiled.status().message());
        instructions_ += (*compiled)->size();
        if (instructions_ > kInstructionsMax) errors_.forbidden(path.child("pattern"), fmt::format("the patterns of a schema may have {} instructions together", kInstructionsMax));
    }

    void nested(const Value& s, bool skip_any_of, const FieldPath& path) {
        if (errors_.causes().size() >= kErrorsMax) return;
        junctors(s, skip_any_of, false, path);
        if (s["items"].is_object()) nested(s["items"], false, path.child("items"));
        for (const auto& [name, below] : s["properties"].members()) nested(below, false, path.child("properties").key(name));
        struct Forbidden {
            const char* key;
            const char* why;
        };
        static constexpr Forbidden kForbidden[] = {{"type", "must be empty to be structural"}, {"additionalProperties", "must be undefined to be structural"},
                                                   {"default", "must be undefined to be structural"}, {"title", "must be empty to be structural"},
                                                   {"description", "must be empty to be structural"}, {"nullable", "must be false to be structural"},
                                                   {"x-kubernetes-preserve-unknown-fields", "must be false to be structural"}, {"x-kubernetes-embedded-resource", "must be false to be structural"},
                                                   {"x-kubernetes-int-or-string", "must be false to be structural"}, {"x-kubernetes-list-map-keys", "must be empty to be structural"},
                                                   {"x-kubernetes-list-type", "must be undefined to be structural"}, {"x-kubernetes-map-type", "must be undefined to be structural"},
                                                   {"x-kubernetes-validations", "must be empty to be structural"}};
        for (const Forbidden& f : kForbidden) {
            const Value& value = s[f.key];
            const bool pointer = std::string_view(f.key).ends_with("-list-type") || std::string_view(f.key).ends_with("-map-type");
            bool set = value.is_bool() ? value.as_bool() : !value.is_null() && (pointer || !(value.is_string() && value.as_string().empty()));
            if (set) errors_.forbidden(path.child(f.key), f.why);
        }
        if (s["properties"].has("metadata")) errors_.forbidden(path.child("properties").key("metadata"), "must not be specified in a nested context");
    }

    FieldErrors& errors_;
    size_t instructions_ = 0;   // of the patterns so far
};

}  // namespace

std::optional<FieldPath> field_path_of(const Value& props, std::string_view path) {
    const Value* at = &props;
    FieldPath out;
    while (!path.empty()) {
        std::string name;
        if (path.starts_with("['")) {
            size_t end = path.find("']");
            if (end == path.npos) return {};
            name = std::string(path.substr(2, end - 2));
            path.remove_prefix(end + 2);
        } else if (path[0] == '.') {
            size_t end = std::min(path.find_first_of(".[", 1), path.size());
            name = std::string(path.substr(1, end - 1));
            path.remove_prefix(end);
        } else {
            return {};
        }
        if (name.empty()) return {};
        const Value* next = (*at)["properties"].find(name);
        const bool named = next != nullptr;
        if (!named && (*at)["additionalProperties"].is_object()) next = &(*at)["additionalProperties"];
        if (!next) return {};
        out = named ? out.child(name) : out.key(name);
        at = next;
    }
    return out;
}

namespace {

// Keywords that are not supported, and what x-kubernetes extensions need of each other.
class KeywordChecker {
public:
    explicit KeywordChecker(FieldErrors& errors) : errors_(errors) {}

    struct Place {
        bool root = false, in_meta = false;
        std::string no_defaults;             // why defaults must not be set; "" they may
    };

    void node(const Value& s, const Place& place, const FieldPath& path) {
        if (!s.is_object() || errors_.causes().size() >= kErrorsMax) return;
        keywords(s, place, path);
        const Value& additional = s["additionalProperties"];
        if (!additional.is_null()) {
            if (s["properties"].size() > 0 && (additional.is_object() || !additional.as_bool()))
                errors_.forbidden(path.child("additionalProperties"), "additionalProperties and properties are mutual exclusive");
            Place below{false, place.in_meta, place.in_meta ? "inside additionalProperties applying to object metadata" : place.no_defaults};
            node(additional, below, path.child("additionalProperties"));
        }
        bool embedded = s["x-kubernetes-embedded-resource"].as_bool();
        for (const auto& [name, property] : s["properties"].members()) {
            Place below{false, place.in_meta, place.no_defaults};
            if ((place.root || embedded) && is_meta(name)) below.in_meta = true;
            if (place.root && is_meta(name)) below.no_defaults = "in top-level " + name;
            node(property, below, path.child("properties").key(name));
        }
        Place inner{false, place.in_meta, place.no_defaults};
        node(s["not"], inner, path.child("not"));
        for (const char* list : {"allOf", "oneOf", "anyOf"})
            for (size_t i = 0; i < s[list].size(); ++i) node(s[list][i], inner, path.child(list).index(i));
        node(s["items"], inner, path.child("items"));
        extensions(s, path);
    }

private:
    void keywords(const Value& s, const Place& place, const FieldPath& path) {
        const std::string& type = s["type"].as_string();
        if (!type.empty() && std::find(std::begin(kTypes), std::end(kTypes), type) == std::end(kTypes)) errors_.not_supported(path.child("type"), type, {std::begin(kTypes), std::end(kTypes)});
        if (s.has("default") && !place.no_defaults.empty()) errors_.forbidden(path.child("default"), "must not be set " + place.no_defaults);
        for (const char* keyword : {"id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"})
            if (const Value* value = s.find(keyword); value && (std::string_view(keyword) != "id" || !value->as_string().empty())) errors_.forbidden(path.child(keyword), std::string(keyword) + " is not supported");
        if (type == "null") errors_.forbidden(path.child("type"), "type cannot be set to null, use nullable as an alternative");
        if (s["items"].is_array()) errors_.forbidden(path.child("items"), "items must be a schema object and not an array");
        if (place.in_meta && s["x-kubernetes-embedded-resource"].as_bool()) errors_.forbidden(path.child("x-kubernetes-embedded-resource"), "must not be used inside of resource meta");
        if (s["uniqueItems"].as_bool()) errors_.forbidden(path.child("uniqueItems"), "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
    }

    void extensions(const Value& s, const FieldPath& path) {
        const std::string& type = s["type"].as_string();
        if (s["x-kubernetes-preserve-unknown-fields"].is_bool() && !s["x-kubernetes-preserve-unknown-fields"].as_bool())
            errors_.invalid(path.child("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined");
        if (const std::string& map = s["x-kubernetes-map-type"].as_string(); s.has("x-kubernetes-map-type")) {
            FieldPath where = path.child("x-kubernetes-map-type");
            if (type != "object") {
                if (type.empty()) errors_.required(path.child("type"), "must be object if x-kubernetes-map-type is specified");
                else errors_.invalid(path.child("type"), type, "must be object if x-kubernetes-map-type is specified");
            }
            if (map != "atomic" && map != "granular") errors_.not_supported(where, map, {"atomic", "granular"});
        }
        list(s, path);
        const Value& rules = s["x-kubernetes-validations"];
        for (size_t i = 0; i < rules.size(); ++i) rule(s, rules[i], path.child("x-kubernetes-validations").index(i));
    }

    // The texts of a rule; whether it can be compiled is asked elsewhere.
    void rule(const Value& s, const Value& rule, const FieldPath& path) {
        const std::string_view text = trim(rule["rule"].as_string()), message = trim(rule["message"].as_string());
        auto broken = [](std::string_view t) { return t.find_first_of("\r\n") != t.npos; };
        if (text.empty()) errors_.required(path.child("rule"), "rule is not specified");
        else if (!rule["message"].as_string().empty() && message.empty()) errors_.invalid(path.child("message"), rule["message"], "must be non-empty if specified");
        else if (broken(message)) errors_.invalid(path.child("message"), rule["message"], "must not contain line breaks");
        else if (broken(text) && message.empty()) errors_.required(path.child("message"), "message must be specified if rule contains line breaks");
        if (!rule["messageExpression"].as_string().empty() && trim(rule["messageExpression"].as_string()).empty())
            errors_.required(path.child("messageExpression"), "messageExpression must be non-empty if specified");
        static const std::vector<std::string> kReasons = {"FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"};
        const Value& reason = rule["reason"];
        if (!reason.is_null() && std::find(kReasons.begin(), kReasons.end(), reason.as_string()) == kReasons.end()) errors_.not_supported(path.child("reason"), reason, kReasons);
        const std::string& field = rule["fieldPath"].as_string();
        if (!field.empty() && trim(field).empty()) errors_.invalid(path.child("fieldPath"), field, "must be non-empty if specified");
        if (broken(field)) errors_.invalid(path.child("fieldPath"), field, "must not contain line breaks");
        if (!field.empty() && !field_path_of(s, field)) errors_.invalid(path.child("fieldPath"), field, "must be a valid path");
    }

    void list(const Value& s, const FieldPath& path) {
        const std::string &kind = s["x-kubernetes-list-type"].as_string(), &type = s["type"].as_string();
        const Value &keys = s["x-kubernetes-list-map-keys"], &items = s["items"];
        FieldPath where = path.child("x-kubernetes-list-type"), keys_path = path.child("x-kubernetes-list-map-keys");
        if (s.has("x-kubernetes-list-type")) {
            if (type != "array") {
                if (type.empty()) errors_.required(path.child("type"), "must be array if x-kubernetes-list-type is specified");
                else errors_.invalid(path.child("type"), type, "must be array if x-kubernetes-list-type is specified");
            }
            if (kind != "atomic" && kind != "set" && kind != "map") errors_.not_supported(where, kind, {"atomic", "set", "map"});
        }
        if (keys.size() > 0 && kind != "map") {
            if (!s.has("x-kubernetes-list-type")) errors_.required(where, "must be map if x-kubernetes-list-map-keys is non-empty");
            else errors_.invalid(where, kind, "must be map if x-kubernetes-list-map-keys is non-empty");
        }
        if (kind == "set" && items.is_object()) check_set(items, path);
        if (kind == "map") {
            if (keys.size() == 0) errors_.required(keys_path, "must not be empty if x-kubernetes-list-type is map");
            if (!items.is_object()) errors_.required(path.child("items"), "must have a schema if x-kubernetes-list-type is map");
            else map_items(keys, items, path);
        }
        if ((kind == "map" || kind == "set") && items["nullable"].as_bool()) errors_.forbidden(path.child("items").child("nullable"), "cannot be nullable when x-kubernetes-list-type is " + kind);
    }

    void check_set(const Value& items, const FieldPath& path) {
        const std::string& type = items["type"].as_string();
        FieldPath where = path.child("items");
        if (type == "object" && items["x-kubernetes-map-type"].as_string() != "atomic") {
            const std::string& map = items["x-kubernetes-map-type"].as_string();
            if (map.empty()) errors_.invalid(where.child("x-kubernetes-map-type"), Value(), "must be atomic as item of a list with x-kubernetes-list-type=set");
            else errors_.invalid(where.child("x-kubernetes-map-type"), map, "must be atomic as item of a list with x-kubernetes-list-type=set");
        }
        const std::string& list = items["x-kubernetes-list-type"].as_string();
        if (type == "array" && !list.empty() && list != "atomic") errors_.invalid(where.child("x-kubernetes-list-type"), list, "must be atomic as item of a list with x-kubernetes-list-type=set");
    }

    void map_items(const Value& keys, const Value& items, const FieldPath& path) {
        FieldPath where = path.child("items"), keys_path = path.child("x-kubernetes-list-map-keys");
        if (items["type"].as_string() != "object")
            return errors_.invalid(where.child("type"), items["type"].as_string(), "must be object if parent array's x-kubernetes-list-type is map");
        const json::Array& required = items["required"].items();
        std::vector<std::string> seen;
        for (size_t i = 0; i < keys.size(); ++i) {
            const std::string& key = keys[i].as_string();
            const Value* property = items["properties"].find(key);
            if (!property) {
                errors_.invalid(keys_path, keys, "entries must all be names of item properties");
            } else {
                const std::string& type = (*property)["type"].as_string();
                if (type == "array" || type == "object") errors_.invalid(where.child("properties").key(key).child("type"), type, "must be a scalar type if parent array's x-kubernetes-list-type is map");
                if (!property->has("default") && std::find(required.begin(), required.end(), keys[i]) == required.end())
                    errors_.required(where.child("properties").key(key).child("default"), "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property");
                if ((*property)["nullable"].as_bool()) errors_.forbidden(where.child("properties").key(key).child("nullable"), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
            }
            if (std::find(seen.begin(), seen.end(), key) != seen.end()) errors_.invalid(keys_path, keys, "must not contain duplicate entries");
            seen.push_back(key);
        }
    }

    FieldErrors& errors_;
};

// Every default must be a valid value of its place.
void check_defaults(const Schema& schema, Level level, const FieldPath& path, FieldErrors& errors) {
    if (schema.default_value) {
        Value pruned = *schema.default_value;
        prune(pruned, schema, schema.embedded_resource || level == Level::Root ? Root::Yes : Root::No);
        FieldPath where = path.child("default");
        if (!(pruned == *schema.default_value)) errors.invalid(where, *schema.default_value, "must not have unknown fields");
        FieldErrors found;
        validate_embedded(*schema.default_value, schema, where, found, level == Level::Root);
        if (found.empty()) validate(*schema.default_value, nullptr, schema, where, found);
        if (found.empty()) validate_lists(*schema.default_value, schema, where, found);
        errors.append(found);
    }
    if (schema.items) check_defaults(*schema.items, Level::Item, path.child("items"), errors);
    for (const Property& property : schema.properties) check_defaults(property.schema, Level::Field, path.child("properties").key(property.name), errors);
}

// Keywords that structural schemas cannot even be asked about; what forbids them says so.
bool has_foreign_parts(const Value& s) {
    if (!s.is_object()) return false;
    for (const char* keyword : {"$ref", "additionalItems", "patternProperties", "definitions", "dependencies", "id", "$schema"})
        if (!s[keyword].empty()) return true;
    if (s["items"].is_array()) return true;
    for (const auto& [name, below] : s["properties"].members())
        if (has_foreign_parts(below)) return true;
    for (const char* list : {"allOf", "anyOf", "oneOf"})
        if (std::any_of(s[list].items().begin(), s[list].items().end(), has_foreign_parts)) return true;
    return has_foreign_parts(s["items"]) || has_foreign_parts(s["additionalProperties"]) || has_foreign_parts(s["not"]);
}

void collect_formats(const Value& s, std::vector<std::string>& out) {
    if (!s.is_object()) return;
    const std::string& format = s["format"].as_string();
    if (!format.empty() && s["type"].as_string() == "string" && !is_known_format(format)) out.push_back(format);
    for (const char* map : {"properties"})
        for (const auto& [name, below] : s[map].members()) collect_formats(below, out);
    for (const char* one : {"items", "additionalProperties", "not"}) collect_formats(s[one], out);
    for (const char* list : {"allOf", "anyOf", "oneOf"})
        for (const Value& below : s[list].items()) collect_formats(below, out);
}

// JSON Schema's own identifiers, which nobody else complains about; "" when there are none.
std::string_view foreign_keyword(const Value& s) {
    if (!s.is_object()) return {};
    if (!s["id"].empty()) return "id";
    if (!s["$schema"].empty()) return "schema";
    for (const auto& [name, below] : s["properties"].members())
        if (auto found = foreign_keyword(below); !found.empty()) return found;
    for (const char* one : {"items", "additionalProperties", "not"})
        if (auto found = foreign_keyword(s[one]); !found.empty()) return found;
    for (const char* list : {"allOf", "anyOf", "oneOf"})
        for (const Value& below : s[list].items())
            if (auto found = foreign_keyword(below); !found.empty()) return found;
    return {};
}

}  // namespace

// The shape, and the defaults of a schema that has it.
static void check_structure(const Value& props, const FieldPath& path, FieldErrors& errors) {
    if (has_foreign_parts(props)) return;
    StructureChecker(errors).node(props, Level::Root, path);
    if (errors.empty()) check_defaults(compile(props), Level::Root, path, errors);
}

bool is_sound(const Value& props) {
    if (has_foreign_parts(props)) return false;
    FieldErrors errors;
    check_structure(props, FieldPath(), errors);
    return errors.empty();
}

void check_schema(const Value& props, StatusSubresource status, const FieldPath& version_path, FieldErrors& errors) {
    FieldPath path = version_path.child("openAPIV3Schema");
    if (status == StatusSubresource::Yes) {
        if (props.has("type") && props["type"].as_string() != "object")
            errors.invalid(version_path.child("openAPIV3Schema.type"), props["type"].as_string(), "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled");
        for (const auto& [key, value] : props.members())
            if (std::find(std::begin(kAtRoot), std::end(kAtRoot), key) == std::end(kAtRoot)) {
                errors.invalid(path, props, fmt::format("only {} fields are allowed at the root of the schema if the status subresource is enabled", kAtRootShown));
                break;
            }
    }
    if (props["nullable"].as_bool()) errors.forbidden(version_path.child("openAPIV3Schema.nullable"), "nullable cannot be true at the root");
    FieldErrors structure;
    check_structure(props, path, structure);
    errors.append(structure);
    KeywordChecker::Place root;
    root.root = true;
    KeywordChecker(errors).node(props, root, path);
    if (!errors.empty()) return;
    if (auto keyword = foreign_keyword(props); !keyword.empty()) errors.invalid(path, "", fmt::format("OpenAPIV3Schema '{}' is not supported", keyword));
}

std::vector<std::string> unknown_formats(const Value& props) {
    std::vector<std::string> out;
    collect_formats(props, out);
    return out;
}

}  // namespace skiff::api::structural
