#include "base/log.h"

#include <time.h>
#include <unistd.h>

#include <atomic>

namespace skiff::log {

namespace {

std::atomic<Level> current_level{Level::Info};

constexpr std::string_view kNames[] = {"debug", "info", "warn", "error"};

void append_value(std::string& line, std::string_view value) {
    bool plain = !value.empty();
    for (unsigned char c : value)
        if (c <= ' ' || c == '"' || c == '=' || c == 0x7f) plain = false;
    if (plain) {
        line += value;
        return;
    }
    line += '"';
    for (unsigned char c : value) {
        if (c == '"' || c == '\\') line += '\\';
        if (c == '\n') {
            line += "\\n";
        } else if (c < ' ') {
            line += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
        } else {
            line += static_cast<char>(c);
        }
    }
    line += '"';
}

}  // namespace

void set_level(Level level) { current_level = level; }
Level level() { return current_level.load(std::memory_order_relaxed); }

bool parse_level(std::string_view text, Level& out) {
    for (int i = 0; i < 4; ++i) {
        if (text == kNames[i]) {
            out = static_cast<Level>(i);
            return true;
        }
    }
    return false;
}

void write(Level at, std::string_view component, std::string_view message, std::initializer_list<Field> fields) {
    if (at < level()) return;
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    tm utc{};
    gmtime_r(&now.tv_sec, &utc);
    std::string line = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z {:5} {} ", utc.tm_year + 1900, utc.tm_mon + 1,
                                   utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec / 1000000,
                                   kNames[static_cast<int>(at)], component);
    for (char c : message) line += c == '\n' ? ' ' : c;
    for (const auto& field : fields) {
        line += ' ';
        line += field.key;
        line += '=';
        append_value(line, field.value);
    }
    line += '\n';
    // A log line that cannot be written has nowhere to be reported.
    [[maybe_unused]] auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace skiff::log
