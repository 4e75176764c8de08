// Regex: RE2 behind a small face. Patterns of CRD schemas and CEL rules come from the network, so matching takes time linear in the text
// and a compiled pattern a bounded amount of memory. The syntax is RE2's, which Go's regexp (and so Kubernetes) shares.
// A Regex is immutable, cheap to copy (shared) and may be used from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace re2 {
class RE2;
}

namespace skiff {

class Regex {
public:
    // BadRequest with Go's words: "error parsing regexp: missing closing ]: `[a`".
    static Result<Regex> compile(std::string_view pattern);

    // Instructions of the compiled program; what compiling took is in proportion to it.
    size_t program_size() const;
    // Whether the pattern occurs anywhere in the text (anchors are the pattern's business).
    bool search(std::string_view text) const;
    // The leftmost match at or after `from` (a byte position), as a view into text; nothing when there is none.
    std::optional<std::string_view> find(std::string_view text, size_t from = 0) const;
    // Matches that do not overlap, from left to right, at most `limit` of them when that is not negative.
    std::vector<std::string_view> find_all(std::string_view text, int limit = -1) const;

private:
    explicit Regex(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}
    std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace skiff
