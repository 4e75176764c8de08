#include "agent/runtime/seccomp_profile.h"

#include <algorithm>

namespace skiff::agent::runtime {

namespace {

constexpr int kEperm = 1, kEnosys = 38;

// Calls that any container may make.
constexpr const char* kAllowed[] = {
    "accept", "accept4", "access", "adjtimex", "alarm", "bind", "brk", "cachestat", "capget", "capset", "chdir", "chmod", "chown", "chown32",
    "clock_adjtime", "clock_adjtime64", "clock_getres", "clock_getres_time64", "clock_gettime", "clock_gettime64", "clock_nanosleep",
    "clock_nanosleep_time64", "close", "close_range", "connect", "copy_file_range", "creat", "dup", "dup2", "dup3", "epoll_create", "epoll_create1",
    "epoll_ctl", "epoll_ctl_old", "epoll_pwait", "epoll_pwait2", "epoll_wait", "epoll_wait_old", "eventfd", "eventfd2", "execve", "execveat", "exit",
    "exit_group", "faccessat", "faccessat2", "fadvise64", "fadvise64_64", "fallocate", "fanotify_mark", "fchdir", "fchmod", "fchmodat", "fchmodat2",
    "fchown", "fchown32", "fchownat", "fcntl", "fcntl64", "fdatasync", "fgetxattr", "flistxattr", "flock", "fork", "fremovexattr", "fsetxattr", "fstat",
    "fstat64", "fstatat64", "fstatfs", "fstatfs64", "fsync", "ftruncate", "ftruncate64", "futex", "futex_requeue", "futex_time64", "futex_wait",
    "futex_waitv", "futex_wake", "futimesat", "getcpu", "getcwd", "getdents", "getdents64", "getegid", "getegid32", "geteuid", "geteuid32", "getgid",
    "getgid32", "getgroups", "getgroups32", "getitimer", "getpeername", "getpgid", "getpgrp", "getpid", "getppid", "getpriority", "getrandom",
    "getresgid", "getresgid32", "getresuid", "getresuid32", "getrlimit", "get_robust_list", "getrusage", "getsid", "getsockname", "getsockopt",
    "get_thread_area", "gettid", "gettimeofday", "getuid", "getuid32", "getxattr", "getxattrat", "inotify_add_watch", "inotify_init", "inotify_init1",
    "inotify_rm_watch", "io_cancel", "ioctl", "io_destroy", "io_getevents", "io_pgetevents", "io_pgetevents_time64", "ioprio_get", "ioprio_set",
    "io_setup", "io_submit", "ipc", "kill", "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "lchown", "lchown32", "lgetxattr",
    "link", "linkat", "listen", "listmount", "listxattr", "listxattrat", "llistxattr", "_llseek", "lremovexattr", "lseek", "lsetxattr", "lstat", "lstat64",
    "madvise", "map_shadow_stack", "membarrier", "memfd_create", "memfd_secret", "mincore", "mkdir", "mkdirat", "mknod", "mknodat", "mlock", "mlock2",
    "mlockall", "mmap", "mmap2", "mprotect", "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedreceive_time64", "mq_timedsend",
    "mq_timedsend_time64", "mq_unlink", "mremap", "mseal", "msgctl", "msgget", "msgrcv", "msgsnd", "msync", "munlock", "munlockall", "munmap",
    "name_to_handle_at", "nanosleep", "newfstatat", "_newselect", "open", "openat", "openat2", "pause", "pidfd_open", "pidfd_send_signal", "pipe", "pipe2",
    "pkey_alloc", "pkey_free", "pkey_mprotect", "poll", "ppoll", "ppoll_time64", "prctl", "pread64", "preadv", "preadv2", "prlimit64", "process_mrelease",
    "pselect6", "pselect6_time64", "pwrite64", "pwritev", "pwritev2", "read", "readahead", "readlink", "readlinkat", "readv", "recv", "recvfrom",
    "recvmmsg", "recvmmsg_time64", "recvmsg", "remap_file_pages", "removexattr", "removexattrat", "rename", "renameat", "renameat2", "restart_syscall",
    "rmdir", "rseq", "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait",
    "rt_sigtimedwait_time64", "rt_tgsigqueueinfo", "sched_getaffinity", "sched_getattr", "sched_getparam", "sched_get_priority_max",
    "sched_get_priority_min", "sched_getscheduler", "sched_rr_get_interval", "sched_rr_get_interval_time64", "sched_setaffinity", "sched_setattr",
    "sched_setparam", "sched_setscheduler", "sched_yield", "seccomp", "select", "semctl", "semget", "semop", "semtimedop", "semtimedop_time64", "send",
    "sendfile", "sendfile64", "sendmmsg", "sendmsg", "sendto", "setfsgid", "setfsgid32", "setfsuid", "setfsuid32", "setgid", "setgid32", "setgroups",
    "setgroups32", "setitimer", "setpgid", "setpriority", "setregid", "setregid32", "setresgid", "setresgid32", "setresuid", "setresuid32", "setreuid",
    "setreuid32", "setrlimit", "set_robust_list", "setsid", "setsockopt", "set_thread_area", "set_tid_address", "setuid", "setuid32", "setxattr",
    "setxattrat", "shmat", "shmctl", "shmdt", "shmget", "shutdown", "sigaltstack", "signalfd", "signalfd4", "sigprocmask", "sigreturn", "socketcall",
    "socketpair", "splice", "stat", "stat64", "statfs", "statfs64", "statmount", "statx", "symlink", "symlinkat", "sync", "sync_file_range", "syncfs",
    "sysinfo", "tee", "tgkill", "time", "timer_create", "timer_delete", "timer_getoverrun", "timer_gettime", "timer_gettime64", "timer_settime",
    "timer_settime64", "timerfd_create", "timerfd_gettime", "timerfd_gettime64", "timerfd_settime", "timerfd_settime64", "times", "tkill", "truncate",
    "truncate64", "ugetrlimit", "umask", "uname", "unlink", "unlinkat", "uretprobe", "utime", "utimensat", "utimensat_time64", "utimes", "vfork",
    "vmsplice", "wait4", "waitid", "waitpid", "write", "writev", "process_vm_readv", "process_vm_writev", "ptrace", "arch_prctl", "modify_ldt",
    "arm_fadvise64_64", "arm_sync_file_range", "sync_file_range2", "breakpoint", "cacheflush", "set_tls"};

struct ByCapability {
    const char* capability;
    std::vector<const char*> calls;
};

const std::vector<ByCapability>& by_capability() {
    static const std::vector<ByCapability> kRows = {
        {"CAP_DAC_READ_SEARCH", {"open_by_handle_at"}},
        {"CAP_SYS_ADMIN",
         {"bpf", "clone", "clone3", "fanotify_init", "fsconfig", "fsmount", "fsopen", "fspick", "lookup_dcookie", "lsm_get_self_attr", "lsm_set_self_attr",
          "lsm_list_modules", "mount", "mount_setattr", "move_mount", "open_tree", "perf_event_open", "quotactl", "quotactl_fd", "setdomainname",
          "sethostname", "setns", "syslog", "umount", "umount2", "unshare"}},
        {"CAP_SYS_BOOT", {"reboot"}},
        {"CAP_SYS_CHROOT", {"chroot"}},
        {"CAP_SYS_MODULE", {"delete_module", "init_module", "finit_module"}},
        {"CAP_SYS_PACCT", {"acct"}},
        {"CAP_SYS_PTRACE", {"kcmp", "pidfd_getfd", "process_madvise"}},
        {"CAP_SYS_RAWIO", {"iopl", "ioperm"}},
        {"CAP_SYS_TIME", {"settimeofday", "stime", "clock_settime", "clock_settime64"}},
        {"CAP_SYS_TTY_CONFIG", {"vhangup"}},
        {"CAP_SYS_NICE", {"get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node"}},
        {"CAP_SYSLOG", {"syslog"}},
        {"CAP_BPF", {"bpf"}},
        {"CAP_PERFMON", {"perf_event_open"}},
    };
    return kRows;
}

json::Value rule(json::Value names, const char* action) { return json::Value::object({{"names", std::move(names)}, {"action", action}}); }

json::Value argument(int index, uint64_t value, const char* op, uint64_t second = 0) {
    auto out = json::Value::object({{"index", index}, {"value", static_cast<int64_t>(value)}, {"op", op}});
    if (second || std::string_view(op) == "SCMP_CMP_MASKED_EQ") out.set("valueTwo", static_cast<int64_t>(second));
    return out;
}

json::Value rule_with_argument(const char* name, json::Value arg) {
    auto out = rule(json::Value::array({name}), "SCMP_ACT_ALLOW");
    out.set("args", json::Value::array({std::move(arg)}));
    return out;
}

}  // namespace

json::Value default_seccomp(const std::vector<std::string>& capabilities) {
    auto has = [&](const char* capability) { return std::find(capabilities.begin(), capabilities.end(), capability) != capabilities.end(); };
    auto profile = json::Value::object({{"defaultAction", "SCMP_ACT_ERRNO"}, {"defaultErrnoRet", kEperm}});
#if defined(__x86_64__)
    profile.set("architectures", json::Value::array({"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"}));
#elif defined(__aarch64__)
    profile.set("architectures", json::Value::array({"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"}));
#elif defined(__arm__)
    profile.set("architectures", json::Value::array({"SCMP_ARCH_ARM"}));
#endif
    auto names = json::Value::array();
    for (const char* name : kAllowed) names.push_back(name);
    auto rules = json::Value::array({rule(std::move(names), "SCMP_ACT_ALLOW")});
    // AF_VSOCK (40) reaches the hypervisor.
    rules.push_back(rule_with_argument("socket", argument(0, 40, "SCMP_CMP_NE")));
    // personality(2): Linux, Linux 32 and their ADDR_NO_RANDOMIZE-free kin, and the query.
    for (uint64_t value : {0x0ull, 0x0008ull, 0x20000ull, 0x20008ull, 0xffffffffull})
        rules.push_back(rule_with_argument("personality", argument(0, value, "SCMP_CMP_EQ")));
    for (const auto& row : by_capability()) {
        if (!has(row.capability)) continue;
        auto calls = json::Value::array();
        for (const char* call : row.calls) calls.push_back(call);
        rules.push_back(rule(std::move(calls), "SCMP_ACT_ALLOW"));
    }
    if (!has("CAP_SYS_ADMIN")) {
        // clone without new namespaces; clone3 hides its flags, so libc must fall back.
        constexpr uint64_t kNamespaceFlags = 0x7E020000;
        rules.push_back(rule_with_argument("clone", argument(0, kNamespaceFlags, "SCMP_CMP_MASKED_EQ")));
        auto clone3 = rule(json::Value::array({"clone3"}), "SCMP_ACT_ERRNO");
        clone3.set("errnoRet", kEnosys);
        rules.push_back(std::move(clone3));
    }
    profile.set("syscalls", std::move(rules));
    return profile;
}

}  // namespace skiff::agent::runtime
