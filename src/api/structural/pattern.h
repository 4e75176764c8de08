// Pattern: a compiled regular expression in RE2's syntax, as Kubernetes has it. Matching costs linear time, so that a stranger's pattern
// cannot stall the server. Immutable; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace skiff::api::structural {

class Pattern {
public:
    virtual ~Pattern() = default;
    // BadRequest with what is wrong.
    static Result<std::shared_ptr<const Pattern>> create(std::string text);
    // Anywhere in the text.
    virtual bool matches(std::string_view text) const = 0;
    // Instructions of the compiled program: what compiling and keeping it costs.
    virtual size_t size() const = 0;
    const std::string& text() const { return text_; }

protected:
    explicit Pattern(std::string text) : text_(std::move(text)) {}

private:
    std::string text_;
};

}  // namespace skiff::api::structural
