#include "api/structural/keyed_items.h"

#include "json/write.h"

namespace skiff::api::structural {

KeyedItems::KeyedItems(const json::Value* old, const std::vector<std::string>& keys) : keys_(keys) {
    if (old == nullptr || keys.empty()) return;
    for (const json::Value& item : old->items()) items_.emplace(text_of(item), &item);
}

const json::Value* KeyedItems::find(const json::Value& item) const {
    if (items_.empty()) return nullptr;
    auto it = items_.find(text_of(item));
    return it == items_.end() ? nullptr : it->second;
}

std::string KeyedItems::text_of(const json::Value& item) const {
    std::string text;
    for (const std::string& key : keys_) {
        text += json::write(item[key]);
        text += '\n';
    }
    return text;
}

}  // namespace skiff::api::structural
