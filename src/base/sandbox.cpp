#include "base/sandbox.h"

#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

namespace skiff::sandbox {

void leave_network() { (void)::unshare(CLONE_NEWNET); }

Status no_new_privileges() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return errno_status("set no_new_privs", errno);
    return {};
}

Status keep_capabilities(uint64_t kept) {
    for (int capability = 0; capability < 64; ++capability)
        if (!(kept >> capability & 1)) (void)::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    const auto low = static_cast<uint32_t>(kept), high = static_cast<uint32_t>(kept >> 32);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2] = {{low, low, 0}, {high, high, 0}};
    if (::syscall(SYS_capset, &header, data) < 0) return errno_status("drop capabilities", errno);
    return {};
}

Status limit(const Limits& limits) {
#ifdef __SANITIZE_ADDRESS__
    const rlim_t memory_bytes = RLIM_INFINITY;   // its shadow has terabytes of addresses
#else
    const rlim_t memory_bytes = limits.memory_bytes;
#endif
    const rlimit files{limits.open_files, limits.open_files}, memory{memory_bytes, memory_bytes}, processes{limits.processes, limits.processes}, none{0, 0};
    if (::setrlimit(RLIMIT_NOFILE, &files) < 0 || ::setrlimit(RLIMIT_AS, &memory) < 0 || ::setrlimit(RLIMIT_NPROC, &processes) < 0 || ::setrlimit(RLIMIT_CORE, &none) < 0)
        return errno_status("set limits", errno);
    return {};
}

Status allow_only(Calls calls) {
    std::unique_ptr<void, decltype(&seccomp_release)> filter(::seccomp_init(SCMP_ACT_ERRNO(EPERM)), &seccomp_release);
    if (!filter) return error(Reason::InternalError, "seccomp is not available");
    for (auto name : calls) {
        const int number = ::seccomp_syscall_resolve_name(std::string(name).c_str());
        if (number < 0) continue;
        if (int failed = ::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, number, 0); failed < 0) return errno_status("seccomp rule for " + std::string(name), -failed);
    }
#ifdef __SANITIZE_ADDRESS__
    if (int failed = ::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(sigaltstack), 0); failed < 0) return errno_status("seccomp rule for sigaltstack", -failed);   // it asks before exits
#endif
    if (int failed = ::seccomp_load(filter.get()); failed < 0) return errno_status("load seccomp filter", -failed);
    return {};
}

}  // namespace skiff::sandbox
