#include "base/open_files.h"

#include <sys/resource.h>

#include <algorithm>

namespace skiff {

namespace {
constexpr rlim_t kFilesMax = 1 << 20;
}

void raise_open_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kFilesMax) return;
    const rlimit most{kFilesMax, std::max(limit.rlim_max, kFilesMax)};
    if (::setrlimit(RLIMIT_NOFILE, &most) == 0) return;   // root may raise the hard limit, where it has its capabilities
    limit.rlim_cur = std::min(limit.rlim_max, kFilesMax);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

size_t open_files_max() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur : kFilesMax;
}

}  // namespace skiff
