// A JSON tree seen through its schema as structured-merge-diff does: comparison, merge, field sets, removal. Maps and structs are granular
// unless atomic, lists by their list type. Pure; any thread.
#pragma once

#include "api/field_set.h"

namespace skiff::api {

struct Comparison {
    FieldSet added, modified, removed;
    bool typed = true;   // false: a list has elements that cannot be named, and who wrote what is not known
};

// What differs between two objects of a type.
Comparison compare(const ValueSchema& schema, const json::Value& before, const json::Value& after);

// The paths that a configuration sets.
FieldSet field_set_of(const ValueSchema& schema, const json::Value& tree);

// live with what configuration sets; elements of associative lists in the configuration's order as far as both say.
json::Value merge(const ValueSchema& schema, const json::Value& live, const json::Value& configuration);

// tree without the fields and elements that the set names; atomic values are left alone.
json::Value remove_items(const ValueSchema& schema, const json::Value& tree, const FieldSet& set);

// Whether a configuration fits the schema: `.spec.foo: field not declared in schema`, `.data.a: expected string, got ...`, duplicates in
// associative lists. Reason Unknown, as Kubernetes answers 500.
Status check_configuration(const ValueSchema& schema, const json::Value& tree);

// The paths of all atomic lists, maps and structs that a configuration has: `.spec.selector`, `.spec.template.spec.containers[0].args`.
std::vector<std::string> atomic_paths(const ValueSchema& schema, const json::Value& tree);

// The path element of a list's element; an error when it lacks a key that has no default.
Result<std::string> element_of(const ValueSchema& list, const json::Value& item);

}  // namespace skiff::api
