// Warnings about what a pod still may say but should not, worded as Kubernetes does. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "api/validation.h"

namespace skiff::api::kinds {

std::vector<std::string> pod_warnings(const json::Value& pod);
// The first of them, which is said of a pod that is refused as well.
std::vector<std::string> pod_profile_warnings(const json::Value& pod);
std::vector<std::string> cron_job_warnings(const json::Value& object);
std::vector<std::string> template_warnings(const json::Value& pod_template, const FieldPath& path);
std::vector<std::string> stateful_set_warnings(const json::Value& object);

// Parts that other kinds use. What an old label of nodes should be; "" for others.
std::string_view old_node_label(std::string_view key);
// Added to out: old labels of nodes in match expressions, amounts of storage that are no whole bytes.
void warn_of_node_labels(const json::Value& expressions, const FieldPath& path, std::vector<std::string>& out);
void warn_of_claim_amounts(const json::Value& claim_spec, const FieldPath& path, std::vector<std::string>& out);
// Of an object with a pod template at spec.template.
std::vector<std::string> pod_template_warnings(const json::Value& object);

}  // namespace skiff::api::kinds
