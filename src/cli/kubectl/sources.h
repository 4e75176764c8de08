// Where manifests come from: files, folders, http(s) URLs and standard input. One thread; errors are Reason::Unknown in kubectl's words.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "json/value.h"

namespace skiff::cli::kubectl {

struct Manifest {
    json::Value object;
    std::string source;   // path, URL or STDIN, for messages
};

// Recursive: folders below folders too. Lists are taken apart. Never empty when it succeeds.
Result<std::vector<Manifest>> read_manifests(const std::vector<std::string>& files, bool recursive);
// The bytes of one of them ("-" is standard input); 
Result<std::string> read_source(const std::string& path);

}  // namespace skiff::cli::kubectl
