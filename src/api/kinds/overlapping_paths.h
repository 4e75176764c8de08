// Files of one volume that hide each other: two with one path, or one inside another. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "json/value.h"

namespace skiff::api::kinds {

// Warnings for the volumes of a pod, worded as Kubernetes does.
std::vector<std::string> overlapping_paths(const json::Value& volumes);

}  // namespace skiff::api::kinds
