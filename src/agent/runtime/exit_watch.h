// ExitWatch: hears of exit records the moment a monitor writes one: inotify on their folder, one sleeping thread.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "base/fd.h"
#include "base/status.h"

namespace skiff::agent::runtime {

class ExitWatch {
public:
    ~ExitWatch() { stop(); }
    // ended(id) on the watch's thread for every record that appears from now on.
    Status start(const std::string& folder, std::function<void(const std::string& id)> ended);
    void stop();

private:
    Fd inotify_, wake_;
    std::jthread thread_;
};

}  // namespace skiff::agent::runtime
