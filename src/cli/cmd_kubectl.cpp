#include "cli/command.h"
#include "cli/kubectl/verb.h"

namespace skiff::cli {

int cmd_kubectl(const std::vector<std::string>& args) { return kubectl::run_kubectl(args); }

}  // namespace skiff::cli
