#include "agent/images/image_index.h"

#include <algorithm>

#include "agent/images/reference.h"
#include "base/file.h"
#include "base/strings.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::agent::images {

namespace {

json::Value list(const std::vector<std::string>& items) {
    auto out = json::Value::array();
    for (const auto& item : items) out.push_back(item);
    return out;
}

std::vector<std::string> unlist(const json::Value& value) {
    std::vector<std::string> out;
    for (const auto& item : value.items()) out.push_back(item.as_string());
    return out;
}

void add_unique(std::vector<std::string>& to, const std::vector<std::string>& from) {
    for (const auto& item : from)
        if (std::find(to.begin(), to.end(), item) == to.end()) to.push_back(item);
}

json::Value to_json(const IndexedImage& i) {
    const auto& c = i.image.config;
    return json::Value::object({{"id", i.image.id}, {"tags", list(i.image.tags)}, {"digests", list(i.image.digests)}, {"size", i.image.size_bytes},
                                {"pinned", i.image.pinned}, {"layers", list(i.diff_ids)}, {"entrypoint", list(c.entrypoint)}, {"command", list(c.command)},
                                {"env", list(c.env)}, {"workingDir", c.working_dir}, {"user", c.user}, {"stopSignal", c.stop_signal},
                                {"volumes", list(c.volumes)}, {"ports", list(c.exposed_ports)}});
}

IndexedImage from_json(const json::Value& v) {
    IndexedImage i;
    i.image.id = v["id"].as_string();
    i.image.tags = unlist(v["tags"]);
    i.image.digests = unlist(v["digests"]);
    i.image.size_bytes = v["size"].as_int();
    i.image.pinned = v["pinned"].as_bool();
    i.diff_ids = unlist(v["layers"]);
    auto& c = i.image.config;
    c.entrypoint = unlist(v["entrypoint"]);
    c.command = unlist(v["command"]);
    c.env = unlist(v["env"]);
    c.working_dir = v["workingDir"].as_string();
    c.user = v["user"].as_string();
    c.stop_signal = v["stopSignal"].as_string();
    c.volumes = unlist(v["volumes"]);
    c.exposed_ports = unlist(v["ports"]);
    return i;
}

bool has(const std::vector<std::string>& items, const std::string& wanted) { return std::find(items.begin(), items.end(), wanted) != items.end(); }

}  // namespace

Result<ImageIndex> ImageIndex::open(const std::string& path) {
    ImageIndex index(path);
    if (!file::exists(path)) return index;
    auto tree = TRY(json::parse(TRY(file::read(path))).context("{}", path));
    for (const auto& item : tree["images"].items()) index.images_.push_back(from_json(item));
    return index;
}

Status ImageIndex::save() const {
    auto tree = json::Value::object({{"images", json::Value::array()}});
    for (const auto& image : images_) tree.mut("images").push_back(to_json(image));
    return file::write_atomic(path_, json::write(tree));
}

const IndexedImage* ImageIndex::find(const std::string& reference) const {
    const bool hex = reference.size() >= 12 && reference.find_first_not_of("0123456789abcdef") == std::string::npos;
    for (const auto& i : images_)
        if (i.image.id == reference || (hex && i.image.id.substr(7).starts_with(reference))) return &i;
    auto normal = normalize_reference(reference);
    if (!normal.ok()) return nullptr;
    for (const auto& i : images_)
        if (has(i.image.tags, *normal) || has(i.image.digests, *normal)) return &i;
    return nullptr;
}

Status ImageIndex::put(IndexedImage added) {
    for (auto& other : images_)
        if (other.image.id != added.image.id) std::erase_if(other.image.tags, [&](const std::string& tag) { return has(added.image.tags, tag); });
    auto same = std::find_if(images_.begin(), images_.end(), [&](const IndexedImage& i) { return i.image.id == added.image.id; });
    if (same == images_.end()) {
        images_.push_back(std::move(added));
    } else {
        add_unique(same->image.tags, added.image.tags);
        add_unique(same->image.digests, added.image.digests);
        same->image.pinned = same->image.pinned || added.image.pinned;
    }
    return save();
}

Result<bool> ImageIndex::remove(const std::string& reference) {
    const auto* found = find(reference);
    if (!found) return error(Reason::NotFound, "no image {}", reference);
    auto it = images_.begin() + (found - images_.data());
    auto normal = normalize_reference(reference);
    if (normal.ok() && it->image.id != reference) {
        std::erase(it->image.tags, *normal);
        std::erase(it->image.digests, *normal);
    } else {
        it->image.tags.clear();
    }
    const bool gone = it->image.tags.empty();
    if (gone) images_.erase(it);
    TRY(save());
    return gone;
}

}  // namespace skiff::agent::images
