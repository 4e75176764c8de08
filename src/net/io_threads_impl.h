// What IoThreads consists of, for net's own files: its loops, and the resolver they share.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "net/io_threads.h"
#include "net/loop.h"
#include "net/resolver.h"

namespace skiff::net {

struct IoThreads::Impl {
    std::vector<std::shared_ptr<Loop>> loops;
    Resolver resolver;
    std::vector<std::jthread> threads;
    std::atomic<size_t> next{0};

    Loop& next_loop();            // round robin
    Loop& this_or_next_loop();    // the calling io thread's own loop where there is one
};

}  // namespace skiff::net
