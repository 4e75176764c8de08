#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "agent/runtime/monitor.h"
#include "agent/runtime/unix_message.h"
#include "base/process.h"
#include "base/strings.h"

namespace skiff::agent::runtime {

namespace {

Status request(const std::string& dir, std::string_view bytes, const std::vector<int>& fds) {
    Fd socket = TRY(connect_unix(dir + "/ctl.sock"));
    TRY(send_message(socket.get(), bytes, fds));
    pollfd ready{socket.get(), POLLIN, 0};
    char answer = 0;
    if (::poll(&ready, 1, 5000) <= 0 || ::read(socket.get(), &answer, 1) != 1) return error(Reason::Timeout, "the container's monitor does not answer");
    return {};
}

}  // namespace

Result<int> spawn_monitor(const std::string& self_exe, const MonitorOptions& o) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return errno_status("pipe", errno);
    Fd ready(ends[0]), write_end(ends[1]);
    std::vector<std::string> args{"skiff", "monitor", "--dir", o.dir, "--id", o.id, "--runc", o.runc, "--root", o.root, "--exit", o.exit_file, "--cgroup", o.cgroup_dir, "--oom", o.oom_file,
                                  "--log", o.log_path, "--log-max", std::to_string(o.log_max_bytes), "--log-files", std::to_string(o.log_max_files)};
    if (o.kill_rest) args.emplace_back("--kill-rest");
    if (o.tty) args.emplace_back("--tty");
    if (o.open_stdin) args.emplace_back("--stdin");
    if (o.stdin_once) args.emplace_back("--stdin-once");
    process::Spawn what;
    what.path = self_exe;
    what.args = std::move(args);
    what.fds = {{write_end.get(), 3}};
    auto child = TRY(process::spawn(what));
    write_end.reset();
    (void)child.wait();   // it has forked itself off
    std::string answer;
    char buffer[4096];
    for (ssize_t n; answer.find('\n') == std::string::npos && (n = ::read(ready.get(), buffer, sizeof buffer)) != 0;) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_status("read from monitor", errno);
        answer.append(buffer, static_cast<size_t>(n));
    }
    auto line = std::string(trim(answer));
    if (line.starts_with("ok ")) return static_cast<int>(parse_int(line.substr(3)).value_or(0));
    return error(Reason::InternalError, "{}", line.starts_with("error ") ? line.substr(6) : "the container's monitor did not start");
}

Status monitor_attach(const std::string& dir, int in_fd, int out_fd, int err_fd) {
    std::vector<int> fds;
    char present = 0;
    for (auto [fd, bit] : {std::pair{in_fd, 1}, std::pair{out_fd, 2}, std::pair{err_fd, 4}}) {
        if (fd < 0) continue;
        present = static_cast<char>(present | bit);
        fds.push_back(fd);
    }
    return request(dir, std::string{'A', present}, fds);
}

Status monitor_resize(const std::string& dir, uint16_t columns, uint16_t rows) {
    std::string message = "W";
    message.append(reinterpret_cast<const char*>(&columns), 2).append(reinterpret_cast<const char*>(&rows), 2);
    return request(dir, message, {});
}

Status monitor_reopen_log(const std::string& dir) { return request(dir, "L", {}); }

int monitor_pid(const std::string& dir) {
    Fd lock(::open((dir + "/lock").c_str(), O_RDWR | O_CLOEXEC));
    if (!lock) return 0;
    struct flock holder {};
    holder.l_type = F_WRLCK;
    holder.l_whence = SEEK_SET;
    if (::fcntl(lock.get(), F_GETLK, &holder) < 0 || holder.l_type == F_UNLCK) return 0;
    return holder.l_pid;
}

}  // namespace skiff::agent::runtime
