#include "api/int_or_string.h"

#include "base/strings.h"

namespace skiff::api {

std::optional<int64_t> percent_of(const json::Value& value) {
    const std::string& text = value.as_string();
    if (text.size() < 2 || text.back() != '%') return std::nullopt;
    return parse_int(std::string_view(text).substr(0, text.size() - 1));
}

std::optional<int64_t> scaled_value(const json::Value& value, int64_t total, Rounding rounding) {
    if (value.is_number()) return value.as_int();
    auto percent = percent_of(value);
    int64_t product;
    if (!percent || __builtin_mul_overflow(*percent, total, &product)) return std::nullopt;
    int64_t whole = product / 100;
    if (rounding == Rounding::Up && product % 100 > 0) ++whole;
    return whole;
}

}  // namespace skiff::api
