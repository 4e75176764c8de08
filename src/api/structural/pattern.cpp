#include "api/structural/pattern.h"

#include "base/regex.h"

namespace skiff::api::structural {
namespace {

class CompiledPattern final : public Pattern {
public:
    CompiledPattern(std::string text, Regex regex) : Pattern(std::move(text)), regex_(std::move(regex)) {}
    bool matches(std::string_view text) const override { return regex_.search(text); }
    size_t size() const override { return regex_.program_size(); }

private:
    Regex regex_;
};

}  // namespace

Result<std::shared_ptr<const Pattern>> Pattern::create(std::string text) {
    Regex regex = TRY(Regex::compile(text));
    return std::shared_ptr<const Pattern>(std::make_shared<CompiledPattern>(std::move(text), std::move(regex)));
}

}  // namespace skiff::api::structural
