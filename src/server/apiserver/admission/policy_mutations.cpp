#include "server/apiserver/admission/policy_mutations.h"

#include <cmath>

#include <fmt/core.h>

#include "api/decode.h"
#include "api/typed_value.h"
#include "base/strings.h"
#include "json/json_patch.h"
#include "server/apiserver/engine.h"

namespace skiff::apiserver {
namespace {

using cel::Value;
using cel::ValueKind;

// Object.spec.x{} may stand only where field x of spec does.
void check_names(const Value& value, const std::string& path, std::vector<std::string>& mistakes) {
    if (value.is(ValueKind::Object)) {
        if (std::string name = value.type_name(); name != path)
            mistakes.push_back(fmt::format("unexpected type name \"{}\", expected \"{}\", which matches field name path from root Object type", name, path));
        value.each_entry([&](const Value& key, const Value& field) {
            check_names(field, path + "." + std::string(key.text()), mistakes);
            return true;
        });
    } else if (value.is(ValueKind::List) && !value.document()) {
        for (size_t i = 0; i < value.size(); ++i) check_names(value.at(i), path, mistakes);
    } else if (value.is(ValueKind::Map) && !value.document()) {
        value.each_entry([&](const Value&, const Value& field) {
            check_names(field, path, mistakes);
            return true;
        });
    }
}

Status check_names(const Value& value) {
    std::vector<std::string> mistakes;
    check_names(value, value.type_name(), mistakes);
    if (mistakes.empty()) return {};
    return error(Reason::Invalid, "type mismatch: {}", join(mistakes, "\n"));
}

// A configuration sets fields: null is no value of any, and would take one away.
void find_nulls(const Value& value, const std::string& path, std::string& mistakes) {
    auto entry = [&](const Value& key, const Value& field) {
        find_nulls(field, path + "." + std::string(key.text()), mistakes);
        return true;
    };
    if (value.is(ValueKind::Null)) mistakes += fmt::format("{}{}: expected a value, got &{{NULL_VALUE}}", mistakes.empty() ? "" : "\n", path);
    else if (value.document()) return;
    else if (value.is(ValueKind::Object) || value.is(ValueKind::Map)) value.each_entry(entry);
    else if (value.is(ValueKind::List))
        for (size_t i = 0; i < value.size(); ++i) find_nulls(value.at(i), fmt::format("{}[{}]", path, i), mistakes);
}

// 3.0 is written as 3, as Go does, so that it may stand in a field of integers.
void shorten_numbers(json::Value& tree) {
    if (tree.is_double()) {
        double number = tree.as_double();
        if (std::trunc(number) == number && std::abs(number) < 9e15) tree = json::Value(static_cast<int64_t>(number));
    }
    if (tree.is_array())
        for (json::Value& item : tree.mut_items()) shorten_numbers(item);
    if (tree.is_object())
        for (json::Member& member : tree.mut_members()) shorten_numbers(member.value);
}

void finish(const api::KindInfo& kind, json::Value tree, json::Value& target) {
    set_defaults(kind, tree);
    tree.set("kind", kind.gvk.kind);
    tree.set("apiVersion", kind.gvk.api_version());
    target = std::move(tree);
}

Result<json::Value> operation_of(const Value& patch) {
    auto text = [&](const char* field) {
        auto found = patch.find(field);
        return found ? std::string(found->text()) : std::string();
    };
    json::Value out = json::Value::object({{"op", text("op")}, {"path", text("path")}});
    if (std::string from = text("from"); !from.empty()) out.set("from", from);
    auto value = patch.find("value");
    if (!value) return out;
    if (value->is(ValueKind::Object)) TRY(check_names(*value));
    auto tree = value->to_json();
    if (!tree.ok()) return error(Reason::Invalid, "JSONPath valueExpression evaluated to a type that could not marshal to JSON: {}", tree.status().message());
    shorten_numbers(*tree);
    out.set("value", std::move(*tree));
    return out;
}

}  // namespace

Status apply_object(const api::KindInfo& kind, const Value& object, json::Value& target) {
    TRY(check_names(object));
    std::string nulls;
    find_nulls(object, "", nulls);
    if (!nulls.empty()) return error(Reason::Invalid, "error applying patch: failed to convert patch object to typed object: {}", nulls);
    json::Value configuration = TRY(object.to_json());
    shorten_numbers(configuration);
    configuration.set("apiVersion", kind.gvk.api_version());
    configuration.set("kind", kind.gvk.kind);
    api::ValueSchema root;
    root.kind = api::ValueSchema::Kind::Object;
    root.object = kind.schema;
    if (Status wrong = api::check_configuration(root, configuration); !wrong.ok())
        return error(Reason::Invalid, "error applying patch: failed to convert patch object to typed object: {}", wrong.message());
    if (auto atomics = api::atomic_paths(root, configuration); !atomics.empty())
        return error(Reason::Invalid, "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {}", join(atomics, ", "));
    json::Value merged = api::merge(root, target, configuration);
    if (Status wrong = api::normalize_kind(kind, merged); !wrong.ok()) return error(Reason::Invalid, "{}", wrong.message());
    finish(kind, std::move(merged), target);
    return {};
}

Status apply_patches(const api::KindInfo& kind, const Value& patches, json::Value& target) {
    json::Value operations = json::Value::array();
    for (size_t i = 0; i < patches.size(); ++i) operations.push_back(TRY(operation_of(patches.at(i))));
    json::Value patched = target;
    if (Status wrong = json::json_patch(patched, operations); !wrong.ok()) {
        // A test that fails is no mistake: the patch is not for this object.
        if (wrong.message().ends_with(": test failed")) return {};
        return error(Reason::Invalid, "JSON Patch: {}", wrong.message());
    }
    if (patched["kind"] != target["kind"] || patched["apiVersion"] != target["apiVersion"])
        return error(Reason::InternalError, "Internal error occurred: failed to convert object: converting ({}.{}) to ({}.{}): unknown conversion",
                     api::GroupVersion::parse(patched["apiVersion"].as_string()).version, patched["kind"].as_string(), kind.gvk.group.empty() ? "core" : kind.gvk.group.substr(0, kind.gvk.group.find('.')), kind.gvk.kind);
    api::StrictProblems problems;
    if (Status wrong = api::normalize_kind(kind, patched, kind.custom ? nullptr : &problems); !wrong.ok()) return error(Reason::InternalError, "Internal error occurred: {}", wrong.message());
    if (!problems.empty()) return error(Reason::InternalError, "Internal error occurred: strict decoding error: {}", join(problems, ", "));
    finish(kind, std::move(patched), target);
    return {};
}

}  // namespace skiff::apiserver
