#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/runtime/runtime.h"

namespace skiff::agent::runtime {

int pause_main() {
    sigset_t all;
    sigemptyset(&all);
    for (int signal : {SIGCHLD, SIGTERM, SIGINT}) sigaddset(&all, signal);
    sigprocmask(SIG_BLOCK, &all, nullptr);
    ::close_range(0, ~0u, 0);
    for (;;) {
        int signal = 0;
        sigwait(&all, &signal);
        if (signal != SIGCHLD) return 0;
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {}
    }
}

}  // namespace skiff::agent::runtime
