#include "server/scheduler/devices/allocator.h"

#include <algorithm>
#include <limits>

#include "base/strings.h"

namespace skiff::scheduler {

namespace {

constexpr size_t kResultsMax = 32;                     // resource/v1 AllocationResultsMaxSize
// Searches grow exponentially with constraints that nothing meets. Kubernetes gives up after 10 s, which no other pod should wait for.
constexpr size_t kStepsMax = 200'000;

// By its full name, or without the domain when that is the driver.
const json::Value* find_attribute(const Device& device, const std::string& name) {
    const auto& attributes = (*device.tree)["attributes"];
    if (const auto* found = attributes.find(name)) return found;
    const size_t slash = name.find('/');
    if (slash == std::string::npos || name.substr(0, slash) != device.id.driver) return nullptr;
    return attributes.find(name.substr(slash + 1));
}

bool concerns(const ClaimSearch::Constraint& constraint, const DeviceRequest& request) {
    const auto& names = constraint.requests->items();
    return names.empty() || std::any_of(names.begin(), names.end(), [&](const json::Value& name) {
               return name.as_string() == request.request || name.as_string() == request.name;
           });
}

}  // namespace

Allocator::Allocator(const std::vector<ResourceClaimPtr>& claims, const std::function<const DeviceClass*(const std::string&)>& classes, Selectors& selectors,
                     const std::map<DeviceId, int>& in_use)
    : in_use_(in_use) {
    for (const auto& claim : claims) {
        ClaimSearch search{claim->meta().key(), claim->object->tree(), {}, {}, {}, {}};
        const auto& wanted = (*search.tree)["spec"]["devices"];
        for (const auto& request : wanted["requests"].items()) {
            const auto& name = request["name"].as_string();
            auto& alternatives = search.requests.emplace_back();
            if (request["exactly"].is_object()) alternatives.push_back(read_request(request["exactly"], name, name, classes, selectors));
            for (const auto& one : request["firstAvailable"].items())
                alternatives.push_back(read_request(one, name, name + "/" + one["name"].as_string(), classes, selectors));
        }
        search.alternative.resize(search.requests.size());
        for (const auto& constraint : wanted["constraints"].items())
            search.constraints.push_back({&constraint["requests"], constraint["matchAttribute"].as_string()});
        claims_.push_back(std::move(search));
    }
}

DeviceRequest Allocator::read_request(const json::Value& tree, const std::string& request, const std::string& name,
                                      const std::function<const DeviceClass*(const std::string&)>& classes, Selectors& selectors) {
    DeviceRequest out{request, name, &tree, classes(tree["deviceClassName"].as_string()), selectors.compiled(tree["selectors"]), false, false, 0, {}};
    out.all = tree["allocationMode"].as_string() == "All";
    out.admin = tree["adminAccess"].as_bool();
    out.count = static_cast<size_t>(std::max<int64_t>(tree["count"].as_int(1), 0));
    return out;
}

Status Allocator::find_all(const ClaimSearch& claim, DeviceRequest& request, const std::vector<DevicePool>& pools) {
    request.every.clear();
    for (const auto& pool : pools) {
        if (pool.incomplete || !pool.invalid.empty())
            return error(Reason::Invalid, "claim {}, request {}: asks for all devices, but resource pool {}/{} is currently {}", claim.key, request.name, pool.driver,
                         pool.name, pool.incomplete ? "being updated" : "invalid");
        for (const auto& slice : pool.slices)
            for (const auto& device : slice->devices)
                if (TRY(selectable(claim, request, device))) request.every.push_back(&device);
    }
    request.count = request.every.size();
    return {};
}

Status Allocator::prepare(const std::vector<DevicePool>& pools) {
    devices_.clear();
    invalid_pool_.clear();
    taken_.clear();
    steps_ = 0;
    // Devices of a pool that is wrong are not given away, nor those after it.
    for (const auto& pool : pools) {
        if (!pool.invalid.empty()) {
            invalid_pool_ = "pool " + pool.name + " is invalid: " + pool.invalid;
            break;
        }
        for (const auto& slice : pool.slices)
            for (const auto& device : slice->devices) devices_.push_back({&device, in_use_.count(device.id) > 0});
    }
    for (auto& claim : claims_) {
        claim.chosen.clear();
        for (size_t i = 0; i < claim.constraints.size(); ++i) {
            claim.constraints[i].devices = 0;
            if (claim.constraints[i].attribute.empty())
                return error(Reason::Invalid, "claim {}, constraint #{}: empty constraint (unsupported constraint type?)", claim.key, i);
        }
        size_t least = 0;
        for (auto& alternatives : claim.requests) {
            size_t least_of = std::numeric_limits<int32_t>::max();
            for (auto& request : alternatives) {
                if (request.all) TRY(find_all(claim, request, pools));
                least_of = std::min(least_of, request.count);
            }
            least += least_of;
        }
        if (least > kResultsMax) return error(Reason::Invalid, "claim {}: number of requested devices {} exceeds the claim limit of {}", claim.key, least, kResultsMax);
    }
    return {};
}

Result<std::vector<json::Value>> Allocator::allocate(const std::vector<DevicePool>& pools) {
    TRY(prepare(pools));
    std::vector<json::Value> results;
    if (!TRY(next_request(0, 0))) return results;
    for (const auto& claim : claims_) results.push_back(allocation_result(claim));
    return results;
}

Result<bool> Allocator::selectable(const ClaimSearch& claim, const DeviceRequest& request, const Device& device) {
    const auto known = matches_.find({&request, &device});
    if (known != matches_.end()) return known->second;
    auto value = cel::device_value(device.id.driver, *device.tree);
    bool matches = true;
    auto check = [&](const std::vector<SelectorPtr>& selectors, const std::string& of) -> Status {
        for (size_t i = 0; i < selectors.size() && matches; ++i) {
            const auto& program = *selectors[i];
            if (!program.ok()) return error(Reason::Invalid, "{}: selector #{}: CEL compile error: {}", of, i, program.status().message());
            auto selected = value.ok() ? cel::selects_device(*program, *value) : Result<bool>(value.status());
            if (!selected.ok()) return error(Reason::Invalid, "{}: selector #{}: CEL runtime error: {}", of, i, selected.status().message());
            matches = *selected;
        }
        return {};
    };
    TRY(check(request.device_class->selectors, "class " + request.device_class->name));
    TRY(check(request.selectors, "claim " + claim.key));
    matches_[{&request, &device}] = matches;
    return matches;
}

Result<bool> Allocator::next_request(size_t claim, size_t request) {
    if (claim == claims_.size()) return true;
    auto& search = claims_[claim];
    if (request == search.requests.size()) return next_request(claim + 1, 0);
    for (size_t i = 0; i < search.requests[request].size(); ++i) {
        search.alternative[request] = i;
        if (TRY(next_device(claim, request, 0, 0))) return true;
    }
    return false;
}

// from: the first device that may be taken. The devices of a request are taken in their order, because another order is no other solution.
Result<bool> Allocator::next_device(size_t claim, size_t request, size_t index, size_t from) {
    auto& search = claims_[claim];
    const auto& wanted = search.requests[request][search.alternative[request]];
    if (wanted.all && wanted.every.empty()) return false;
    if (index >= wanted.count) return next_request(claim, request + 1);
    if (search.chosen.size() + wanted.count - index > kResultsMax) return false;
    if (wanted.all) {
        const auto& device = *wanted.every[index];
        if (!available(wanted, device, in_use_.count(device.id) > 0, claim)) return false;
        if (!take(claim, wanted, device))
            return error(Reason::Invalid, "claim {}, request {}: cannot add device {} because a claim constraint would not be satisfied", search.key, wanted.name,
                         device.id.text());
        if (TRY(next_device(claim, request, index + 1, 0))) return true;
        give_back(claim);
        return false;
    }
    for (size_t i = from; i < devices_.size(); ++i) {
        if (++steps_ > kStepsMax) return error(Reason::Timeout, "timed out trying to allocate devices");
        const auto& device = *devices_[i].device;
        if (!available(wanted, device, devices_[i].in_use, claim)) continue;
        if (!TRY(selectable(search, wanted, device)) || !take(claim, wanted, device)) continue;
        if (TRY(next_device(claim, request, index + 1, i + 1))) return true;
        give_back(claim);
    }
    if (!invalid_pool_.empty()) return error(Reason::Invalid, "{}", invalid_pool_);
    return false;
}

bool Allocator::available(const DeviceRequest& request, const Device& device, bool in_use, size_t claim) const {
    if (in_use && !request.admin) return false;
    auto taken = taken_.find(&device);
    return taken == taken_.end() || !(request.admin ? taken->second.count(claim) : taken->second.size());
}

// False when a constraint does not let it.
bool Allocator::take(size_t claim, const DeviceRequest& request, const Device& device) {
    auto& search = claims_[claim];
    for (const auto& constraint : search.constraints) {
        if (!concerns(constraint, request)) continue;
        const auto* value = find_attribute(device, constraint.attribute);
        if (!value || (constraint.devices && !(*value == *constraint.value))) return false;
    }
    for (auto& constraint : search.constraints) {
        if (!concerns(constraint, request)) continue;
        if (!constraint.devices++) constraint.value = find_attribute(device, constraint.attribute);
    }
    taken_[&device].insert(claim);
    search.chosen.push_back({&request, &device});
    return true;
}

void Allocator::give_back(size_t claim) {
    auto& search = claims_[claim];
    const auto [request, device] = search.chosen.back();
    search.chosen.pop_back();
    taken_[device].erase(claim);
    for (auto& constraint : search.constraints)
        if (concerns(constraint, *request)) --constraint.devices;
}

}  // namespace skiff::scheduler
