#include "api/custom_hooks.h"

#include <algorithm>
#include <limits>

#include "api/decode.h"
#include "api/go_text.h"
#include "api/names.h"
#include "api/structural/prune.h"
#include "api/structural/validate.h"
#include "api/timestamp.h"
#include "base/strings.h"
#include "json/path.h"
#include "json/write.h"

namespace skiff::api {
namespace {

using json::Value;

constexpr std::string_view kStandardFinalizers[] = {"orphan", "foregroundDeletion", "kubernetes"};

constexpr size_t kColumnStepsMax = 10'000;   // that the path of one column may take in one object

std::string_view go_type_name(const Value& value) {
    static constexpr std::string_view kNames[] = {"<nil>", "bool", "int64", "float64", "string", "[]interface {}", "map[string]interface {}"};
    return kNames[static_cast<int>(value.type())];
}

Status normalize_custom(const CustomResource& custom, const TypeSchema& object_meta, Value& object, std::vector<std::string>* strict) {
    if (!object.is_object()) return error(Reason::BadRequest, "the object is no JSON object");
    TRY(structural::coerce_metadata(object, object_meta, structural::DropInvalid::No, strict));
    if (!custom.preserve_all && custom.has_schema) {
        std::vector<std::string> unknown;
        structural::prune(object, custom.schema, structural::Root::Yes, strict ? &unknown : nullptr);
        for (std::string& path : unknown) strict->push_back(fmt::format("unknown field \"{}\"", path));
        structural::drop_nulls(object, custom.schema);
    }
    return structural::coerce_embedded(object, custom.schema, object_meta, structural::DropInvalid::No, strict);
}

// What Kubernetes says of a path that leads through something else than objects; nothing when it does not.
std::string blocked_at(const Value& object, std::string_view path) {
    if (path.starts_with('.')) path.remove_prefix(1);
    const Value* value = &object;
    std::string at;
    for (std::string_view part : split_views(path, '.')) {
        (at += '.') += part;
        if (value->is_null()) return {};
        if (!value->is_object()) return fmt::format("{} accessor error: {} is of the type {}, expected map[string]interface{{}}", at, go_print(*value), go_type_name(*value));
        value = &(*value)[part];
    }
    return {};
}

void check_count(const Value& object, const std::string& path, FieldErrors& errors) {
    FieldPath where(path);
    if (std::string why = blocked_at(object, path); !why.empty()) return errors.invalid(where, 0, why);
    const Value& value = value_at(object, path);
    if (value.is_null()) return;
    if (!value.is_int()) {
        std::string_view name = path;
        if (name.starts_with('.')) name.remove_prefix(1);
        return errors.invalid(where, 0, fmt::format(".{} accessor error: {} is of the type {}, expected int64", name, go_print(value), go_type_name(value)));
    }
    if (value.as_int() < 0) errors.invalid(where, value, "should be a non-negative integer");
    else if (value.as_int() > std::numeric_limits<int32_t>::max()) errors.invalid(where, value, "should be less than or equal to 2147483647");
}

void check_scale(const CustomResource& custom, const Value& object, bool spec, FieldErrors& errors) {
    if (!custom.scale) return;
    if (spec) check_count(object, custom.scale->spec_replicas, errors);
    check_count(object, custom.scale->status_replicas, errors);
    const std::string& selector = custom.scale->label_selector;
    if (selector.empty()) return;
    if (std::string why = blocked_at(object, selector); !why.empty()) return errors.invalid(FieldPath(selector), "", why);
    const Value& text = value_at(object, selector);
    if (!text.is_null() && !text.is_string())
        errors.invalid(FieldPath(selector), "", fmt::format("{} accessor error: {} is of the type {}, expected string", selector, go_print(text), go_type_name(text)));
}

// What is looked at whatever kind an object says it is of.
void validate_parts(const CustomResource& custom, const Value& object, const Value* old, FieldErrors& errors) {
    structural::validate_embedded(object, custom.schema, FieldPath(), errors);
    if (old) {
        FieldErrors before;
        structural::validate_lists(*old, custom.schema, FieldPath(), before);
        if (!before.empty()) return;
    }
    structural::validate_lists(object, custom.schema, FieldPath(), errors);
}

void validate_object(const CustomResource& custom, const Value& object, const Value* old, FieldErrors& errors) {
    if (custom.has_schema) structural::validate(object, old, custom.schema, FieldPath(), errors);
    check_scale(custom, object, true, errors);
    validate_parts(custom, object, old, errors);
}

void validate_status(const CustomResource& custom, const Value& object, const Value& old, FieldErrors& errors) {
    const structural::Schema* schema = custom.schema.property("status");
    if (const Value* status = object.find("status"); status && schema && custom.has_schema)
        structural::validate(*status, old.find("status"), *schema, FieldPath("status"), errors);
    check_scale(custom, object, false, errors);
    FieldErrors before;
    structural::validate_lists(old, custom.schema, FieldPath(), before);
    if (before.empty()) structural::validate_lists(object, custom.schema, FieldPath(), errors);
}

std::vector<std::string> finalizer_warnings(const Value& object) {
    std::vector<std::string> out;
    for (const Value& finalizer : object["metadata"]["finalizers"].items()) {
        const std::string& name = finalizer.as_string();
        for (const std::string& complaint : check_qualified_name(name)) out.push_back(fmt::format("metadata.finalizers: \"{}\": {}", name, complaint));
        if (name.find('/') != std::string::npos || std::find(std::begin(kStandardFinalizers), std::end(kStandardFinalizers), name) != std::end(kStandardFinalizers)) continue;
        std::string_view path = name.find('.') != std::string::npos ? " including a path (/)" : "";
        out.push_back(fmt::format("metadata.finalizers: \"{}\": prefer a domain-qualified finalizer name{} to avoid accidental conflicts with other finalizer writers", name, path));
    }
    return out;
}

Value cell_of(const json::JsonPath& path, const std::string& type, const Value& object, WallTime now) {
    auto found = path.first(object, kColumnStepsMax);
    if (!found.ok()) return {};
    const Value& value = *found;
    if (type == "string") {
        if (value.is_string()) return value;
        return value.is_null() ? Value() : Value(json::write(value));
    }
    if (type == "integer") return value.is_number() ? Value(value.is_int() ? value.as_int() : static_cast<int64_t>(value.as_double())) : Value();
    if (type == "number") return value.is_number() ? value : Value();
    if (type == "boolean") return value.is_bool() ? value : Value();
    if (type != "date" || !value.is_string()) return {};
    auto time = parse_time(value.as_string());
    if (!time) return "<invalid>";
    return human_duration(now - *time);
}

}  // namespace

const Value& value_at(const Value& object, std::string_view path) {
    if (path.starts_with('.')) path.remove_prefix(1);
    const Value* value = &object;
    for (std::string_view part : split_views(path, '.')) value = &(*value)[part];
    return *value;
}

KindHooks custom_hooks(const CustomResource& custom, const KindInfo& kind, const TypeSchema* object_meta) {
    KindHooks hooks;
    const CustomResource* c = &custom;
    hooks.normalize = [c, object_meta](Value& object, std::vector<std::string>* strict) { return normalize_custom(*c, *object_meta, object, strict); };
    hooks.set_defaults = [c](Value& object) { structural::set_defaults(object, c->schema); };
    if (kind.has_status) hooks.prepare_create = [](Value& object) { object.erase("status"); };
    hooks.validate_create = [c, name = kind.gvk.kind](const Value& object, FieldErrors& errors) {
        if (object["kind"].as_string() == name) validate_object(*c, object, nullptr, errors);
        else validate_parts(*c, object, nullptr, errors);
    };
    hooks.validate_update = [c](const Value& object, const Value& old, FieldErrors& errors) { validate_object(*c, object, &old, errors); };
    hooks.validate_status_update = [c](const Value& object, const Value& old, FieldErrors& errors) { validate_status(*c, object, old, errors); };
    hooks.warnings = finalizer_warnings;
    return hooks;
}

std::vector<Column> custom_columns(const Value& version) {
    std::vector<Column> columns;
    columns.push_back({.name = "Name", .format = "name", .cell = [](const Value& object, WallTime) { return object["metadata"]["name"]; }});
    auto add = [&](const std::string& name, const std::string& type, const std::string& text, const Value& definition) {
        auto path = json::JsonPath::parse_expression(text);
        Column column{.name = name, .type = type, .format = definition["format"].as_string(), .description = definition["description"].as_string(),
                      .priority = static_cast<int>(definition["priority"].as_int())};
        if (path.ok()) column.cell = [path = std::move(path).value(), type](const Value& object, WallTime now) { return cell_of(path, type, object, now); };
        columns.push_back(std::move(column));
    };
    for (const Value& c : version["additionalPrinterColumns"].items()) {
        const std::string& path = c["jsonPath"].as_string();
        add(c["name"].as_string(), c["type"].as_string(), path, c);
        if (columns.back().description.empty()) columns.back().description = "Custom resource definition column (in JSONPath format): " + path;
    }
    if (columns.size() == 1) add("Age", "date", ".metadata.creationTimestamp", {});
    return columns;
}

}  // namespace skiff::api
