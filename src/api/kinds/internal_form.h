// Objects as Kubernetes' internal types print them inside messages: every field by its Go name, absent ones as null, "", false or 0. Some
// errors of kube-apiserver quote a value or a difference in this form, and clients show it to people. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "json/value.h"

namespace skiff::api::kinds {

// The value in the form of an internal type: "SecurityContext", "PodSpec", "PersistentVolumeClaimSpec". An unknown type gives the value.
json::Value internal_form(std::string_view type, const json::Value& value);

// Labels and label selectors as Go prints them: maps in the order of their keys.
json::Value shown_labels(json::Value labels);
json::Value shown_selector(json::Value selector);

// A unified diff with three lines of context of two values, written one member a line; "" when they are equal.
std::string internal_diff(std::string_view type, const json::Value& before, const json::Value& after);

}  // namespace skiff::api::kinds
