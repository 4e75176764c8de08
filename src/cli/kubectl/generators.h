// What the generators of `create` share: the object's head, KEY=VALUE words, arguments. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/kubectl/written.h"

namespace skiff::cli::kubectl {

// {apiVersion, kind, metadata: {name}}
json::Value named_object(const std::string& api_version, const std::string& kind, const std::string& name);
// The one NAME among the words; kubectl's error otherwise.
Result<std::string> one_name(const Call& call);
json::Value string_list(const std::vector<std::string>& words);
// "example.com/team/app:v1" gives "app".
std::string name_from_image(const std::string& image);
// {app: name}
json::Value app_label(const std::string& name);

}  // namespace skiff::cli::kubectl
