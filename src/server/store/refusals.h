// The words in which every Store refuses, so that implementations agree. Any thread.
#pragma once

#include "server/store/store.h"

namespace skiff::store {

// Whether revision may be read or watched from: Expired below compact, Timeout (ResourceVersionTooLarge) above current.
Status check_revision(Revision revision, Revision compact, Revision current);
// Whether write's expectation holds for current (null: absent).
Status check_expected(const Write& write, const Entry* current);
// What must be true of a transaction before anyone looks at the state.
Status check_shape(const std::vector<Write>& writes);
// Inserts the revision where the write asks for it.
std::string stamped(std::string_view value, size_t stamp_at, Revision revision);

}  // namespace skiff::store
