// Sandbox: what a process that reads outside bytes gives up before it starts. Each call is final for the process (its children included) and
// is meant for a child of one thread. Linux only; on failure the child must not go on.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/status.h"

namespace skiff::sandbox {

// Calls of that kind, by name. Names that this architecture does not have are skipped, so a list may hold both the 32- and the 64-bit ones.
using Calls = std::initializer_list<std::string_view>;

// A network namespace without any interface but a loopback that is down; where the kernel refuses, allow_only() still forbids sockets.
void leave_network();
// No setuid program and no file capability gives anything back.
Status no_new_privileges();
// Keeps these capabilities (a set of 1 << CAP_...) and drops the rest, also from the bounding set as far as that is allowed.
Status keep_capabilities(uint64_t kept);
struct Limits {
    uint64_t open_files = 64, memory_bytes = 1ull << 30, processes = 0;   // 0 processes: none more
};
Status limit(const Limits& limits);
// Every other system call fails with EPERM from here on (seccomp). Needs no_new_privileges() or CAP_SYS_ADMIN.
Status allow_only(Calls calls);

}  // namespace skiff::sandbox
