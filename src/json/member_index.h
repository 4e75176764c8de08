// MemberIndex: finds members of one object many times. Value::find() reads all members; who asks for as many keys as there are would take
// quadratic time. Large objects get a hash table when the first key is asked for. The object must outlive the index and not change; one thread.
#pragma once

#include <string_view>

#include "base/text_map.h"
#include "json/value.h"

namespace skiff::json {

class MemberIndex {
public:
    explicit MemberIndex(const Value& object) : object_(object) {}
    // Null when absent; the first one when there are several.
    const Value* find(std::string_view key);
    bool has(std::string_view key) { return find(key) != nullptr; }

private:
    const Value& object_;
    size_t next_ = 0;   // where the next key stands when both sides have the same order
    TextViewMap<size_t> places_;
};

}  // namespace skiff::json
