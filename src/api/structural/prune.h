// What happens to an object of a custom resource on its way in: unknown fields go, metadata becomes ObjectMeta, defaults come. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "api/decode.h"
#include "api/structural/schema.h"

namespace skiff::api::structural {

// Removes what the schema does not declare. root: kind, apiVersion and metadata stay. unknown (may be null) takes "spec.x" of each, sorted.
enum class Root { Yes, No };
void prune(json::Value& value, const Schema& schema, Root root, std::vector<std::string>* unknown = nullptr);

// Nulls of members that are neither nullable nor have a default: they go.
void drop_nulls(json::Value& value, const Schema& schema);
// Absent members get their defaults, nulls of members that are not nullable too.
void set_defaults(json::Value& value, const Schema& schema);
// Whether set_defaults would add at most this much, where each value counts kDefaultBytes beside its text.
constexpr size_t kDefaultsBytesMax = 8 << 20, kDefaultBytes = 100;
bool defaults_fit(const json::Value& value, const Schema& schema);

// metadata of the object, or of its embedded resources, as ObjectMeta: unknown fields go (into strict), wrong types are an error as Go's decoder
// words it, or are dropped with DropInvalid::Yes (objects from the store).
enum class DropInvalid { Yes, No };
Status coerce_metadata(json::Value& object, const TypeSchema& object_meta, DropInvalid drop, StrictProblems* strict);
Status coerce_embedded(json::Value& object, const Schema& schema, const TypeSchema& object_meta, DropInvalid drop, StrictProblems* strict);

}  // namespace skiff::api::structural
