// What this machine allows, found out once.
#pragma once

#include <string>

#include "base/status.h"
#include "json/value.h"

namespace skiff::agent::runtime {

// The absolute path of runc; NotFound says which package to install.
Result<std::string> find_runc(const std::string& given);
// "1.1.5"; "unknown" when it does not say.
std::string runc_version(const std::string& runc);
// The lowest oom_score_adj that we may set: without CAP_SYS_RESOURCE not below our own.
int lowest_oom_score();
bool has_apparmor();
// A Localhost profile from its file.
Result<json::Value> load_seccomp(const std::string& path);

}  // namespace skiff::agent::runtime
