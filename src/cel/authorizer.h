// The `authorizer` variable: expressions may ask what a user may do. The caller gives the deciding function; it must outlive the evaluation.
#pragma once

#include <functional>
#include <string>

#include "cel/value.h"

namespace skiff::cel {

struct AccessQuestion {
    std::string service_account_namespace, service_account;   // "": the user of the request
    std::string verb, path;                                   // path: not about a resource
    std::string group, resource, subresource, namespace_name, name;
    std::string field_selector, label_selector;
};

struct AccessAnswer {
    bool allowed = false;
    std::string reason, error;
};

using AccessDecider = std::function<AccessAnswer(const AccessQuestion& question)>;

// Of type kubernetes.authorization.Authorizer.
Value authorizer_value(const AccessDecider& decide);
// `authorizer.requestResource`, a ResourceCheck that knows what the request is about.
Value resource_check_value(const AccessDecider& decide, AccessQuestion about);

inline constexpr const char* kAuthorizerType = "kubernetes.authorization.Authorizer";
inline constexpr const char* kResourceCheckType = "kubernetes.authorization.ResourceCheck";

}  // namespace skiff::cel
