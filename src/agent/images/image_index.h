// ImageIndex: which images there are, in index.json. One thread at a time.
#pragma once

#include <string>
#include <vector>

#include "agent/images/image_store.h"
#include "base/status.h"

namespace skiff::agent::images {

struct IndexedImage {
    Image image;                              // layer_dirs empty; filled from diff_ids when it is handed out
    std::vector<std::string> diff_ids;
};

class ImageIndex {
public:
    static Result<ImageIndex> open(const std::string& path);
    const std::vector<IndexedImage>& all() const { return images_; }
    // By tag, name@digest, id or id prefix. Null when absent.
    const IndexedImage* find(const std::string& reference) const;
    // Adds or merges by id; the tags move here from other images.
    Status put(IndexedImage image);
    // Takes the name away; the image goes with its last one. By id: all of it. True when the image is gone.
    Result<bool> remove(const std::string& reference);

private:
    explicit ImageIndex(std::string path) : path_(std::move(path)) {}
    Status save() const;
    std::string path_;
    std::vector<IndexedImage> images_;
};

}  // namespace skiff::agent::images
