#include "cel/patterns.h"

namespace skiff::cel {

Result<Regex> Patterns::find(std::string_view pattern, bool& fresh) {
    auto it = known_.find(pattern);
    fresh = it == known_.end();
    if (!fresh) return it->second;
    if (known_.size() >= kKept) known_.clear();
    return known_.emplace(std::string(pattern), Regex::compile(pattern)).first->second;
}

}  // namespace skiff::cel
