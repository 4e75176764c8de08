#include <cstdio>

#include "base/version.h"
#include "cli/command.h"

namespace skiff::cli {

int cmd_version(const std::vector<std::string>& args) {
    if (wants_help(args)) {
        std::fputs(std::string(help_text("version")).c_str(), stdout);
        return 0;
    }
    std::printf("skiff %.*s (Kubernetes API %.*s)\n", static_cast<int>(kVersion.size()), kVersion.data(), static_cast<int>(kKubernetesVersion.size()),
                kKubernetesVersion.data());
    return 0;
}

}  // namespace skiff::cli
