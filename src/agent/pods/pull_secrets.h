// Registry credentials from image pull secrets (kubernetes.io/dockerconfigjson and dockercfg). Pure.
#pragma once

#include <string>
#include <vector>

#include "agent/images/image_store.h"
#include "json/value.h"

namespace skiff::agent::pods {

// Those of secret that fit the image (normalized reference): by host, or host and path prefix.
std::vector<images::Credentials> pull_credentials(const json::Value& secret, const std::string& image);

}  // namespace skiff::agent::pods
