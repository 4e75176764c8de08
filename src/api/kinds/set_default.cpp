#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

void set_default(json::Value& object, std::string_view key, json::Value value) {
    if (object[key].is_null()) object.set(key, std::move(value));
}

void set_default_zero(json::Value& object, std::string_view key, json::Value value) {
    const json::Value& present = object[key];
    bool zero = present.is_null() || (present.is_string() && present.empty()) || (present.is_int() && present.as_int() == 0);
    if (zero) object.set(key, std::move(value));
}

void reset_status(json::Value& object, std::initializer_list<std::string_view> zero_counts) {
    json::Value status = json::Value::object();
    for (auto field : zero_counts) status.set(field, 0);
    object.set("status", std::move(status));
}

}  // namespace skiff::api::kinds
