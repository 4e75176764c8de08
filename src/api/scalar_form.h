// One scalar as Go's JSON decoder reads it and writes it again. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "api/schema.h"
#include "base/status.h"

namespace skiff::api {

// What Go calls the kind of a JSON value in "cannot unmarshal X into": string, bool, number, array, object, null.
std::string_view go_json_kind(const json::Value& value);

// The Go type of a value for messages: v1.DeploymentSpec, []v1.Container, map[string]string. scalar is Field::go_type.
std::string go_type_of(const ValueSchema& value, const std::string& scalar);

enum class ScalarError { None, Mismatch, Custom };
struct ScalarResult {
    ScalarError error = ScalarError::None;
    std::string text;       // Mismatch: what was found, "number 1.5"; Custom: the whole message
};
// Brings value (not null) into its canonical form, or says why not.
ScalarResult normalize_scalar(ValueSchema::Kind kind, json::Value& value);

// True when Go's omitempty leaves the value out of a field that is no pointer.
bool is_zero(ValueSchema::Kind kind, const json::Value& value);

// What a null becomes inside lists and maps, where it cannot be left out.
json::Value zero_value(ValueSchema::Kind kind);

}  // namespace skiff::api
