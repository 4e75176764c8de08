// Runs the jailed child over a blob and finishes what only its parent may do. Any thread; blocks.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace skiff::agent::images {

struct Unpacked {
    std::string diff_id;
    int64_t size_bytes = 0;
};
// Unpacks the file at blob_path into dir, which must be empty.
Result<Unpacked> unpack_layer(const std::string& self_exe, const std::string& blob_path, const std::string& dir);

}  // namespace skiff::agent::images
