// FdReader and FdWriter: a pipe, terminal or socket end served by the poller, with back-pressure both ways. All methods and callbacks on the
// poller's thread. The descriptor stays the owner's and must outlive them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "agent/sys/poller.h"

namespace skiff::agent::nodeapi {

class FdReader {
public:
    // data returns false to pause reading; end: the other side has closed, or an error. No callback after end or destruction.
    FdReader(sys::Poller& poller, int fd, std::function<bool(std::string_view)> data, std::function<void()> end);
    ~FdReader();
    void resume();

private:
    void ready();
    sys::Poller& poller_;
    const int fd_;
    std::function<bool(std::string_view)> data_;
    std::function<void()> end_;
    bool paused_ = false, ended_ = false;
};

class FdWriter {
public:
    static constexpr size_t kQueueMax = 256 << 10;
    // drained: the queue is empty again after it was full. failed: the other side takes no more.
    FdWriter(sys::Poller& poller, int fd, std::function<void()> drained, std::function<void()> failed);
    ~FdWriter();
    // False when more than kQueueMax waits now: hold back until drained.
    bool write(std::string_view bytes);
    // Calls done (close the end, shut it down) once everything before it is written.
    void finish(std::function<void()> done);

private:
    void flush();
    void watch(bool on);
    sys::Poller& poller_;
    const int fd_;
    std::function<void()> drained_, failed_, done_;
    std::string queue_;
    bool watching_ = false, full_ = false, broken_ = false;
};

}  // namespace skiff::agent::nodeapi
