// Continue tokens; one that was read writes itself again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/apiserver/registry/continue_token.h"

using namespace skiff;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    auto token = apiserver::read_continue({reinterpret_cast<const char*>(data), size});
    if (token.ok() && !apiserver::read_continue(apiserver::write_continue(*token)).ok()) abort();
    return 0;
}
