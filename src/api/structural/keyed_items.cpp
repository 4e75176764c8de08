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
        const json::Value& value = item[key];
        // Texts as they are, behind their length; no other JSON begins with a letter and a number.
        if (value.is_string()) text.append(1, 's').append(std::to_string(value.as_string().size())).append(1, ':').append(value.as_string());
        else text += json::write(value);
        text += '\n';
    }
    return text;
}

}  // namespace skiff::api::structural
