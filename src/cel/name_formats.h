// The named formats of format.named(): name, check and the length of the pattern that the cost of a check is counted by.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cel/value.h"

namespace skiff::cel {

struct NameFormat {
    std::string_view name;
    std::vector<std::string> (*check)(std::string_view text);
    size_t pattern_size = 0;
};

struct NameFormatValue : Opaque {
    const NameFormat* format = nullptr;
    std::string_view type_name() const override { return "kubernetes.NamedFormat"; }
    bool equals(const Opaque& other) const override { return format == static_cast<const NameFormatValue&>(other).format; }
};

}  // namespace skiff::cel
