// KeyedItems: the items of a list of type map, by their keys. For finding the old item of each new one without reading the old list every time.
// The list must outlive it; one thread.
#pragma once

#include <string>
#include <vector>

#include "base/text_map.h"
#include "json/value.h"

namespace skiff::api::structural {

class KeyedItems {
public:
    // old may be null, and keys empty: then nothing is found.
    KeyedItems(const json::Value* old, const std::vector<std::string>& keys);
    // The item with the same keys; null when there is none.
    const json::Value* find(const json::Value& item) const;

private:
    std::string text_of(const json::Value& item) const;
    const std::vector<std::string>& keys_;
    TextMap<const json::Value*> items_;
};

}  // namespace skiff::api::structural
