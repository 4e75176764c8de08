// Warnings about what a pod still may say but should not, worded as Kubernetes does. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "json/value.h"

namespace skiff::api::kinds {

std::vector<std::string> pod_warnings(const json::Value& pod);
std::vector<std::string> cron_job_warnings(const json::Value& object);
// Of an object with a pod template at spec.template.
std::vector<std::string> pod_template_warnings(const json::Value& object);

}  // namespace skiff::api::kinds
