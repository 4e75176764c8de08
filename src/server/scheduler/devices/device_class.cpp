#include "server/scheduler/devices/device_class.h"

namespace skiff::scheduler {

std::vector<SelectorPtr> Selectors::compiled(const json::Value& selectors) {
    constexpr size_t kKeptMax = 64;
    if (by_expression_.size() > kKeptMax)
        std::erase_if(by_expression_, [](const auto& entry) { return entry.second.use_count() == 1; });
    std::vector<SelectorPtr> out;
    for (const auto& selector : selectors.items()) {
        const auto& expression = selector["cel"]["expression"].as_string();
        auto& held = by_expression_[expression];
        if (!held) held = std::make_shared<const Result<cel::Program>>(cel::compile_device_selector(expression));
        out.push_back(held);
    }
    return out;
}

}  // namespace skiff::scheduler
