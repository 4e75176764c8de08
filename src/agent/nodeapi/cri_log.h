// Lines of a container's log file (CRI format: "<RFC 3339 time> stdout|stderr F|P <content>") and what a reader asked for. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "net/http.h"

namespace skiff::agent::nodeapi {

struct LogLine {
    std::string_view time, stream, content;
    bool partial = false;                 // goes on in the next line of its stream
};
// Without its newline; nothing when malformed.
std::optional<LogLine> parse_log_line(std::string_view line);

struct LogOptions {
    bool follow = false, previous = false, timestamps = false;
    std::optional<int64_t> tail_lines, limit_bytes;
    std::optional<WallTime> since;
    std::string stream;                   // "" or All, Stdout, Stderr
};
Result<LogOptions> parse_log_options(const net::Query& query, WallTime now);

// Turns file bytes into what the reader sees.
class LogFilter {
public:
    explicit LogFilter(LogOptions options) : options_(std::move(options)), left_(options_.limit_bytes.value_or(-1)) {}
    // Appends to out; false when the limit is reached.
    bool feed(std::string_view bytes, std::string& out);
    bool done() const { return left_ == 0; }

private:
    void line(std::string_view text, std::string& out);
    void append(std::string_view text, std::string& out);
    const LogOptions options_;
    int64_t left_;                        // -1: no limit
    std::string rest_;                    // of an unfinished line
    bool line_open_ = false;              // the last line was partial
};

// Offset in the file where its last `lines` lines begin. Reads backwards in blocks; an unfinished last line counts.
Result<int64_t> tail_offset(int fd, int64_t lines);

}  // namespace skiff::agent::nodeapi
