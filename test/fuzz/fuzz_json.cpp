// JSON: what can be read can be written and read again as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/parse.h"
#include "json/write.h"

using namespace skiff;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    auto value = json::parse({reinterpret_cast<const char*>(data), size});
    if (!value.ok()) return 0;
    auto again = json::parse(json::write(*value));
    if (!again.ok() || !(*again == *value)) abort();
    if (!json::parse(json::write_pretty(*value)).ok()) abort();
    return 0;
}
