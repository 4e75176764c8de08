#include "agent/runtime/monitor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "agent/runtime/log_writer.h"
#include "agent/runtime/runtime.h"
#include "agent/runtime/unix_message.h"
#include "base/file.h"
#include "base/strings.h"
#include "json/parse.h"

namespace skiff::agent::runtime {

namespace {

constexpr int kReadyFd = 3;
constexpr size_t kChunk = 16384;

struct Attachment {
    Fd in, out, err;
    std::string to_container;    // read from in, not yet taken by the container
};

class Monitor {
public:
    explicit Monitor(MonitorOptions options) : options_(std::move(options)), log_(options_.log_path, options_.log_max_bytes, options_.log_max_files) {}

    int run() {
        auto created = create();
        const std::string answer = created.ok() ? "ok " + std::to_string(pid_) + "\n" : "error " + created.message() + "\n";
        [[maybe_unused]] auto n = ::write(kReadyFd, answer.data(), answer.size());
        ::close(kReadyFd);
        if (!created.ok()) return 1;
        loop();
        kill_rest();
        drain();
        log_.finish();
        record_exit();
        return 0;
    }

private:
    Status create() {
        sigset_t child;
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        sigprocmask(SIG_BLOCK, &child, nullptr);
        signals_.reset(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
        ::signal(SIGPIPE, SIG_IGN);
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
        TRY(take_lock());
        control_ = TRY(listen_unix(options_.dir + "/ctl.sock"));
        Fd console, in_end, out_end, err_end;
        std::vector<std::string> args{options_.runc, "--root", options_.root, "--log", options_.dir + "/runc.log", "--log-format", "json", "create",
                                      "--bundle", options_.dir, "--pid-file", options_.dir + "/pid"};
        if (options_.tty) {
            console = TRY(listen_unix(options_.dir + "/console.sock"));
            // A relative path, from the bundle's folder: a socket's whole path may be longer than an address holds.
            args.insert(args.end(), {"--console-socket", "console.sock"});
        } else {
            TRY(pipe(out_, out_end));
            TRY(pipe(err_, err_end));
            if (options_.open_stdin) {
                int ends[2];
                if (::pipe2(ends, O_CLOEXEC) < 0) return errno_status("pipe", errno);
                in_end.reset(ends[0]);
                in_.reset(ends[1]);
                ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
            }
        }
        args.push_back(options_.id);
        TRY(run_runc(args, in_end.get(), out_end.get(), err_end.get()));
        if (options_.tty) {
            Fd peer(::accept4(console.get(), nullptr, nullptr, SOCK_CLOEXEC));
            auto message = TRY(receive_message(peer.get()));
            if (message.fds.empty()) return error(Reason::InternalError, "runc sent no terminal");
            terminal_ = std::move(message.fds[0]);
            ::fcntl(terminal_.get(), F_SETFL, O_NONBLOCK);
            ::unlink((options_.dir + "/console.sock").c_str());
        }
        pid_ = static_cast<int>(parse_int(trim(TRY(file::read(options_.dir + "/pid", 64)))).value_or(0));
        return pid_ > 0 ? Status() : error(Reason::InternalError, "runc wrote no pid");
    }

    // Held for life: who holds it is the monitor, whatever happens to pid numbers. A record lock belongs to the process and is not inherited.
    Status take_lock() {
        lock_.reset(::open((options_.dir + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        struct flock whole {};
        whole.l_type = F_WRLCK;
        whole.l_whence = SEEK_SET;
        if (!lock_ || ::fcntl(lock_.get(), F_SETLK, &whole) < 0) return errno_status("lock " + options_.dir, errno);
        return {};
    }

    static Status pipe(Fd& read_end, Fd& write_end) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) < 0) return errno_status("pipe", errno);
        read_end.reset(ends[0]);
        write_end.reset(ends[1]);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        return {};
    }

    // runc's own output is the container's later; what it has to say stands in its log.
    Status run_runc(const std::vector<std::string>& args, int in, int out, int err) {
        std::vector<char*> argv;
        for (const auto& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
        argv.push_back(nullptr);
        pid_t child = ::fork();
        if (child < 0) return errno_status("fork", errno);
        if (child == 0) {
            sigset_t none;
            sigemptyset(&none);
            sigprocmask(SIG_SETMASK, &none, nullptr);
            ::signal(SIGPIPE, SIG_DFL);
            // Without a monitor a half-made container is of no use.
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            int nothing = ::open("/dev/null", O_RDWR);
            ::dup2(in >= 0 ? in : nothing, 0);
            ::dup2(out >= 0 ? out : nothing, 1);
            ::dup2(err >= 0 ? err : nothing, 2);
            ::close(kReadyFd);
            if (::chdir(options_.dir.c_str()) < 0) ::_exit(127);
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
        int status = 0;
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
        return error(Reason::InternalError, "{}", runc_message());
    }

    // The last error of runc's JSON log.
    std::string runc_message() const {
        std::string last = "runc create failed";
        auto text = file::read(options_.dir + "/runc.log", 1 << 20);
        if (!text.ok()) return last;
        for (auto line : split_views(*text, '\n')) {
            auto entry = json::parse(line);
            if (entry.ok() && (*entry)["level"].as_string() == "error") last = (*entry)["msg"].as_string();
        }
        return replace_all(last, "\n", " ");
    }

    void loop() {
        while (!ended_) {
            std::vector<pollfd> fds;
            auto want = [&](int fd, short events) { fds.push_back({fd, events, 0}); };
            want(signals_.get(), POLLIN);
            want(control_.get(), POLLIN);
            want(out_ ? out_.get() : -1, POLLIN);
            want(err_ ? err_.get() : -1, POLLIN);
            want(terminal_ ? terminal_.get() : -1, POLLIN);
            const size_t fixed = fds.size();
            const int input = terminal_ ? terminal_.get() : in_ ? in_.get() : -1;
            bool blocked = false;
            for (const auto& a : attachments_) {
                want(a.in && a.to_container.empty() ? a.in.get() : -1, POLLIN);
                blocked = blocked || !a.to_container.empty();
            }
            if (blocked) want(input, POLLOUT);
            if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return;
            if (fds[2].revents) copy_out(out_, LogWriter::Stream::Out);
            if (fds[3].revents) copy_out(err_, LogWriter::Stream::Err);
            if (fds[4].revents) copy_out(terminal_, LogWriter::Stream::Out);
            for (size_t i = 0; i < attachments_.size() && fixed + i < fds.size(); ++i)
                if (fds[fixed + i].revents) read_input(attachments_[i]);
            for (auto& a : attachments_) feed(a, input);
            std::erase_if(attachments_, [](const Attachment& a) { return !a.out && !a.err && !a.in; });
            if (fds[1].revents) accept_request();
            if (fds[0].revents) reap();
        }
    }

    void copy_out(Fd& from, LogWriter::Stream stream) {
        char buffer[kChunk];
        ssize_t n = ::read(from.get(), buffer, sizeof buffer);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        // A terminal gives EIO when its last user has gone.
        if (n <= 0) return from.reset();
        std::string_view bytes(buffer, static_cast<size_t>(n));
        log_.write(stream, bytes);
        for (auto& a : attachments_) {
            Fd& to = stream == LogWriter::Stream::Out ? a.out : a.err;
            if (to && !write_all(to.get(), bytes)) to.reset();
        }
    }

    // A reader that is too slow for the pipe's buffer is let wait a moment, then dropped: the container goes first.
    static bool write_all(int fd, std::string_view bytes) {
        while (!bytes.empty()) {
            ssize_t n = ::write(fd, bytes.data(), bytes.size());
            if (n > 0) {
                bytes.remove_prefix(static_cast<size_t>(n));
                continue;
            }
            if (errno != EAGAIN) return false;
            pollfd ready{fd, POLLOUT, 0};
            if (::poll(&ready, 1, 1000) <= 0) return false;
        }
        return true;
    }

    void read_input(Attachment& a) {
        char buffer[kChunk];
        ssize_t n = ::read(a.in.get(), buffer, sizeof buffer);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (n <= 0) {
            a.in.reset();
            if (options_.stdin_once && !terminal_) return in_.reset();
            // Who has nothing more to say leaves; the container and its input go on.
            a.out.reset();
            a.err.reset();
            return;
        }
        a.to_container.assign(buffer, static_cast<size_t>(n));
    }

    static void feed(Attachment& a, int input) {
        if (a.to_container.empty()) return;
        if (input < 0) return a.to_container.clear();
        ssize_t n = ::write(input, a.to_container.data(), a.to_container.size());
        if (n > 0) a.to_container.erase(0, static_cast<size_t>(n));
        else if (errno != EAGAIN && errno != EINTR) a.to_container.clear();
    }

    void accept_request() {
        Fd peer(::accept4(control_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!peer) return;
        auto message = receive_message(peer.get());
        if (!message.ok() || message->bytes.empty()) return;
        switch (message->bytes[0]) {
            case 'A': {
                Attachment a;
                // Which of the three are there stands in the second byte.
                const int present = message->bytes.size() > 1 ? message->bytes[1] : 0;
                size_t next = 0;
                for (Fd* fd : {&a.in, &a.out, &a.err}) {
                    const int bit = fd == &a.in ? 1 : fd == &a.out ? 2 : 4;
                    if ((present & bit) && next < message->fds.size()) *fd = std::move(message->fds[next++]);
                    if (*fd) ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
                }
                attachments_.push_back(std::move(a));
                break;
            }
            case 'W':
                if (terminal_ && message->bytes.size() >= 5) {
                    winsize size{};
                    uint16_t numbers[2];
                    std::memcpy(numbers, message->bytes.data() + 1, sizeof numbers);
                    size.ws_col = numbers[0];
                    size.ws_row = numbers[1];
                    ::ioctl(terminal_.get(), TIOCSWINSZ, &size);
                }
                break;
            case 'L': log_.reopen(); break;
            default: break;
        }
        [[maybe_unused]] auto n = ::write(peer.get(), "k", 1);
    }

    void reap() {
        signalfd_siginfo info;
        while (::read(signals_.get(), &info, sizeof info) > 0) {}
        int status = 0;
        for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
            if (pid != pid_) continue;
            ended_ = true;
            status_ = status;
        }
    }

    // In a PID namespace that the container shares its other processes outlive the first one; a container ends as a whole.
    void kill_rest() {
        if (!options_.kill_rest) return;
        Fd all(::open((options_.cgroup_dir + "/cgroup.kill").c_str(), O_WRONLY | O_CLOEXEC));
        if (all && ::write(all.get(), "1", 1) == 1) return;
        // v1 has no such file: kill until no one is left to fork.
        for (int round = 0; round < 20; ++round) {
            auto pids = file::read(options_.cgroup_dir + "/cgroup.procs", 1 << 20);
            if (!pids.ok() || pids->empty()) return;
            for (auto line : split_views(*pids, '\n'))
                if (auto pid = parse_int(line); pid && *pid > 1) ::kill(static_cast<pid_t>(*pid), SIGKILL);
            while (::waitpid(-1, nullptr, WNOHANG) > 0) {}
        }
    }

    // What the container wrote before it ended; a process that it left behind must not hold us up.
    void drain() {
        for (auto* source : {&out_, &err_, &terminal_}) {
            const auto stream = source == &err_ ? LogWriter::Stream::Err : LogWriter::Stream::Out;
            for (int i = 0; *source && i < 4096; ++i) {
                pollfd ready{source->get(), POLLIN, 0};
                if (::poll(&ready, 1, 0) <= 0) break;
                copy_out(*source, stream);
            }
        }
    }

    void record_exit() {
        timespec now{};
        ::clock_gettime(CLOCK_REALTIME, &now);
        const int signal = WIFSIGNALED(status_) ? WTERMSIG(status_) : 0;
        const int code = signal ? 128 + signal : WEXITSTATUS(status_);
        bool oom = false;
        if (auto text = file::read(options_.oom_file, 4096); text.ok())
            for (auto line : split_views(*text, '\n'))
                if (line.starts_with("oom_kill ") && line != "oom_kill 0") oom = true;
        char record[160];
        int n = ::snprintf(record, sizeof record, "{\"code\":%d,\"signal\":%d,\"oom\":%s,\"finished\":%lld}", code, signal, oom ? "true" : "false",
                           static_cast<long long>(now.tv_sec) * 1000000000LL + now.tv_nsec);
        (void)file::write_volatile(options_.exit_file, std::string_view(record, static_cast<size_t>(n)), 0600);
    }

    MonitorOptions options_;
    LogWriter log_;
    Fd lock_, signals_, control_, in_, out_, err_, terminal_;
    std::vector<Attachment> attachments_;
    int pid_ = 0, status_ = 0;
    bool ended_ = false;
};

MonitorOptions parse(int argc, char** argv) {
    MonitorOptions o;
    for (int i = 0; i < argc; ++i) {
        std::string_view arg = argv[i];
        if (arg == "--tty") o.tty = true;
        else if (arg == "--kill-rest") o.kill_rest = true;
        else if (arg == "--stdin") o.open_stdin = true;
        else if (arg == "--stdin-once") o.stdin_once = true;
        else if (i + 1 < argc) {
            const char* value = argv[++i];
            if (arg == "--dir") o.dir = value;
            else if (arg == "--id") o.id = value;
            else if (arg == "--runc") o.runc = value;
            else if (arg == "--root") o.root = value;
            else if (arg == "--exit") o.exit_file = value;
            else if (arg == "--cgroup") o.cgroup_dir = value;
            else if (arg == "--oom") o.oom_file = value;
            else if (arg == "--log") o.log_path = value;
            else if (arg == "--log-max") o.log_max_bytes = ::atoll(value);
            else if (arg == "--log-files") o.log_max_files = ::atoi(value);
        }
    }
    return o;
}

}  // namespace

int monitor_main(int argc, char** argv) {
    // Detached from the agent: a session of its own, and init as the parent.
    ::setsid();
    if (pid_t child = ::fork(); child != 0) ::_exit(child < 0 ? 1 : 0);
    int nothing = ::open("/dev/null", O_RDWR);
    for (int fd : {0, 1, 2}) ::dup2(nothing, fd);
    if (nothing > 3) ::close(nothing);
    // The agent's descriptors must not live on here.
    ::close_range(4, ~0u, 0);
    ::fcntl(kReadyFd, F_SETFD, FD_CLOEXEC);
    [[maybe_unused]] int moved = ::chdir("/");
    return Monitor(parse(argc, argv)).run();
}

}  // namespace skiff::agent::runtime
