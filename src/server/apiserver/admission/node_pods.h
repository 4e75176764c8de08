// What NodeRestriction asks of pods: mirror pods that a node makes, and whom a pod talks to with tokens. Pure but for the reader.
#pragma once

#include <string>

#include "base/status.h"
#include "json/value.h"
#include "server/apiserver/reader.h"

namespace skiff::apiserver {

// "" or why the node may not make this pod; NotFound when the node itself is not there.
Result<std::string> refused_mirror_pod(const Reader& reader, const json::Value& pod, const std::string& node);

// Whether one of the pod's volumes is a token for the audience or belongs to a CSI driver that wants such tokens. Errors: what could not be found.
Result<bool> talks_to(const Reader& reader, const json::Value& pod, const std::string& audience);

}  // namespace skiff::apiserver
