// Selectors of devices (DeviceClass, ResourceClaim): the variable `device` that they see, with driver, attributes and capacity by domain and
// name. A domain that a device does not have reads as an empty map. Any thread.
// Source: k8s.io/dynamic-resource-allocation/cel.
#pragma once

#include <string>
#include <string_view>

#include "cel/program.h"

namespace skiff::cel {

inline constexpr uint64_t kDeviceSelectorCostMax = 1'000'000;   // resource/v1 CELSelectorExpressionMaxCost

// Invalid: the detail that Kubernetes' validation tells.
Result<Program> compile_device_selector(std::string_view expression);
// One item of a ResourceSlice's devices; the values are views, the arguments must outlive them. An attribute without value is an error.
Result<Value> device_value(const std::string& driver, const json::Value& device);
Result<bool> selects_device(const Program& selector, const Value& device);

}  // namespace skiff::cel
