// Tar archives (ustar with GNU's long names) as kubectl cp sends and reads them: a writer of local files and a reader into a folder. One thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/status.h"

namespace skiff::cli::kubectl {

// Writes path (a file or a folder with all below it) under the name `name`, then the end of the archive. sink: false ends it.
Status write_tar(const std::string& path, const std::string& name, const std::function<bool(std::string_view)>& sink);

// Takes an archive in pieces. Entries below `prefix` become files below `target`; what would leave it, and links, are skipped with a warning.
class TarReader {
public:
    TarReader(std::string prefix, std::string target) : prefix_(std::move(prefix)), target_(std::move(target)) {}
    Status feed(std::string_view bytes);
    size_t entries() const { return entries_; }

private:
    Status header();
    void finish_entry();
    std::string prefix_, target_, block_, long_name_, text_;
    Fd file_;
    uint64_t left_ = 0, padding_ = 0;
    enum class Into { Nothing, File, LongName } into_ = Into::Nothing;
    size_t entries_ = 0;
};

}  // namespace skiff::cli::kubectl
