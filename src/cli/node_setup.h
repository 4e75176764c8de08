// From the flags of a node to the options of the agent. Shared by `skiff server` and `skiff agent`.
#pragma once

#include <string>
#include <vector>

#include "agent/agent.h"
#include "cli/server_flags.h"

namespace skiff::cli {

// BadRequest that names the flag.
Result<agent::AgentOptions> agent_options(const NodeFlags& node, const std::string& data_dir, const std::vector<std::string>& disable);
// /run/skiff for the default data dir, another folder for any other, so that several run side by side.
std::string state_dir_for(const NodeFlags& node, const std::string& data_dir);

}  // namespace skiff::cli
