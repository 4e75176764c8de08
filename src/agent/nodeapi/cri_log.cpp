#include "agent/nodeapi/cri_log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "agent/sys/units.h"
#include "base/strings.h"

namespace skiff::agent::nodeapi {

namespace {

constexpr size_t kLineBytesMax = 1 << 20, kBlock = 64 << 10;

}  // namespace

std::optional<LogLine> parse_log_line(std::string_view line) {
    const size_t first = line.find(' ');
    const size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    const size_t third = std::min(line.find(' ', second + 1), line.size());
    LogLine result;
    result.time = line.substr(0, first);
    result.stream = line.substr(first + 1, second - first - 1);
    // Tags are separated by colons; the first says whether the line is whole.
    result.partial = line.substr(second + 1, third - second - 1).substr(0, 1) == "P";
    result.content = third < line.size() ? line.substr(third + 1) : std::string_view();
    return result;
}

Result<LogOptions> parse_log_options(const net::Query& query, WallTime now) {
    LogOptions options;
    auto flag = [&](const char* name) { return query.get(name) == "true" || query.get(name) == "1"; };
    options.follow = flag("follow");
    options.previous = flag("previous");
    options.timestamps = flag("timestamps");
    auto number = [&](const char* name, int64_t least) -> Result<std::optional<int64_t>> {
        if (query.get(name).empty()) return std::optional<int64_t>();
        const auto value = parse_int(query.get(name));
        if (!value || *value < least) return error(Reason::Invalid, "{}: Invalid value: must be greater than or equal to {}", name, least);
        return value;
    };
    options.tail_lines = TRY(number("tailLines", 0));
    options.limit_bytes = TRY(number("limitBytes", 1));
    const auto since_seconds = TRY(number("sinceSeconds", 1));
    if (since_seconds) options.since = now - std::chrono::seconds(*since_seconds);
    if (const std::string& since = query.get("sinceTime"); !since.empty()) {
        options.since = sys::parse_rfc3339(since);
        if (!options.since) return error(Reason::Invalid, "sinceTime: Invalid value: not an RFC 3339 time");
    }
    options.stream = query.get("stream") == "All" ? "" : query.get("stream");
    return options;
}

bool LogFilter::feed(std::string_view bytes, std::string& out) {
    while (!bytes.empty() && left_ != 0) {
        const size_t newline = bytes.find('\n');
        if (newline == std::string_view::npos) {
            rest_.append(bytes.substr(0, kLineBytesMax - std::min(kLineBytesMax, rest_.size())));
            break;
        }
        if (rest_.empty()) {
            line(bytes.substr(0, newline), out);
        } else {
            rest_.append(bytes.substr(0, newline));
            line(rest_, out);
            rest_.clear();
        }
        bytes.remove_prefix(newline + 1);
    }
    return left_ != 0;
}

void LogFilter::line(std::string_view text, std::string& out) {
    const auto parsed = parse_log_line(text);
    if (!parsed) return;
    if (!options_.stream.empty() && lower(options_.stream) != parsed->stream) return;
    if (options_.since) {
        const auto time = sys::parse_rfc3339(parsed->time);
        if (!time || *time < *options_.since) return;
    }
    if (options_.timestamps && !line_open_) {
        append(parsed->time, out);
        append(" ", out);
    }
    append(parsed->content, out);
    if (!parsed->partial) append("\n", out);
    line_open_ = parsed->partial;
}

void LogFilter::append(std::string_view text, std::string& out) {
    if (left_ < 0) {
        out.append(text);
        return;
    }
    const size_t taken = std::min<size_t>(text.size(), static_cast<size_t>(left_));
    out.append(text.substr(0, taken));
    left_ -= static_cast<int64_t>(taken);
}

Result<int64_t> tail_offset(int fd, int64_t lines) {
    struct stat info;
    if (::fstat(fd, &info) != 0) return errno_status("stat log", errno);
    int64_t end = info.st_size;
    if (lines <= 0) return end;
    char last = '\n';
    if (end > 0 && ::pread(fd, &last, 1, end - 1) != 1) return errno_status("read log", errno);
    // Newlines to pass: one more than lines, but the file's final newline ends a line and begins none.
    int64_t wanted = last == '\n' ? lines + 1 : lines;
    std::string block(kBlock, '\0');
    while (end > 0) {
        const size_t size = static_cast<size_t>(std::min<int64_t>(kBlock, end));
        const int64_t start = end - static_cast<int64_t>(size);
        const ssize_t got = ::pread(fd, block.data(), size, start);
        if (got <= 0) return errno_status("read log", errno);
        for (ssize_t i = got - 1; i >= 0; --i)
            if (block[static_cast<size_t>(i)] == '\n' && --wanted == 0) return start + i + 1;
        end = start;
    }
    return int64_t{0};
}

}  // namespace skiff::agent::nodeapi
