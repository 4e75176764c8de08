// Warnings about objects other than pods, worded as Kubernetes does. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace skiff::api::kinds {

// What is said only when an object is made: names that are no host names, an old way to name a class, endpoints by name.
std::vector<std::string> create_warnings(std::string_view plural, const json::Value& object);

std::vector<std::string> service_warnings(const json::Value& object);
std::vector<std::string> endpoints_warnings(const json::Value& object);
std::vector<std::string> endpoint_slice_warnings(const json::Value& object);
std::vector<std::string> network_policy_warnings(const json::Value& object);
std::vector<std::string> volume_warnings(const json::Value& object);
std::vector<std::string> claim_warnings(const json::Value& object);
std::vector<std::string> storage_class_warnings(const json::Value& object);
std::vector<std::string> capacity_warnings(const json::Value& object);
std::vector<std::string> runtime_class_warnings(const json::Value& object);

}  // namespace skiff::api::kinds
