#include "agent/runtime/session.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "agent/runtime/monitor.h"
#include "base/file.h"
#include "base/process.h"
#include "base/strings.h"

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
    ExecSession(process::Child child, Fd in, Fd out, Fd err, bool tty, std::string work_dir)
        : child_(std::move(child)), in_(std::move(in)), out_(std::move(out)), err_(std::move(err)), tty_(tty), work_dir_(std::move(work_dir)) {}

    ~ExecSession() override {
        in_.reset();
        out_.reset();
        err_.reset();
        if (!code_) end_process();
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
        if (!code_) code_ = TRY(child_.wait(timeout_ms)).code;
        return *code_;
    }

private:
    // Killing runc would leave its process running in the container: that one goes first, and runc ends by itself. A pid is a child of runc for
    // sure while runc is not reaped.
    void end_process() {
        auto pids = children_of(child_.pid());
        // Kernels without CONFIG_PROC_CHILDREN; runc writes the file a moment after the process has started.
        if (auto text = file::read(work_dir_ + "/pid", 32); text.ok()) pids.push_back(static_cast<pid_t>(parse_int(trim(*text)).value_or(0)));
        bool killed = false;
        for (pid_t pid : pids)
            if (pid > 1 && parent_of(pid) == child_.pid()) killed = ::kill(pid, SIGKILL) == 0 || killed;
        if (killed) (void)child_.wait(kEndTimeoutMs);
    }

    static std::vector<pid_t> children_of(pid_t pid) {
        std::vector<pid_t> out;
        const auto tasks = "/proc/" + std::to_string(pid) + "/task";
        auto threads = file::list_dir(tasks);
        if (!threads.ok()) return out;
        for (const auto& thread : *threads) {
            auto text = file::read(tasks + "/" + thread + "/children", 4096);
            if (!text.ok()) continue;
            for (auto word : split_views(*text, ' '))
                if (auto child = parse_int(word)) out.push_back(static_cast<pid_t>(*child));
        }
        return out;
    }

    static pid_t parent_of(pid_t pid) {
        auto status = file::read("/proc/" + std::to_string(pid) + "/status", 16384);
        if (!status.ok()) return 0;
        auto at = status->find("\nPPid:");
        if (at == std::string::npos) return 0;
        auto line = status->substr(at + 6, status->find('\n', at + 1) - at - 6);
        return static_cast<pid_t>(parse_int(trim(line)).value_or(0));
    }

    static constexpr int64_t kEndTimeoutMs = 500;
    process::Child child_;
    Fd in_, out_, err_;
    bool tty_;
    std::optional<int> code_;
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

}  // namespace

Result<std::unique_ptr<Session>> start_exec(const ExecSpec& spec, const ExecPaths& paths) {
    TRY(file::make_dirs(paths.work_dir, 0700));
    TRY(file::write_volatile(paths.work_dir + "/process.json", paths.process_json, 0600));
    std::vector<std::string> args{paths.runc, "--root", paths.runc_root, "--log", paths.work_dir + "/log", "exec", "--process", paths.work_dir + "/process.json",
                                  "--pid-file", paths.work_dir + "/pid", spec.container_id};
    process::Spawn what;
    what.args = std::move(args);
    if (spec.tty) {
        // runc relays between this terminal and the one that it makes in the container.
        Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
        char name[64] = {};
        if (!master || ::grantpt(master.get()) < 0 || ::unlockpt(master.get()) < 0 || ::ptsname_r(master.get(), name, sizeof name) != 0)
            return errno_status("make a terminal", errno);
        Fd slave(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
        if (!slave) return errno_status("open terminal", errno);
        what.terminal = name;
        auto child = TRY(process::spawn(what));
        set_non_blocking(master);
        Fd second(::fcntl(master.get(), F_DUPFD_CLOEXEC, 0));
        return std::unique_ptr<Session>(std::make_unique<ExecSession>(std::move(child), std::move(second), std::move(master), Fd(), true, paths.work_dir));
    }
    Pipe in, out, err;
    if (spec.in) in = TRY(Pipe::make());
    if (spec.out) out = TRY(Pipe::make());
    if (spec.err) err = TRY(Pipe::make());
    for (auto [fd, number] : {std::pair{in.read_end.get(), 0}, std::pair{out.write_end.get(), 1}, std::pair{err.write_end.get(), 2}})
        if (fd >= 0) what.fds.push_back({fd, number});
    auto child = TRY(process::spawn(what));
    for (auto* fd : {&in.write_end, &out.read_end, &err.read_end}) set_non_blocking(*fd);
    return std::unique_ptr<Session>(
        std::make_unique<ExecSession>(std::move(child), std::move(in.write_end), std::move(out.read_end), std::move(err.read_end), false, paths.work_dir));
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
