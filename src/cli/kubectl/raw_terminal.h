// The local terminal for exec -it: raw mode while it lives, its size, and when that changes. One at a time; restores the terminal at its end.
#pragma once

#include <termios.h>

#include <cstdint>
#include <optional>

#include "base/fd.h"

namespace skiff::cli::kubectl {

struct TerminalSize {
    uint16_t columns = 0, rows = 0;
    bool operator==(const TerminalSize&) const = default;
};

class RawTerminal {
public:
    // Standard input must be a terminal.
    RawTerminal();
    ~RawTerminal();
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;
    // Of standard output.
    static std::optional<TerminalSize> size();
    // Readable after the size has changed; read it empty with drain().
    int resize_fd() const { return resized_.get(); }
    void drain();

private:
    termios before_{};
    Fd resized_;          // signalfd of SIGWINCH
};

}  // namespace skiff::cli::kubectl
