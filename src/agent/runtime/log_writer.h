// LogWriter: a container's output as CRI log lines, `2026-01-02T03:04:05.123456789Z stdout F text`; P marks a piece of a line that goes on
// (at 16 KiB). Rotates at size_bytes_max by renaming to path.1, path.2, ... What one write() brings goes to the file in one piece.
// Single-threaded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace skiff::agent::runtime {

class LogWriter {
public:
    LogWriter(std::string path, int64_t size_bytes_max, int files_max);
    void reopen();
    enum class Stream { Out = 0, Err = 1 };
    void write(Stream stream, std::string_view bytes);
    void finish();                                   // lines without an end

private:
    void line(Stream stream, std::string_view text, char tag);
    void stamp();
    void flush();
    void rotate();
    std::string path_;
    int64_t size_max_, size_ = 0;
    int files_max_;
    Fd fd_;
    std::string pending_[2], out_;
    char time_[96] = {};                             // of the piece at hand
};

}  // namespace skiff::agent::runtime
