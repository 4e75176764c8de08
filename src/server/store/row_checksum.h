// The column "sum" of a row (FORMAT.md): the checksum over its other columns.
#pragma once

#include "server/store/checksum.h"

namespace skiff::store {

// value: null for a row without one.
inline int64_t row_checksum(int64_t id, std::string_view key, int64_t kind, int64_t create_revision, int64_t prev_id, const std::string_view* value) {
    Checksum sum;
    sum.add(static_cast<uint64_t>(id));
    sum.add(key);
    sum.add(static_cast<uint64_t>(kind));
    sum.add(static_cast<uint64_t>(create_revision));
    sum.add(static_cast<uint64_t>(prev_id));
    if (value) sum.add(*value);
    return sum.value();
}

}  // namespace skiff::store
