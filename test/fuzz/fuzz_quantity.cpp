// Quantities, times and durations; a canonical text stays as it is.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/quantity.h"
#include "api/timestamp.h"

using namespace skiff;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    if (auto quantity = api::Quantity::parse(text); quantity.ok()) {
        auto again = api::Quantity::parse(quantity->text());
        if (!again.ok() || again->text() != quantity->text()) abort();
    }
    if (auto moment = api::read_moment(text); moment.ok() && moment->seconds >= api::kSecondsMin && moment->seconds <= api::kSecondsMax)
        if (!api::read_moment(api::format_moment(*moment)).ok()) abort();
    (void)api::parse_duration(text);
    return 0;
}
