// Where a node's API (kubelet) is reached, and which containers a pod has. Pure over a Reader.
#pragma once

#include <string>

#include "server/apiserver/reader.h"

namespace skiff::apiserver {

// "https://10.0.0.5:10250" of a node by its status.
Result<std::string> node_base_url(const Reader& reader, const std::string& node);
Result<std::string> node_base_url(const api::Object& node);
// The container that logs, exec and attach mean: the given one, the annotated default, or the first. BadRequest in Kubernetes' words.
Result<std::string> container_of(const json::Value& pod, const std::string& wanted);

}  // namespace skiff::apiserver
