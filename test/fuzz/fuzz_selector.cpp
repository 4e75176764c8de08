// Label and field selectors; a selector that was read reads the same from its own text.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/selector.h"

using namespace skiff;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    auto labels = api::LabelSelector::parse(text);
    if (labels.ok() && !api::LabelSelector::parse(labels->text()).ok()) abort();
    auto fields = api::FieldSelector::parse(text);
    if (fields.ok() && !api::FieldSelector::parse(fields->text()).ok()) abort();
    return 0;
}
