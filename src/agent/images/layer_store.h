// LayerStore: unpacked layers by diff id, and staging for what is on its way. Files only; the caller serialises removal.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"

namespace skiff::agent::images {

class LayerStore {
public:
    LayerStore(std::string root, std::string self_exe) : root_(std::move(root)), self_exe_(std::move(self_exe)) {}
    // Makes the folders and empties staging.
    Status open();
    std::string new_staging();                                     // a fresh path, nothing made yet
    bool has(const std::string& diff_id) const;
    std::string dir(const std::string& diff_id) const;             // .../layers/<hex>/fs
    // Unpacks the blob; it must have this diff id. Present already: nothing is done.
    Status add(const std::string& diff_id, const std::string& blob_path);
    // Takes a ready folder over as the layer. Volatile: its content is made anew when a power cut tears it.
    enum class Durability { Synced, Volatile };
    Status adopt(const std::string& diff_id, const std::string& staged_dir, Durability durability = Durability::Synced);
    std::vector<std::string> all() const;
    Status remove(const std::string& diff_id);

private:
    std::string path(const std::string& diff_id) const;
    std::string root_, self_exe_;
};

}  // namespace skiff::agent::images
