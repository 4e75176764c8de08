// AdmissionSettings: what kube-apiserver's arguments say about admission: which plugins run, and how each of them is configured.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "json/value.h"

namespace skiff::apiserver {

struct AdmissionSettings {
    std::vector<std::string> enabled, disabled;                        // names of plugins
    std::map<std::string, json::Value, std::less<>> configurations;    // by plugin
    int64_t not_ready_s = 300, unreachable_s = 300;                    // DefaultTolerationSeconds
    bool mutating_policies = false;                                    // feature gate MutatingAdmissionPolicy

    const json::Value& configuration(std::string_view plugin) const;   // null without one
};

// Reads an apiserver.config.k8s.io AdmissionConfiguration with the files that it points to (relative paths from its own folder), or one of
// PodNodeSelector's files of old without a kind. BadRequest names the file, and the plugin for which it is.
Result<std::map<std::string, json::Value, std::less<>>> read_admission_configuration(const std::string& path);

// Whether a plugin's configuration is of this group and kind, in one of these versions: BadRequest otherwise, also for fields that are not `fields`.
Status expect_configuration(const json::Value& configuration, std::string_view group, const std::vector<std::string>& versions, std::string_view kind,
                            const std::vector<std::string>& fields);

}  // namespace skiff::apiserver
