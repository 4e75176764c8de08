// What exec, attach, run and cp have in common.
#pragma once

#include <string>
#include <vector>

#include "cli/kubectl/remote_command.h"
#include "cli/kubectl/verb.h"

namespace skiff::cli::kubectl {

// Our own standard streams; tty becomes false, with a word to the user, where input is no terminal.
RemoteStreams local_streams(bool stdin_wanted, bool& tty);
// subresource: exec or attach.
std::string command_path(const json::Value& pod, const std::string& subresource, const std::string& container, bool in, bool tty, const std::vector<std::string>& command);
// "command terminated with exit code 3" and that exit status.
Status leave_with(Call& call, int code);

}  // namespace skiff::cli::kubectl
