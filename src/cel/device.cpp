#include "cel/device.h"

#include <array>

#include "api/quantity.h"
#include "cel/functions.h"

namespace skiff::cel {

namespace {

// Limits of resource/v1: attributes and capacities of a device, lengths of domains, names, values and drivers.
constexpr int64_t kEntriesMax = 32, kValueMax = 64, kDriverMax = 63;

DeclPtr sized(Declaration::Form form, int64_t max_elements, TypePtr type = nullptr) {
    auto decl = std::make_shared<Declaration>(*Declaration::simple(form));
    decl->max_elements = max_elements;
    if (type) decl->type = std::move(type);
    return decl;
}

DeclPtr by_domain(DeclPtr element) {
    auto names = std::make_shared<Declaration>(*Declaration::map(std::move(element), kEntriesMax));
    names->named_elements = true;
    return Declaration::map(std::move(names), kEntriesMax);
}

Environment make_environment() {
    auto device = Declaration::object("kubernetes.DRADevice",
                                      {Declaration::field("driver", sized(Declaration::Form::String, kDriverMax), true),
                                       Declaration::field("attributes", by_domain(sized(Declaration::Form::Dyn, kValueMax)), true),
                                       Declaration::field("capacity", by_domain(sized(Declaration::Form::Dyn, 8, Type::parse("kubernetes.Quantity"))), true)});
    Environment environment;
    environment.variable("device", device);
    environment.allow_bindings();
    return environment;
}

Result<Value> attribute_value(const json::Value& attribute) {
    if (attribute["int"].is_int()) return Value::of_int(attribute["int"].as_int());
    if (attribute["bool"].is_bool()) return Value::of(attribute["bool"].as_bool());
    if (attribute["string"].is_string()) return Value::string_view(attribute["string"].as_string());
    if (!attribute["version"].is_string()) return error(Reason::Invalid, "unsupported attribute value");
    auto version = make_version(attribute["version"].as_string());
    if (version.is_error()) return error(Reason::Invalid, "parse semantic version: {}", version.text());
    return version;
}

// The entries by domain, then by name; those without domain belong to the driver's.
class Domains {
public:
    explicit Domains(const std::string& driver) : driver_(driver) {}
    void add(const std::string& name, Value value) {
        const size_t slash = name.find('/');
        const std::string_view domain = slash == std::string::npos ? std::string_view(driver_) : std::string_view(name).substr(0, slash);
        auto it = domains_.begin();
        while (it != domains_.end() && it->first != domain) ++it;
        if (it == domains_.end()) it = domains_.insert(it, {domain, {}});
        it->second.emplace_back(Value::string_view(std::string_view(name).substr(slash == std::string::npos ? 0 : slash + 1)), std::move(value));
    }
    Value value() {
        std::vector<Entry> entries;
        for (auto& [domain, named] : domains_) entries.emplace_back(Value::string_view(domain), Value::map(std::move(named)));
        return Value::map_of_maps(std::move(entries));
    }

private:
    const std::string& driver_;
    std::vector<std::pair<std::string_view, std::vector<Entry>>> domains_;
};

}  // namespace

Result<Program> compile_device_selector(std::string_view expression) {
    static const Environment kEnvironment = make_environment();
    auto program = compile(expression, kEnvironment);
    if (!program.ok())
        return error(Reason::Invalid, "{}{}", program.status().reason() == Reason::Invalid ? "compilation failed: " : "", program.status().message());
    const auto& type = *program->result_type();
    if (type.kind != Type::Kind::Bool && !type.is_dyn())
        return error(Reason::Invalid, "must evaluate to bool or the unknown type, not {}", type.text());
    return program;
}

Result<Value> device_value(const std::string& driver, const json::Value& device) {
    Domains attributes(driver), capacity(driver);
    for (const auto& [name, attribute] : device["attributes"].members()) {
        auto value = attribute_value(attribute);
        if (!value.ok()) return error(Reason::Invalid, "attribute {}: {}", name, value.status().message());
        attributes.add(name, std::move(*value));
    }
    for (const auto& [name, amount] : device["capacity"].members()) capacity.add(name, make_quantity(api::Quantity::parse_or_zero(amount["value"].as_string())));
    return Value::map({{Value::string_view("driver"), Value::string_view(driver)},
                       {Value::string_view("attributes"), attributes.value()},
                       {Value::string_view("capacity"), capacity.value()}});
}

Result<bool> selects_device(const Program& selector, const Value& device) {
    Budget budget{.call_limit = kDeviceSelectorCostMax, .remaining = kDeviceSelectorCostMax};
    const std::array<Binding, 1> bindings{Binding{"device", device}};
    auto result = TRY(selector.evaluate(bindings, budget));
    if (!result.is(ValueKind::Bool)) return error(Reason::BadRequest, "CEL result of type {} could not be converted to bool: unsupported type", result.type_name());
    return result.as_bool();
}

}  // namespace skiff::cel
