#include "agent/images/layer_store.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "agent/images/unpacker.h"
#include "base/encoding.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/random.h"

namespace skiff::agent::images {

Status LayerStore::open() {
    TRY(file::make_dirs(root_ + "/layers", 0711));
    TRY(file::remove_tree(root_ + "/staging"));
    return file::make_dirs(root_ + "/staging", 0711);
}

std::string LayerStore::new_staging() { return root_ + "/staging/" + hex_encode(random_bytes(8)); }

std::string LayerStore::path(const std::string& diff_id) const { return root_ + "/layers/" + diff_id.substr(diff_id.find(':') + 1); }
std::string LayerStore::dir(const std::string& diff_id) const { return path(diff_id) + "/fs"; }
bool LayerStore::has(const std::string& diff_id) const { return file::is_dir(dir(diff_id)); }

Status LayerStore::add(const std::string& diff_id, const std::string& blob_path) {
    if (has(diff_id)) return {};
    const auto staged = new_staging();
    TRY(file::make_dirs(staged + "/fs", 0755));
    auto unpacked = unpack_layer(self_exe_, blob_path, staged + "/fs");
    if (!unpacked.ok() || unpacked->diff_id != diff_id) {
        (void)file::remove_tree(staged);
        if (!unpacked.ok()) return std::move(unpacked).status();
        return error(Reason::BadRequest, "layer has digest {} instead of {}", unpacked->diff_id, diff_id);
    }
    return adopt(diff_id, staged);
}

Status LayerStore::adopt(const std::string& diff_id, const std::string& staged_dir, Durability durability) {
    // All of the layer is on disk before its name says so.
    Fd fs(::open(staged_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fs || (durability == Durability::Synced && ::syncfs(fs.get()) < 0)) return errno_status("sync layer", errno);
    if (::rename(staged_dir.c_str(), path(diff_id).c_str()) < 0) {
        if (errno != EEXIST && errno != ENOTEMPTY) return errno_status("keep layer", errno);
        return file::remove_tree(staged_dir);   // somebody else was faster
    }
    return {};
}

std::vector<std::string> LayerStore::all() const {
    std::vector<std::string> ids;
    auto names = file::list_dir(root_ + "/layers");
    if (names.ok())
        for (const auto& name : *names) ids.push_back("sha256:" + name);
    return ids;
}

Status LayerStore::remove(const std::string& diff_id) { return file::remove_tree(path(diff_id)); }

}  // namespace skiff::agent::images
