// status of a ResourceClaim: who uses it, what was allocated, and what drivers tell of devices.
#include <fmt/core.h>

#include <set>

#include "api/kinds/check.h"
#include "api/kinds/internal_form.h"
#include "api/kinds/validate.h"
#include "api/kinds/validate_device.h"
#include "api/kinds/validate_status.h"
#include "base/strings.h"
#include "json/write.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

// resource/v1: ResourceClaimReservedForMaxSize, AllocationResultsMaxSize, 2 * DeviceConfigMaxSize and those of AllocatedDeviceStatus.
constexpr size_t kUsersMax = 256, kResultsMax = 32, kConfigMax = 64, kConditionsMax = 8, kDataMax = 10 << 10, kAddressesMax = 16, kInterfaceMax = 256, kHardwareMax = 128;

std::string device_of(const Value& device) {
    std::string id = device["driver"].as_string() + "/" + device["pool"].as_string() + "/" + device["device"].as_string();
    if (!device["shareID"].empty()) id += "/" + device["shareID"].as_string();
    return id;
}

// As Kubernetes prints an id whose fields it does not export.
Value shown_device() {
    return Value::object({{"Driver", Value::object()}, {"Pool", Value::object()}, {"Device", Value::object()}, {"ShareID", Value::object()}});
}

void check_users(const Value& claim, const Value& old, const FieldPath& path, FieldErrors& errors) {
    const Value& users = claim["status"]["reservedFor"];
    std::set<std::string> seen, before;
    for (const auto& user : old["status"]["reservedFor"].items()) before.insert(user["uid"].as_string());
    bool added = false;
    for (size_t i = 0; i < users.size(); ++i) {
        for (auto field : {"resource", "name", "uid"})
            if (users[i][field].empty()) errors.required(path.index(i).child(field), "");
        if (!seen.insert(users[i]["uid"].as_string()).second) errors.duplicate(path.index(i).child("uid"), users[i]["uid"]);
        added = added || !before.count(users[i]["uid"].as_string());
    }
    if (users.size() > kUsersMax) errors.too_many(path, users.size(), kUsersMax);
    if (users.size() == 0) return;
    if (!claim["status"]["allocation"].is_object()) errors.forbidden(path, "may not be specified when `allocated` is not set");
    else if (added && !claim["metadata"]["deletionTimestamp"].is_null())
        errors.forbidden(path, "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set");
}

void check_device_id(const Value& device, const FieldPath& path, FieldErrors& errors) {
    check_device_driver(device["driver"], path.child("driver"), errors);
    check_device_pool(device["pool"].as_string(), path.child("pool"), errors);
    add_complaints(check_dns1123_label(device["device"].as_string()), path.child("device"), device["device"].as_string(), errors);
}

void check_allocation(const Value& allocation, const Value& spec, const FieldPath& path, FieldErrors& errors) {
    const Value &results = allocation["devices"]["results"], &config = allocation["devices"]["config"];
    const FieldPath of_results = path.child("devices").child("results"), of_config = path.child("devices").child("config");
    for (size_t i = 0; i < results.size(); ++i) {
        check_request_name(results[i]["request"], spec["devices"], of_results.index(i).child("request"), errors);
        check_device_id(results[i], of_results.index(i), errors);
    }
    if (results.size() > kResultsMax) errors.too_many(of_results, results.size(), kResultsMax);
    for (size_t i = 0; i < config.size(); ++i) {
        const std::string& source = config[i]["source"].as_string();
        if (source.empty()) errors.required(of_config.index(i).child("source"), "");
        else if (source != "FromClaim" && source != "FromClass") errors.not_supported(of_config.index(i).child("source"), source, {"FromClaim", "FromClass"});
        check_request_names(config[i]["requests"], spec["devices"], of_config.index(i).child("requests"), errors);
        check_device_configuration(config[i], of_config.index(i), errors);
    }
    if (config.size() > kConfigMax) errors.too_many(of_config, config.size(), kConfigMax);
    if (allocation["nodeSelector"].is_object()) validate_node_selector(allocation["nodeSelector"], path.child("nodeSelector"), errors);
}

void check_device_status(const Value& device, const std::set<std::string>& allocated, const FieldPath& path, FieldErrors& errors) {
    check_device_id(device, path, errors);
    if (!allocated.count(device_of(device))) errors.invalid(path, shown_device(), "must be an allocated device in the claim");
    if (device["conditions"].size() > kConditionsMax) errors.too_many(path.child("conditions"), device["conditions"].size(), kConditionsMax);
    check_conditions(device["conditions"], path.child("conditions"), errors);
    const Value &data = device["data"], &network = device["networkData"];
    if (!data.is_null()) {
        if (json::write(data).size() > kDataMax) errors.too_long(path.child("data"), kDataMax);
        else if (!data.is_object()) errors.invalid(path.child("data"), "<value omitted>", "must be a valid JSON object");
    }
    const FieldPath at = path.child("networkData");
    if (network["interfaceName"].as_string().size() > kInterfaceMax) errors.too_long(at.child("interfaceName"), kInterfaceMax);
    if (network["hardwareAddress"].as_string().size() > kHardwareMax) errors.too_long(at.child("hardwareAddress"), kHardwareMax);
    std::set<std::string> seen;
    for (size_t i = 0; i < network["ips"].size(); ++i) {
        const std::string& address = network["ips"][i].as_string();
        if (!check_cidr(address).empty()) errors.invalid(at.child("ips").index(i), address, "must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)");
        if (!seen.insert(address).second) errors.duplicate(at.child("ips").index(i), address);
    }
    if (network["ips"].size() > kAddressesMax) errors.too_many(at.child("ips"), network["ips"].size(), kAddressesMax);
}

}  // namespace

void validate_resource_claim_status(const Value& object, const Value& old, FieldErrors& errors) {
    const Value &status = object["status"], &before = old["status"];
    const FieldPath path("status");
    std::set<std::string> allocated, seen;
    for (const auto& result : status["allocation"]["devices"]["results"].items()) allocated.insert(device_of(result));
    check_users(object, old, path.child("reservedFor"), errors);
    for (size_t i = 0; i < status["devices"].size(); ++i) {
        check_device_status(status["devices"][i], allocated, path.child("devices").index(i), errors);
        if (!seen.insert(device_of(status["devices"][i])).second) errors.duplicate(path.child("devices").index(i).child("deviceID"), shown_device());
    }
    if (!status["allocation"].is_object()) return;
    if (before["allocation"].is_object()) {
        if (!(before["allocation"] == status["allocation"])) errors.invalid(path.child("allocation"), internal_form("AllocationResult", status["allocation"]), "field is immutable");
    } else {
        check_allocation(status["allocation"], object["spec"], path.child("allocation"), errors);
    }
}

void drop_stale_device_status(Value& status, const Value& old) {
    std::set<std::string> gone;
    for (const auto& result : old["allocation"]["devices"]["results"].items()) gone.insert(device_of(result));
    for (const auto& result : status["allocation"]["devices"]["results"].items()) gone.erase(device_of(result));
    if (!status["devices"].is_null()) {
        std::erase_if(status.mut("devices").mut_items(), [&](const Value& device) { return gone.count(device_of(device)) > 0; });
        if (status["devices"].size() == 0) status.erase("devices");
    }
    if (!status["allocation"].is_object()) return;
    auto& allocation = status.mut("allocation");
    allocation.erase("allocationTimestamp");
    if (allocation["devices"]["results"].size() == 0) return;
    for (auto& result : allocation.mut("devices").mut("results").mut_items())
        for (auto field : {"bindingConditions", "bindingFailureConditions", "shareID", "consumedCapacity"}) result.erase(field);
}

}  // namespace skiff::api::kinds
