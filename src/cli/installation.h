// Installation: what install.sh made on this machine, read from its record /etc/skiff/<name>.install, and where that service keeps its data.
//
// The record is text, one "word value" a line: name, verb (server, agent), init (systemd, openrc, none), binary, env (file of the service's
// environment), arg (of the service, in order), file (made by install.sh), dir (made by it, removed when empty), tree (removed whole),
// package (installed by it). Written by install.sh only. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace skiff::cli {

struct Installation {
    std::string name, verb, init, binary, env_file, record;
    std::vector<std::string> args, files, dirs, trees, packages;
};

// What one service keeps and where.
struct NodePaths {
    std::string data_dir = "/var/lib/skiff", state_dir = "/run/skiff", kubeconfig;   // kubeconfig "" for an agent
};

// BadRequest for a line that this version does not know.
Result<Installation> parse_installation(std::string_view text);
// All records below folder, by name; none is no error.
Result<std::vector<Installation>> installations(const std::string& folder = "/etc/skiff");
// As the service itself finds them: its arguments, the environment file, the config file. Sets variables of the file in this process's environment.
Result<NodePaths> paths_of(const Installation& installation);
// NAME="value" lines with \ before ", \, $ and `; what is no such line is left out.
std::vector<std::pair<std::string, std::string>> parse_environment(std::string_view text);

}  // namespace skiff::cli
