// How many values a request's body, and the object that is made of it, may have. A value of two bytes in the text costs a hundred in memory and time in every step of a write, so
// bytes alone bound nothing. The largest definitions in use have forty thousand; what else is large has ten: a network policy of three thousand addresses, a slice of 1 000 endpoints.
#pragma once

#include <string_view>

#include "api/kind.h"
#include "base/status.h"
#include "json/value.h"

namespace skiff::apiserver {

constexpr size_t kBodyValuesMax = 45'000;
// Of an object when its defaults are there, without its managedFields: definitions and what they define, and all other kinds.
constexpr size_t kDefinedValuesMax = 50'000, kObjectValuesMax = 28'000;
// YAML takes 10 to 20 ns a byte: as much as other bodies may have.
constexpr size_t kYamlBytesMax = 3 << 20;

// RequestEntityTooLarge when a JSON text has more values. Looks at texts only that are long enough for that; reads each byte once.
Status check_body_values(std::string_view json);
// The same for an object with its defaults.
Status check_object_values(const api::KindInfo& kind, const json::Value& object);

}  // namespace skiff::apiserver
