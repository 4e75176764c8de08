// Files: whole-file reads and atomic, durable writes. Paths are absolute or relative to the working directory.
// Errors name the path and errno. Any thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace skiff::file {

// NotFound when the file does not exist; RequestEntityTooLarge when it is over size_bytes_max.
Result<std::string> read(const std::string& path, size_t size_bytes_max = 64 << 20);
// Writes beside the target, fsyncs, renames over it and fsyncs the folder: after a crash the file is old or new, never torn.
Status write_atomic(const std::string& path, std::string_view content, mode_t mode = 0600);
// The same without the two fsyncs, for what is made anew at every start (resolv.conf, /etc/hosts of a pod).
Status write_volatile(const std::string& path, std::string_view content, mode_t mode = 0644);
// mkdir -p; existing folders keep their mode.
Status make_dirs(const std::string& path, mode_t mode = 0755);
bool exists(const std::string& path);
bool is_dir(const std::string& path);
// Names in a folder, sorted, without . and ..
Result<std::vector<std::string>> list_dir(const std::string& path);
// Removes a file; a missing one is no error.
Status remove(const std::string& path);
// rm -rf that never crosses a mount point and never follows a symbolic link; a missing path is no error.
Status remove_tree(const std::string& path);

}  // namespace skiff::file
