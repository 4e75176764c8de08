#include "api/structural/pattern.h"

#include <regex>

namespace skiff::api::structural {
namespace {

// Bounds of what is compiled and looked at.
constexpr size_t kPatternMax = 4096, kSubjectMax = 8192;

class StandardPattern final : public Pattern {
public:
    StandardPattern(std::string text, std::regex regex) : Pattern(std::move(text)), regex_(std::move(regex)) {}
    bool matches(std::string_view text) const override {
        if (text.size() > kSubjectMax) return false;
        return std::regex_search(text.begin(), text.end(), regex_);
    }

private:
    std::regex regex_;
};

}  // namespace

Result<std::shared_ptr<const Pattern>> Pattern::create(std::string text) {
    if (text.size() > kPatternMax) return error(Reason::BadRequest, "pattern of {} bytes is too long", text.size());
    try {
        std::regex regex(text, std::regex::ECMAScript | std::regex::nosubs);
        return std::shared_ptr<const Pattern>(std::make_shared<StandardPattern>(std::move(text), std::move(regex)));
    } catch (const std::regex_error& e) {
        return error(Reason::BadRequest, "error parsing regexp: {}", e.what());
    }
}

}  // namespace skiff::api::structural
