#include "cli/service_manager.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <poll.h>

#include <cstdlib>

#include "base/fd.h"
#include "base/file.h"
#include "base/process.h"
#include "base/strings.h"

namespace skiff::cli {

namespace {

constexpr int kStopMs = 30'000;

Status call(std::vector<std::string> args) {
    process::Spawn what;
    const auto text = join(args, " ");
    what.args = std::move(args);
    auto done = TRY(process::run(std::move(what), {.timeout_ms = 2 * kStopMs}));
    if (done.exit.code != 0) return error(Reason::InternalError, "{}: {}", text, std::string(trim(done.err.empty() ? done.out : done.err)));
    return {};
}

std::string first_line(std::vector<std::string> args) {
    process::Spawn what;
    what.args = std::move(args);
    auto done = process::run(std::move(what), {.timeout_ms = 5000});
    return done.ok() ? std::string(trim(done->out)) : "";
}

Status stop_supervisor(const std::string& name) {
    auto text = file::read("/run/" + name + ".pid", 32);
    const auto pid = static_cast<pid_t>(text.ok() ? parse_int(trim(*text)).value_or(0) : 0);
    if (pid <= 1) return {};
    // The file may be older than the process that has its number now.
    auto line = file::read("/proc/" + std::to_string(pid) + "/cmdline", 4096);
    if (!line.ok() || !contains(*line, name + "-supervise")) return {};
    Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!process) return {};
    if (::syscall(SYS_pidfd_send_signal, process.get(), SIGTERM, nullptr, 0) < 0) return errno_status("stop " + name, errno);
    pollfd ended{process.get(), POLLIN, 0};
    if (::poll(&ended, 1, kStopMs) <= 0) return error(Reason::Timeout, "{} (pid {}) does not end", name, pid);
    return {};
}

}  // namespace

Status stop_service(const Installation& installation) {
    if (installation.init == "systemd") return call({"systemctl", "stop", installation.name + ".service"});
    if (installation.init == "openrc") return call({"rc-service", "--ifstarted", installation.name, "stop"});
    return stop_supervisor(installation.name);
}

Status disable_service(const Installation& installation) {
    if (installation.init == "systemd") return call({"systemctl", "--quiet", "disable", installation.name + ".service"});
    if (installation.init == "openrc") (void)call({"rc-update", "--quiet", "delete", installation.name, "--all"});   // it may be in no runlevel
    return {};
}

void forget_service(const Installation& installation) {
    if (installation.init != "systemd") return;
    (void)call({"systemctl", "daemon-reload"});
    (void)call({"systemctl", "reset-failed", installation.name + ".service"});   // fails when there is nothing to forget
}

bool machine_is_stopping() {
    if (file::is_dir("/run/systemd/system")) return first_line({"systemctl", "is-system-running"}) == "stopping";
    const char* level = std::getenv("RC_RUNLEVEL");
    return level && std::string_view(level) == "shutdown";
}

}  // namespace skiff::cli
