// run: finds the verb and runs it. Called by main.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skiff::cli {

int run(std::string_view program, const std::vector<std::string>& args);

}  // namespace skiff::cli
