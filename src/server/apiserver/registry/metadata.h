// Validation of ObjectMeta as k8s.io/apimachinery does it on create and update. Pure; any thread.
#pragma once

#include "api/kind.h"
#include "api/validation.h"

namespace skiff::apiserver {

// Equal owners are kept once; the client is told. when: "" or " after ...", for the words.
void drop_repeated_owners(json::Value& meta, std::vector<std::string>& warnings, std::string_view when = {});

// After webhooks or policies changed an object: it stays in its namespace (ns "": it has none), owners are there once, and managers that
// cannot be read give way to those before.
Status settle_metadata(json::Value& meta, const json::Value& managers_before, const std::string& ns, std::vector<std::string>& warnings);
// Skip: the name may be anything, as far as the kind's own rules go.
enum class Names { Check, Skip };
void validate_metadata(const api::KindInfo& kind, const json::Value& object, Names names, api::FieldErrors& errors);
// Labels, annotations and owners, which every validation of an object looks at.
void validate_metadata_maps(const json::Value& object, api::FieldErrors& errors);
enum class Finalizers { Check, Skip };
// generateName, which is for new objects, but refused when it is bad.
void validate_prefix_update(const api::KindInfo& kind, const json::Value& object, api::FieldErrors& errors);
void validate_metadata_update(const api::KindInfo& kind, const json::Value& object, const json::Value& old, api::FieldErrors& errors, Finalizers finalizers = Finalizers::Check);

}  // namespace skiff::apiserver
