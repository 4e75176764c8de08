// Configuration: what KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) says: profiles, extenders, back-off. A value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "server/scheduler/extender_settings.h"
#include "server/scheduler/profile.h"

namespace skiff::scheduler {

struct Configuration {
    std::vector<Profile> profiles{default_profile()};
    std::vector<ExtenderSettings> extenders;
    Duration backoff_first = std::chrono::seconds(1), backoff_max = std::chrono::seconds(10);
};

// From YAML or JSON. Invalid names the field; what has no meaning here (leader election, ports, parallelism) is accepted and has no effect.
Result<Configuration> read_configuration(std::string_view text);

}  // namespace skiff::scheduler
