// The one executable. What a process becomes is its first argument; see src/cli. Three modes branch off before anything else is set up, so
// that they stay tiny: the monitor beside each container, the init of a shared PID namespace, the jailed child that unpacks a layer.
#include <string>
#include <string_view>
#include <vector>

#include "agent/images/image_store.h"
#include "agent/runtime/runtime.h"
#include "cli/run.h"

int main(int argc, char** argv) {
    const std::string_view verb = argc > 1 ? argv[1] : "";
    if (verb == "monitor") return skiff::agent::runtime::monitor_main(argc - 2, argv + 2);
    if (verb == "pause") return skiff::agent::runtime::pause_main();
    if (verb == "unpack") return skiff::agent::images::unpack_main(argc - 2, argv + 2);
    return skiff::cli::run(argv[0], std::vector<std::string>(argv + 1, argv + argc));
}
