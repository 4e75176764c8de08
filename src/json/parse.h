// Text to Value. Bounded: depth_max nestings, size checked by the caller. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "json/value.h"

namespace skiff::json {

struct ParseOptions {
    int depth_max = 500;
    // Where set, the paths of object members that appear twice (the last one wins), e.g. "spec.replicas".
    std::vector<std::string>* duplicates = nullptr;
    // Repeated members stay in the tree, one after the other, for a caller that reports them in the order of the text.
    bool keep_duplicates = false;
};

// BadRequest with offset and what was wrong.
Result<Value> parse(std::string_view text, const ParseOptions& options = {});

}  // namespace skiff::json
