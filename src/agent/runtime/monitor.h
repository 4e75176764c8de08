// Monitor: the process beside each container. Small, single-threaded, no locks, no allocation to speak of.
//
//   skiff monitor --dir DIR --id ID --runc RUNC --root ROOT --exit FILE --cgroup DIR --oom FILE --log FILE --log-max BYTES --log-files N [--kill-rest] [--tty] [--stdin] [--stdin-once]
//
// It writes one line to file descriptor 3 when the container was created ("ok PID") or could not be ("error MESSAGE"), and lives until the
// container's first process has ended. Requests on DIR/ctl.sock are one message each: 'A' with up to three descriptors (in, out, err) attaches,
// 'W' columns rows (uint16 each) resizes, 'L' reopens the log.
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.h"
#include "base/status.h"

namespace skiff::agent::runtime {

struct MonitorOptions {
    std::string dir, id, runc, root, exit_file, cgroup_dir, oom_file, log_path;
    int64_t log_max_bytes = 10 << 20;
    int log_max_files = 5;
    bool kill_rest = false;          // the container has no PID namespace of its own: kill its cgroup when its first process ends
    bool tty = false, open_stdin = false, stdin_once = false;
};

// Starts a monitor and waits until the container is created; returns the pid of its first process.
Result<int> spawn_monitor(const std::string& self_exe, const MonitorOptions& options);

// The pid of the container's monitor, 0 when there is none (any more).
int monitor_pid(const std::string& dir);

// Requests to a running monitor.
Status monitor_attach(const std::string& dir, int in_fd, int out_fd, int err_fd);
Status monitor_resize(const std::string& dir, uint16_t columns, uint16_t rows);
Status monitor_reopen_log(const std::string& dir);

}  // namespace skiff::agent::runtime
