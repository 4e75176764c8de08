// The environment of a container: envFrom, env with valueFrom, service variables, $(VAR) expansion. Objects come through functions, so
// this is as pure as they are.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/pods/expand.h"
#include "agent/volumes/downward.h"
#include "api/object.h"
#include "base/status.h"
#include "json/value.h"

namespace skiff::agent::pods {

struct EnvironmentInputs {
    const json::Value& pod;
    const json::Value& container;
    const volumes::DownwardFacts& facts;
    // Null when absent.
    std::function<Result<api::ObjectPtr>(const std::string& name)> config_map, secret;
    // Services whose variables the container gets: default/kubernetes, and those of the pod's namespace where enableServiceLinks.
    std::vector<api::ObjectPtr> services;
    std::vector<std::string> image_env;   // NAME=value
};

struct Environment {
    std::vector<std::string> list;        // NAME=value in a stable order, image's first; no name twice
    Variables variables;                  // what $(NAME) in command and args sees: all but the image's
};

// The error's message is the one of CreateContainerConfigError.
Result<Environment> make_environment(const EnvironmentInputs& in);
// REDIS_PRIMARY_SERVICE_HOST and so on, of one service.
Variables service_variables(const json::Value& service);

}  // namespace skiff::agent::pods
