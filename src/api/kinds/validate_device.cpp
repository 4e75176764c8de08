#include "api/kinds/validate_device.h"

#include <map>
#include <set>

#include <fmt/core.h>

#include "api/kinds/check.h"
#include "api/kinds/internal_form.h"
#include "api/kinds/set_default.h"
#include "api/kinds/validate.h"
#include "base/strings.h"
#include "json/write.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr size_t kDriverMax = 63, kIdMax = 32, kSelectorsMax = 32, kRequestsMax = 32, kSubrequestsMax = 8, kParametersMax = 10 << 10, kExpressionMax = 10 << 10,
                 kDevicesMax = 128, kAttributesMax = 32, kTextMax = 64, kPoolMax = 253;

}  // namespace

void check_device_driver(const Value& driver, const FieldPath& path, FieldErrors& errors) {
    const std::string& name = driver.as_string();
    if (name.empty()) errors.required(path, "");
    if (name.size() > kDriverMax) errors.too_long(path, kDriverMax);
    add_complaints(check_dns1123_subdomain(lower(name)), path, name, errors);
}

namespace {

void check_label(const Value& text, const FieldPath& path, FieldErrors& errors) {
    add_complaints(check_dns1123_label(text.as_string()), path, text.as_string(), errors);
}

void check_selectors(const Value& selectors, const FieldPath& path, FieldErrors& errors) {
    for (size_t i = 0; i < selectors.size(); ++i) {
        FieldPath at = path.index(i).child("cel");
        if (!selectors[i]["cel"].is_object()) errors.required(at, "");
        else if (selectors[i]["cel"]["expression"].as_string().size() > kExpressionMax) errors.too_long(at.child("expression"), kExpressionMax);
    }
    if (selectors.size() > kSelectorsMax) errors.too_many(path, selectors.size(), kSelectorsMax);
}

void check_toleration(const Value& toleration, const FieldPath& path, FieldErrors& errors) {
    const std::string &key = toleration["key"].as_string(), &op = toleration["operator"].as_string(), &value = toleration["value"].as_string(),
                      &effect = toleration["effect"].as_string();
    if (!key.empty()) add_complaints(check_qualified_name(key), path.child("key"), key, errors);
    if (op == "Exists" && !value.empty()) errors.invalid(path.child("value"), value, "must be empty for operator `Exists`");
    else if (op == "Equal") add_complaints(check_label_value(value), path.child("value"), value, errors);
    else if (op.empty()) errors.required(path.child("operator"), "");
    else if (op != "Exists") errors.not_supported(path.child("operator"), op, {"Equal", "Exists"});
    if (!effect.empty() && effect != "NoExecute" && effect != "NoSchedule") errors.not_supported(path.child("effect"), effect, {"NoExecute", "NoSchedule"});
}

void check_exact(const Value& request, const FieldPath& path, FieldErrors& errors) {
    check_name(request["deviceClassName"], check_dns1123_subdomain, path.child("deviceClassName"), errors);
    check_selectors(request["selectors"], path.child("selectors"), errors);
    const std::string& mode = request["allocationMode"].as_string();
    int64_t count = request["count"].as_int();
    if (mode == "All") {
        if (count != 0) errors.invalid(path.child("count"), count, "must not be specified when allocationMode is 'All'");
    } else if (mode == "ExactCount") {
        if (count <= 0) errors.invalid(path.child("count"), count, "must be greater than zero");
    } else {
        errors.not_supported(path.child("allocationMode"), mode, {"All", "ExactCount"});
    }
    for (size_t i = 0; i < request["tolerations"].size(); ++i) check_toleration(request["tolerations"][i], path.child("tolerations").index(i), errors);
}

void check_duplicates(const Value& list, const char* field, const FieldPath& path, FieldErrors& errors) {
    std::set<std::string> seen;
    for (size_t i = 0; i < list.size(); ++i) {
        const Value& key = field ? list[i][field] : list[i];
        if (!seen.insert(key.as_string()).second) errors.duplicate(field ? path.index(i).child(field) : path.index(i), key.as_string());
    }
}

void check_request(const Value& request, const FieldPath& path, FieldErrors& errors) {
    check_label(request["name"], path.child("name"), errors);
    const Value& several = request["firstAvailable"];
    FieldPath at = path.child("firstAvailable");
    for (size_t i = 0; i < several.size(); ++i) {
        check_label(several[i]["name"], at.index(i).child("name"), errors);
        check_exact(several[i], at.index(i), errors);
    }
    if (several.size() > kSubrequestsMax) errors.too_many(at, several.size(), kSubrequestsMax);
    check_duplicates(several, "name", at, errors);
    bool exactly = request["exactly"].is_object();
    if (exactly) check_exact(request["exactly"], path.child("exactly"), errors);
    if (!exactly && several.size() == 0) errors.required(path, "exactly one of `exactly` or `firstAvailable` is required");
    if (exactly && several.size() > 0) errors.invalid(path, nullptr, "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set");
}

using RequestNames = std::map<std::string, std::set<std::string>>;

RequestNames request_names(const Value& devices) {
    RequestNames names;
    for (const Value& request : devices["requests"].items()) {
        auto& alternatives = names[request["name"].as_string()];
        for (const Value& one : request["firstAvailable"].items()) alternatives.insert(one["name"].as_string());
    }
    return names;
}

// A request of the claim, or one of its alternatives: request/alternative.
void check_reference(const std::string& name, const RequestNames& requests, const FieldPath& path, FieldErrors& errors) {
    constexpr const char* kUnknown = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
    auto parts = split(name, '/');
    if (parts.empty()) parts.emplace_back();
    if (parts.size() > 2) return errors.invalid(path, name, kUnknown);
    for (const auto& part : parts) add_complaints(check_dns1123_label(part), path, part, errors);
    auto found = requests.find(parts[0]);
    if (found == requests.end() || (parts.size() == 2 && !found->second.count(parts[1]))) errors.invalid(path, name, kUnknown);
}

void check_references(const Value& names, const RequestNames& requests, const FieldPath& path, FieldErrors& errors) {
    for (size_t i = 0; i < names.size(); ++i) check_reference(names[i].as_string(), requests, path.index(i), errors);
    if (names.size() > kRequestsMax) errors.too_many(path, names.size(), kRequestsMax);
    check_duplicates(names, nullptr, path, errors);
}

}  // namespace

void check_request_name(const Value& name, const Value& devices, const FieldPath& path, FieldErrors& errors) {
    check_reference(name.as_string(), request_names(devices), path, errors);
}

void check_request_names(const Value& names, const Value& devices, const FieldPath& path, FieldErrors& errors) {
    check_references(names, request_names(devices), path, errors);
}

void check_device_pool(const std::string& name, const FieldPath& path, FieldErrors& errors) {
    if (name.empty()) return errors.required(path, "");
    if (name.size() > kPoolMax) errors.too_long(path, kPoolMax);
    for (const auto& part : split(name, '/')) add_complaints(check_dns1123_subdomain(part), path, part, errors);
}

void check_device_configuration(const Value& config, const FieldPath& path, FieldErrors& errors) {
    const Value& opaque = config["opaque"];
    FieldPath at = path.child("opaque");
    if (!opaque.is_object()) return errors.required(at, "");
    check_device_driver(opaque["driver"], at.child("driver"), errors);
    const Value& parameters = opaque["parameters"];
    if (parameters.is_null()) errors.required(at.child("parameters"), "");
    else if (json::write(parameters).size() > kParametersMax) errors.too_long(at.child("parameters"), kParametersMax);
    else if (!parameters.is_object()) errors.invalid(at.child("parameters"), "<value omitted>", "must be a valid JSON object");
}

namespace {

// name or domain/name
void check_qualified(const std::string& name, const FieldPath& path, FieldErrors& errors) {
    if (name.empty()) return errors.required(path, "name required");
    auto parts = split(name, '/');
    if (parts.size() > 2) return;
    auto check_id = [&](const std::string& id) {
        if (id.size() > kIdMax) errors.too_long(path, kIdMax);
        add_complaints(check_c_identifier(id), path, id, errors);
    };
    if (parts.size() == 1) return check_id(parts[0]);
    if (parts[0].empty()) errors.required(path, "the domain must not be empty");
    else check_device_driver(parts[0], path, errors);
    if (parts[1].empty()) errors.required(path, "the name must not be empty");
    else check_id(parts[1]);
}

void check_constraint(const Value& constraint, const RequestNames& requests, const FieldPath& path, FieldErrors& errors) {
    check_references(constraint["requests"], requests, path.child("requests"), errors);
    const char* field = constraint["matchAttribute"].is_null() && !constraint["distinctAttribute"].is_null() ? "distinctAttribute" : "matchAttribute";
    const Value& attribute = constraint[field];
    FieldPath at = path.child(field);
    if (attribute.is_null()) return errors.required(at, "");
    check_qualified(attribute.as_string(), at, errors);
    if (!attribute.empty() && !contains(attribute.as_string(), "/")) errors.invalid(at, attribute, "must include a domain");
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos && (text.size() == 1 || text[0] != '0');
}

// Identifiers of a pre-release or build, joined by dots.
bool are_identifiers(std::string_view text, bool build) {
    for (auto part : split_views(text, '.')) {
        bool digits = part.find_first_not_of("0123456789") == std::string_view::npos;
        for (char c : part)
            if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '-') return false;
        if (part.empty() || (!build && digits && !is_number(part))) return false;
    }
    return true;
}

bool is_semver(std::string_view text) {
    size_t plus = text.find('+');
    if (plus != std::string_view::npos && !are_identifiers(text.substr(plus + 1), true)) return false;
    text = text.substr(0, plus);
    size_t dash = text.find('-');
    if (dash != std::string_view::npos && !are_identifiers(text.substr(dash + 1), false)) return false;
    auto numbers = split_views(text.substr(0, dash), '.');
    return numbers.size() == 3 && is_number(numbers[0]) && is_number(numbers[1]) && is_number(numbers[2]);
}

void check_attribute(const Value& attribute, const FieldPath& path, FieldErrors& errors) {
    size_t values = 0;
    for (auto field : {"bool", "int", "string", "version"}) values += !attribute[field].is_null();
    const std::string &text = attribute["string"].as_string(), &version = attribute["version"].as_string();
    if (text.size() > kTextMax) errors.too_long(path.child("string"), kTextMax);
    if (!attribute["version"].is_null() && !is_semver(version)) errors.invalid(path.child("version"), version, "must be a string compatible with semver.org spec 2.0.0");
    if (version.size() > kTextMax) errors.too_long(path.child("version"), kTextMax);
    if (values == 0) errors.required(path, "exactly one value must be specified");
    if (values > 1) {
        Value go = Value::object({{"IntValue", attribute["int"]}, {"BoolValue", attribute["bool"]}, {"StringValue", attribute["string"]}, {"VersionValue", attribute["version"]}});
        errors.invalid(path, go, "exactly one value must be specified");
    }
}

void check_device(const Value& device, const FieldPath& path, FieldErrors& errors) {
    check_label(device["name"], path.child("name"), errors);
    size_t count = device["attributes"].size() + device["capacity"].size();
    if (count > kAttributesMax) errors.invalid(path, static_cast<int64_t>(count), "the total number of attributes and capacities must not exceed 32");
    auto key_path = [&](const char* field, std::string key) {
        constexpr size_t kKeyMax = kDriverMax + 1 + kIdMax;
        if (key.size() > kKeyMax) key = key.substr(0, (kKeyMax - 2) / 2) + "..." + key.substr(key.size() - (kKeyMax - 3) / 2);
        return path.child(field).key(key);
    };
    for (const auto& [name, attribute] : device["attributes"].members()) {
        check_qualified(name, key_path("attributes", name), errors);
        check_attribute(attribute, key_path("attributes", name), errors);
    }
    for (const auto& [name, amount] : device["capacity"].members()) check_qualified(name, key_path("capacity", name), errors);
}

void check_placement(const Value& spec, const FieldPath& path, FieldErrors& errors) {
    std::vector<std::string> set;
    const Value &node = spec["nodeName"], &selector = spec["nodeSelector"], &all = spec["allNodes"];
    if (!node.is_null() && node.empty()) errors.invalid(path.child("nodeName"), "", "must be either unset or set to a non-empty string");
    if (!node.empty()) {
        set.push_back("`nodeName`");
        check_name(node, check_dns1123_subdomain, path.child("nodeName"), errors);
    }
    if (selector.is_object()) {
        set.push_back("`nodeSelector`");
        validate_node_selector(selector, path.child("nodeSelector"), errors);
        if (selector["nodeSelectorTerms"].size() != 1)
            errors.invalid(path.child("nodeSelector").child("nodeSelectorTerms"), internal_form("NodeSelector", selector)["NodeSelectorTerms"], "must have exactly one node selector term");
    }
    if (all.is_bool() && all.as_bool()) set.push_back("`allNodes`");
    else if (all.is_bool()) errors.invalid(path.child("allNodes"), all, "must be either unset or set to true");
    constexpr std::string_view kOne = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
    if (set.empty()) errors.required(path, kOne);
    if (set.size() > 1) errors.invalid(path, "{" + join(set, ", ") + "}", std::string(kOne) + ", but multiple fields are set");
}

}  // namespace

void validate_device_claim(const Value& devices, const FieldPath& path, FieldErrors& errors) {
    const Value &requests = devices["requests"], &constraints = devices["constraints"], &config = devices["config"];
    const RequestNames names = request_names(devices);
    for (size_t i = 0; i < requests.size(); ++i) check_request(requests[i], path.child("requests").index(i), errors);
    check_duplicates(requests, "name", path.child("requests"), errors);
    for (size_t i = 0; i < constraints.size(); ++i) check_constraint(constraints[i], names, path.child("constraints").index(i), errors);
    for (size_t i = 0; i < config.size(); ++i) {
        FieldPath at = path.child("config").index(i);
        check_references(config[i]["requests"], names, at.child("requests"), errors);
        check_device_configuration(config[i], at, errors);
    }
    for (auto list : {"requests", "constraints", "config"})
        if (devices[list].size() > kRequestsMax) errors.too_many(path.child(list), devices[list].size(), kRequestsMax);
}

void validate_device_class(const Value& object, FieldErrors& errors) {
    FieldPath path("spec");
    check_selectors(object["spec"]["selectors"], path.child("selectors"), errors);
    const Value& config = object["spec"]["config"];
    for (size_t i = 0; i < config.size(); ++i) check_device_configuration(config[i], path.child("config").index(i), errors);
    if (config.size() > kRequestsMax) errors.too_many(path.child("config"), config.size(), kRequestsMax);
}

void validate_resource_slice(const Value& object, FieldErrors& errors) {
    FieldPath path("spec"), pool = path.child("pool");
    const Value& spec = object["spec"];
    check_device_driver(spec["driver"], path.child("driver"), errors);
    check_device_pool(spec["pool"]["name"].as_string(), pool.child("name"), errors);
    if (spec["pool"]["resourceSliceCount"].as_int() <= 0) errors.invalid(pool.child("resourceSliceCount"), spec["pool"]["resourceSliceCount"].as_int(), "must be greater than zero");
    if (spec["pool"]["generation"].as_int() < 0) errors.invalid(pool.child("generation"), spec["pool"]["generation"], "must be greater than or equal to zero");
    check_placement(spec, path, errors);
    const Value& devices = spec["devices"];
    for (size_t i = 0; i < devices.size(); ++i) check_device(devices[i], path.child("devices").index(i), errors);
    if (devices.size() > kDevicesMax) errors.too_many(path.child("devices"), devices.size(), kDevicesMax);
    check_duplicates(devices, "name", path.child("devices"), errors);
}

void drop_disabled_claim_fields(Value& spec) {
    auto drop = [](Value& request) { request.erase("capacity"); };
    if_object(spec, "devices", [&](Value& devices) {
        each_object(devices, "requests", [&](Value& request) {
            if_object(request, "exactly", drop);
            each_object(request, "firstAvailable", drop);
        });
    });
}

void drop_disabled_slice_fields(Value& object) {
    if_object(object, "spec", [](Value& spec) {
        for (auto field : {"sharedCounters", "perDeviceNodeSelection"}) spec.erase(field);
        each_object(spec, "devices", [](Value& device) {
            for (auto field : {"consumesCounters", "nodeName", "nodeSelector", "allNodes", "taints", "bindsToNode", "bindingConditions", "bindingFailureConditions",
                               "allowMultipleAllocations"})
                device.erase(field);
            if_object(device, "capacity", [](Value& capacity) {
                for (auto& member : capacity.mut_members())
                    if (member.value.is_object()) member.value.erase("requestPolicy");
            });
        });
    });
}

}  // namespace skiff::api::kinds
