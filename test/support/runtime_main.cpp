// Catch2's runner for tests that start containers: the test executable is its own monitor, as the product is.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <string_view>

#include "agent/runtime/runtime.h"

int main(int argc, char** argv) {
    const std::string_view verb = argc > 1 ? argv[1] : "";
    if (verb == "monitor") return skiff::agent::runtime::monitor_main(argc - 2, argv + 2);
    if (verb == "pause") return skiff::agent::runtime::pause_main();
    return Catch::Session().run(argc, argv);
}
