// DeviceClass and its selectors, compiled once for each expression. One thread at a time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/object.h"
#include "cel/device.h"

namespace skiff::scheduler {

using SelectorPtr = std::shared_ptr<const Result<cel::Program>>;

// Compiled expressions, kept for as long as somebody uses them, the newest ones longer.
class Selectors {
public:
    std::vector<SelectorPtr> compiled(const json::Value& selectors);

private:
    std::map<std::string, SelectorPtr> by_expression_;
};

struct DeviceClass {
    std::string name;
    api::TreePtr tree;
    std::vector<SelectorPtr> selectors;
};

}  // namespace skiff::scheduler
