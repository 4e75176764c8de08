// Patterns: regular expressions that are not known before an evaluation, such as those that stand in the object. One stands for all rules of
// an object, so that a pattern which many rules ask for is compiled once. Keeps at most kKept of them. For one thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/regex.h"

namespace skiff::cel {

class Patterns {
public:
    // The pattern, or why it is none; `fresh` when it had to be compiled.
    Result<Regex> find(std::string_view pattern, bool& fresh);

private:
    static constexpr size_t kKept = 16;
    std::map<std::string, Result<Regex>, std::less<>> known_;
};

}  // namespace skiff::cel
