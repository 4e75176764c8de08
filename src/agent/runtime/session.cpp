#include "agent/runtime/session.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "agent/runtime/monitor.h"
#include "base/file.h"

namespace skiff::agent::runtime {

namespace {

struct Pipe {
    Fd read_end, write_end;
    static Result<Pipe> make() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) < 0) return errno_status("pipe", errno);
        return Pipe{Fd(ends[0]), Fd(ends[1])};
    }
};

void set_non_blocking(const Fd& fd) {
    if (fd) ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

class ExecSession : public Session {
public:
    ExecSession(pid_t child, Fd in, Fd out, Fd err, bool tty, std::string work_dir)
        : child_(child), process_(static_cast<int>(::syscall(SYS_pidfd_open, child, 0))), in_(std::move(in)), out_(std::move(out)), err_(std::move(err)), tty_(tty),
          work_dir_(std::move(work_dir)) {}

    ~ExecSession() override {
        in_.reset();
        out_.reset();
        err_.reset();
        if (!reaped_) {
            // runc passes the signal on to the process in the container.
            ::kill(child_, SIGKILL);
            ::waitpid(child_, nullptr, 0);
        }
        (void)file::remove_tree(work_dir_);
    }

    int in_fd() const override { return in_.get(); }
    int out_fd() const override { return out_.get(); }
    int err_fd() const override { return err_.get(); }
    void close_in() override {
        // A terminal has one descriptor for both directions: end of file is a character there.
        if (tty_) {
            [[maybe_unused]] auto n = ::write(out_.get(), "\x04", 1);
        } else {
            in_.reset();
        }
    }

    Status resize(uint16_t columns, uint16_t rows) override {
        winsize size{};
        size.ws_col = columns;
        size.ws_row = rows;
        if (tty_ && ::ioctl(out_.get(), TIOCSWINSZ, &size) < 0) return errno_status("resize terminal", errno);
        return {};
    }

    Result<int> wait(int64_t timeout_ms) override {
        if (reaped_) return code_;
        pollfd ready{process_.get(), POLLIN, 0};
        int n = ::poll(&ready, 1, timeout_ms < 0 ? -1 : static_cast<int>(timeout_ms));
        if (n == 0) return error(Reason::Timeout, "the process still runs");
        int status = 0;
        while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {}
        reaped_ = true;
        code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        return code_;
    }

private:
    pid_t child_;
    Fd process_, in_, out_, err_;
    bool tty_, reaped_ = false;
    int code_ = 0;
    std::string work_dir_;
};

class AttachSession : public Session {
public:
    AttachSession(std::string dir, Fd in, Fd out, Fd err, bool tty) : dir_(std::move(dir)), in_(std::move(in)), out_(std::move(out)), err_(std::move(err)), tty_(tty) {}
    int in_fd() const override { return in_.get(); }
    int out_fd() const override { return out_.get(); }
    int err_fd() const override { return err_.get(); }
    void close_in() override { in_.reset(); }
    Status resize(uint16_t columns, uint16_t rows) override { return tty_ ? monitor_resize(dir_, columns, rows) : Status(); }
    Result<int> wait(int64_t) override { return -1; }

private:
    std::string dir_;
    Fd in_, out_, err_;
    bool tty_;
};

// vfork: the agent has many threads, so the child does nothing but wire descriptors and exec.
Result<pid_t> run(const std::vector<std::string>& args, int in, int out, int err, const char* terminal = nullptr) {
    std::vector<char*> argv;
    for (const auto& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
    argv.push_back(nullptr);
    Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    sigset_t none;
    sigemptyset(&none);
    pid_t child = ::vfork();
    if (child < 0) return errno_status("fork", errno);
    if (child == 0) {
        ::setsid();
        // The first terminal that a session's leader opens controls it.
        if (terminal) ::open(terminal, O_RDWR | O_CLOEXEC);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::dup2(in >= 0 ? in : nothing.get(), 0);
        ::dup2(out >= 0 ? out : nothing.get(), 1);
        ::dup2(err >= 0 ? err : nothing.get(), 2);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    return child;
}

}  // namespace

Result<std::unique_ptr<Session>> start_exec(const ExecSpec& spec, const ExecPaths& paths) {
    TRY(file::make_dirs(paths.work_dir, 0700));
    TRY(file::write_volatile(paths.work_dir + "/process.json", paths.process_json, 0600));
    std::vector<std::string> args{paths.runc, "--root", paths.runc_root, "--log", paths.work_dir + "/log", "exec", "--process", paths.work_dir + "/process.json"};
    args.push_back(spec.container_id);
    if (spec.tty) {
        // runc relays between this terminal and the one that it makes in the container.
        Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
        char name[64] = {};
        if (!master || ::grantpt(master.get()) < 0 || ::unlockpt(master.get()) < 0 || ::ptsname_r(master.get(), name, sizeof name) != 0)
            return errno_status("make a terminal", errno);
        Fd slave(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
        if (!slave) return errno_status("open terminal", errno);
        pid_t child = TRY(run(args, slave.get(), slave.get(), slave.get(), name));
        set_non_blocking(master);
        Fd second(::fcntl(master.get(), F_DUPFD_CLOEXEC, 0));
        return std::unique_ptr<Session>(std::make_unique<ExecSession>(child, std::move(second), std::move(master), Fd(), true, paths.work_dir));
    }
    Pipe in, out, err;
    if (spec.in) in = TRY(Pipe::make());
    if (spec.out) out = TRY(Pipe::make());
    if (spec.err) err = TRY(Pipe::make());
    pid_t child = TRY(run(args, in.read_end.get(), out.write_end.get(), err.write_end.get()));
    for (auto* fd : {&in.write_end, &out.read_end, &err.read_end}) set_non_blocking(*fd);
    return std::unique_ptr<Session>(
        std::make_unique<ExecSession>(child, std::move(in.write_end), std::move(out.read_end), std::move(err.read_end), false, paths.work_dir));
}

Result<std::unique_ptr<Session>> start_attach(const std::string& dir, bool tty, bool has_stdin) {
    Pipe in, out, err;
    if (has_stdin) in = TRY(Pipe::make());
    out = TRY(Pipe::make());
    if (!tty) err = TRY(Pipe::make());
    TRY(monitor_attach(dir, in.read_end.get(), out.write_end.get(), err.write_end.get()));
    for (auto* fd : {&in.write_end, &out.read_end, &err.read_end}) set_non_blocking(*fd);
    return std::unique_ptr<Session>(std::make_unique<AttachSession>(dir, std::move(in.write_end), std::move(out.read_end), std::move(err.read_end), tty));
}

}  // namespace skiff::agent::runtime
