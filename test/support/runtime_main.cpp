// Catch2's runner for tests that start containers and unpack images: the test executable is its own monitor and unpacker, as the product is.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <string_view>

#include "agent/images/image_store.h"
#include "agent/runtime/runtime.h"

int main(int argc, char** argv) {
    const std::string_view verb = argc > 1 ? argv[1] : "";
    if (verb == "monitor") return skiff::agent::runtime::monitor_main(argc - 2, argv + 2);
    if (verb == "pause") return skiff::agent::runtime::pause_main();
    if (verb == "unpack") return skiff::agent::images::unpack_main(argc - 2, argv + 2);
    return Catch::Session().run(argc, argv);
}
