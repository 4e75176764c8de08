// Payload: the files of a configMap, secret, downwardAPI or projected volume, made from their source objects. Pure.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>

#include "agent/volumes/downward.h"
#include "base/status.h"
#include "json/value.h"

namespace skiff::agent::volumes {

struct FileEntry {
    std::string content;
    mode_t mode = 0644;
    int64_t owner_uid = -1;                              // -1: root
    friend bool operator==(const FileEntry&, const FileEntry&) = default;
};
using Payload = std::map<std::string, FileEntry>;        // path below the volume: no leading /, no ..

// source: configMap or secret volume source (items, optional); object: its object's tree, null when absent.
Status add_config_map(Payload& payload, const json::Value& source, const json::Value& object, mode_t default_mode);
Status add_secret(Payload& payload, const json::Value& source, const json::Value& object, mode_t default_mode);
Status add_downward(Payload& payload, const json::Value& source, const json::Value& pod, const DownwardFacts& facts, mode_t default_mode);
// False for absolute paths and paths with .. or an empty part.
bool safe_relative_path(const std::string& path);

}  // namespace skiff::agent::volumes
