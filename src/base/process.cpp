#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "base/strings.h"

extern char** environ;

namespace skiff::process {

namespace {

int64_t now_ms() {
    struct timespec t;
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1'000'000;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (const auto& text : texts) out.push_back(const_cast<char*>(text.c_str()));
    out.push_back(nullptr);
    return out;
}

// posix_spawn's two argument blocks, freed together.
struct Actions {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    Actions() {
        posix_spawn_file_actions_init(&files);
        posix_spawnattr_init(&attributes);
    }
    ~Actions() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
};

// Sources are first moved above every target number, so that no dup2 in the child overwrites a later source.
Result<std::vector<Fd>> move_up(const Spawn& what) {
    int floor = 3;
    for (const auto& [ours, theirs] : what.fds) floor = std::max(floor, theirs + 1);
    std::vector<Fd> moved;
    for (const auto& [ours, theirs] : what.fds) {
        Fd copy(::fcntl(ours, F_DUPFD_CLOEXEC, floor));
        if (!copy) return errno_status("duplicate descriptor for " + what.args[0], errno);
        moved.push_back(std::move(copy));
    }
    return moved;
}

void set_attributes(Actions& actions, const Spawn& what) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&actions.attributes, &none);
    posix_spawnattr_setsigdefault(&actions.attributes, &all);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (what.new_session || !what.terminal.empty()) flags |= POSIX_SPAWN_SETSID;
    posix_spawnattr_setflags(&actions.attributes, flags);
}

void set_files(Actions& actions, const Spawn& what, const std::vector<Fd>& moved) {
    bool named[3] = {};
    for (const auto& [ours, theirs] : what.fds)
        if (theirs < 3) named[theirs] = true;
    // After setsid the first terminal that is opened becomes the controlling one.
    const char* standard = what.terminal.empty() ? "/dev/null" : what.terminal.c_str();
    for (int fd = 0; fd < 3; fd++)
        if (!named[fd]) posix_spawn_file_actions_addopen(&actions.files, fd, standard, O_RDWR, 0);
    for (size_t i = 0; i < moved.size(); i++)
        posix_spawn_file_actions_adddup2(&actions.files, moved[i].get(), what.fds[i].second);
    int above = 3;
    for (const auto& [ours, theirs] : what.fds) above = std::max(above, theirs + 1);
    posix_spawn_file_actions_addclosefrom_np(&actions.files, above);
    if (!what.working_dir.empty()) posix_spawn_file_actions_addchdir_np(&actions.files, what.working_dir.c_str());
}

}  // namespace

Child& Child::operator=(Child&& other) noexcept {
    if (this != &other) {
        end();
        pid_ = std::exchange(other.pid_, 0);
        pidfd_ = std::move(other.pidfd_);
    }
    return *this;
}

Child::~Child() { end(); }

void Child::end() {
    if (pid_ <= 0) return;
    kill(SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
}

void Child::kill(int signal) const {
    if (pid_ > 0) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0);
}

Result<Exit> Child::wait(int64_t timeout_ms) {
    if (pid_ <= 0) return error(Reason::Conflict, "wait: the process was reaped already");
    int64_t deadline = timeout_ms < 0 ? 0 : now_ms() + timeout_ms;
    for (;;) {
        struct pollfd poll {pidfd_.get(), POLLIN, 0};
        int left = timeout_ms < 0 ? -1 : static_cast<int>(std::max<int64_t>(0, deadline - now_ms()));
        int ready = ::poll(&poll, 1, left);
        if (ready > 0) break;
        if (ready == 0) return error(Reason::Timeout, "process {} still runs after {} ms", pid_, timeout_ms);
        if (errno != EINTR) return errno_status("wait for a process", errno);
    }
    int status = 0;
    pid_t got;
    while ((got = ::waitpid(pid_, &status, 0)) < 0 && errno == EINTR) {
    }
    int error_number = errno;
    pid_ = 0;
    if (got < 0) return errno_status("wait for a process", error_number);
    if (WIFSIGNALED(status)) return Exit{128 + WTERMSIG(status), WTERMSIG(status)};
    return Exit{WEXITSTATUS(status), 0};
}

Result<Child> spawn(const Spawn& what) {
    if (what.args.empty()) return error(Reason::BadRequest, "spawn: no arguments");
    std::string path = TRY(find_program(what.path.empty() ? what.args[0] : what.path));
    auto moved = TRY(move_up(what));
    Actions actions;
    set_attributes(actions, what);
    set_files(actions, what, moved);
    auto args = pointers(what.args);
    std::vector<char*> env;
    if (what.env) env = pointers(*what.env);
    pid_t pid = 0;
    int failed = ::posix_spawn(&pid, path.c_str(), &actions.files, &actions.attributes, args.data(), what.env ? env.data() : environ);
    if (failed) return errno_status("run " + path, failed);
    Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) {
        int error_number = errno;
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        return errno_status("pidfd_open", error_number);
    }
    return Child(pid, std::move(pidfd));
}

Result<std::string> find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return name;
    const char* path = ::getenv("PATH");
    for (const auto& folder : split(path && *path ? path : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ':')) {
        std::string candidate = folder + "/" + name;
        if (!folder.empty() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return error(Reason::NotFound, "program \"{}\" is not in PATH", name);
}

}  // namespace skiff::process
