// An image archive (docker save or OCI layout, as tar, gzip or zstd) laid out as plain files in a folder: only regular files with plain names are
// taken, links of docker-save are followed within the archive. Blocks; any thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/images/image_store.h"
#include "agent/images/manifest.h"
#include "base/status.h"

namespace skiff::agent::images {

Status extract_archive(const std::string& archive_path, const std::string& dir, const std::function<void(const Progress&)>& progress);

// One image of a laid-out archive.
struct ArchivedImage {
    std::vector<std::string> tags;            // normalised; may be empty
    std::string manifest_digest;              // "" for docker save
    std::string config_path;
    std::vector<std::string> layer_paths;     // lowest first
};
Result<std::vector<ArchivedImage>> read_archive(const std::string& dir, const std::string& architecture);

}  // namespace skiff::agent::images
