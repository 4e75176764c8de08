// A container's security settings from its own and its pod's securityContext. Pure.
#pragma once

#include <string>
#include <vector>

#include "agent/pods/users.h"
#include "agent/runtime/runtime.h"
#include "base/status.h"
#include "json/value.h"

namespace skiff::agent::pods {

// CAP_ names after add and drop (ALL included) on the default set of container runtimes.
std::vector<std::string> capabilities(const json::Value& security_context);

// A field of the container's securityContext, else the pod's.
const json::Value& effective(const json::Value& pod, const json::Value& container, const char* field);

// Fails as the kubelet does when runAsNonRoot is asked and the user is root or not numeric. image_user: the image's USER.
Result<runtime::Security> make_security(const json::Value& pod, const json::Value& container, const User& user, const std::string& image_user,
                                        const std::string& seccomp_root);

}  // namespace skiff::agent::pods
