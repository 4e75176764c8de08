// Who goes when there are too many connections, or too many bytes wait for slow clients. What waits longest goes first, and of the address that has
// most: who floods us closes their own, and others still get in. Pure.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace skiff::net {

// One connection as these decisions see it.
struct Standing {
    std::string_view address;      // without the port
    bool waiting = false;          // for its client: to shake hands, to send a request, to take an answer
    Duration since{};              // when it began to
    size_t held = 0;               // bytes
};

// Indexes of those to close for a newcomer, `batch` at most: of the address with the most connections, those that wait first. Empty: the newcomer is
// refused, as its own address has the most and none of them waits.
std::vector<size_t> leave_for_newcomer(const std::vector<Standing>& all, std::string_view newcomer, size_t batch);

// Of those that have waited since before `before` and hold more than `small`, as many as free `bytes`; longest first.
std::vector<size_t> leave_for_memory(const std::vector<Standing>& all, Duration before, size_t small, size_t bytes);

// "10.42.0.7:51234" without the port.
inline std::string_view address_part(std::string_view remote) { return remote.substr(0, remote.rfind(':')); }

}  // namespace skiff::net
