#include "agent/runtime/log_writer.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

namespace skiff::agent::runtime {

namespace {

constexpr size_t kLineBytesMax = 16384;

}  // namespace

LogWriter::LogWriter(std::string path, int64_t size_bytes_max, int files_max)
    : path_(std::move(path)), size_max_(size_bytes_max), files_max_(std::max(files_max, 2)) {
    reopen();
}

void LogWriter::reopen() {
    if (path_.empty()) return;
    fd_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
    struct stat info {};
    size_ = fd_ && ::fstat(fd_.get(), &info) == 0 ? info.st_size : 0;
}

void LogWriter::rotate() {
    for (int i = files_max_ - 2; i >= 1; --i) ::rename((path_ + "." + std::to_string(i)).c_str(), (path_ + "." + std::to_string(i + 1)).c_str());
    ::rename(path_.c_str(), (path_ + ".1").c_str());
    reopen();
}

void LogWriter::line(Stream stream, std::string_view text, char tag) {
    if (!fd_) return;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    tm utc{};
    ::gmtime_r(&now.tv_sec, &utc);
    char head[64];
    int n = ::snprintf(head, sizeof head, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ %s %c ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                       utc.tm_min, utc.tm_sec, now.tv_nsec, stream == Stream::Out ? "stdout" : "stderr", tag);
    std::string out(head, static_cast<size_t>(n));
    out += text;
    out += '\n';
    // A full disk loses log lines, not the container.
    if (::write(fd_.get(), out.data(), out.size()) > 0) size_ += static_cast<int64_t>(out.size());
    if (size_max_ > 0 && size_ >= size_max_) rotate();
}

void LogWriter::write(Stream stream, std::string_view bytes) {
    auto& pending = pending_[static_cast<int>(stream)];
    while (!bytes.empty()) {
        auto end = bytes.find('\n');
        auto take = std::min(end == std::string_view::npos ? bytes.size() : end, kLineBytesMax - pending.size());
        pending += bytes.substr(0, take);
        bytes.remove_prefix(take);
        if (!bytes.empty() && bytes[0] == '\n') {
            line(stream, pending, 'F');
            pending.clear();
            bytes.remove_prefix(1);
        } else if (pending.size() >= kLineBytesMax) {
            line(stream, pending, 'P');
            pending.clear();
        }
    }
}

void LogWriter::finish() {
    for (int i = 0; i < 2; ++i) {
        // The last line may lack its end; readers see a whole line.
        if (!pending_[i].empty()) line(static_cast<Stream>(i), pending_[i], 'F');
        pending_[i].clear();
    }
}

}  // namespace skiff::agent::runtime
