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

void LogWriter::stamp() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    tm utc{};
    ::gmtime_r(&now.tv_sec, &utc);
    ::snprintf(time_, sizeof time_, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ", (utc.tm_year + 1900) % 10000, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
               utc.tm_sec, now.tv_nsec);
}

void LogWriter::line(Stream stream, std::string_view text, char tag) {
    if (!fd_) return;
    out_.append(time_).append(stream == Stream::Out ? " stdout " : " stderr ").append(1, tag).append(1, ' ').append(text).append(1, '\n');
    if (out_.size() >= 2 * kLineBytesMax || (size_max_ > 0 && size_ + static_cast<int64_t>(out_.size()) >= size_max_)) flush();
}

void LogWriter::flush() {
    // A full disk loses log lines, not the container.
    if (!out_.empty() && fd_ && ::write(fd_.get(), out_.data(), out_.size()) > 0) size_ += static_cast<int64_t>(out_.size());
    out_.clear();
    if (size_max_ > 0 && size_ >= size_max_) rotate();
}

void LogWriter::write(Stream stream, std::string_view bytes) {
    auto& pending = pending_[static_cast<int>(stream)];
    stamp();
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
    flush();
}

void LogWriter::finish() {
    stamp();
    for (int i = 0; i < 2; ++i) {
        // The last line may lack its end: a partial one, so that readers see what was written and no more.
        if (!pending_[i].empty()) line(static_cast<Stream>(i), pending_[i], 'P');
        pending_[i].clear();
    }
    flush();
}

}  // namespace skiff::agent::runtime
