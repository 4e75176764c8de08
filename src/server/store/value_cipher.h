// ValueCipher: between the values in memory and those in the file. The store asks it for each row that it writes or reads, and knows nothing
// of keys or algorithms. Implemented by the composition root (server/secrets_encryption). Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace skiff::store {

class ValueCipher {
public:
    virtual ~ValueCipher() = default;
    // Whether rows of this key pass through it; the others are stored as they are.
    virtual bool covers(std::string_view key) const = 0;
    // row_id: a row's form is good for that row only.
    virtual Result<std::string> seal(std::string_view key, int64_t row_id, std::string_view value) const = 0;
    // Takes what any earlier seal() gave, and values that were written without a cipher.
    virtual Result<std::string> open(std::string_view key, int64_t row_id, std::string_view stored) const = 0;
    // Whether seal() would give this form today; rows in another form are rewritten (Store::reseal).
    virtual bool current(std::string_view stored) const = 0;
};

}  // namespace skiff::store
