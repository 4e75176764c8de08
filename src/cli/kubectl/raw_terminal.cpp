#include "cli/kubectl/raw_terminal.h"

#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace skiff::cli::kubectl {

namespace {

sigset_t window_change() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGWINCH);
    return set;
}

}  // namespace

RawTerminal::RawTerminal() {
    ::tcgetattr(STDIN_FILENO, &before_);
    auto raw = before_;
    ::cfmakeraw(&raw);
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    const auto set = window_change();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    resized_.reset(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

RawTerminal::~RawTerminal() {
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
    const auto set = window_change();
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

std::optional<TerminalSize> RawTerminal::size() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
    return TerminalSize{size.ws_col, size.ws_row};
}

void RawTerminal::drain() {
    signalfd_siginfo info;
    while (::read(resized_.get(), &info, sizeof info) > 0) {
    }
}

}  // namespace skiff::cli::kubectl
