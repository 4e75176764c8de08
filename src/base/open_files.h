// How many files this process may have open. Every connection and watch is one; what a shell gives by default is 1 024.
#pragma once

#include <cstddef>

namespace skiff {

// Raises the limit as far as it goes, 1 048 576 at most. Children inherit it, containers too, as they do of other runtimes. Before other threads.
void raise_open_files();
size_t open_files_max();

}  // namespace skiff
