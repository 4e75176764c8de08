// What bodies and patched objects share when they are read: their kind and version, a custom kind's form, fields that nobody knows, defaults.
// Any thread.
#pragma once

#include <string_view>

#include "api/decode.h"
#include "server/apiserver/engine.h"

namespace skiff::apiserver {

// BadRequest in kube-apiserver's words for an object of another kind than the URL's. bytes: the body, for errors that quote it.
Status check_kind(const api::KindRegistry& kinds, const api::Gvk& wanted, const json::Value& tree, std::string_view bytes = {});
Status check_version(const api::KindInfo& kind, const json::Value& tree);
// A tree of a custom kind, pruned. That it is of another kind is found when it is validated.
Result<json::Value> custom_form(const api::KindInfo& kind, json::Value tree, api::StrictProblems* strict);
json::Value with_sorted_members(const json::Value& object);
// Of a version that a definition does not have no field is known.
void report_unknown_version(const api::KindRegistry& kinds, const api::KindInfo& kind, const json::Value& tree, api::StrictProblems& problems);
// A small body with a definition's large defaults could become any size; thousands of empty elements are refused before each has its own.
Status defaults_within_bounds(const api::KindInfo& kind, json::Value& object);
void warn_of(const api::StrictProblems& problems, RequestContext& context);
// What YAML's strict decoder says of repeated members, as one problem; "" for none. Warnings of it are one a line.
std::string repeated_members(const std::vector<std::string>& lines);

}  // namespace skiff::apiserver
