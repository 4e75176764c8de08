#include "agent/pods/environment.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/encoding.h"

namespace skiff::agent::pods {

namespace {

std::string variable_name(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
    return text;
}

std::string bracketed(const std::string& ip) { return ip.find(':') == std::string::npos ? ip : "[" + ip + "]"; }

class Builder {
public:
    explicit Builder(const EnvironmentInputs& in) : in_(in) {}

    Result<Environment> run() {
        for (const auto& source : in_.container["envFrom"].items()) TRY(add_source(source));
        for (const auto& service : in_.services) {
            const api::TreePtr tree = service->tree();
            for (auto& [name, value] : service_variables(*tree)) services_.emplace(name, value);
        }
        for (const auto& entry : in_.container["env"].items()) TRY(add_entry(entry));
        return finish();
    }

private:
    void set(const std::string& name, std::string value) {
        if (!variables_.count(name)) order_.push_back(name);
        variables_[name] = std::move(value);
    }

    Status add_source(const json::Value& source) {
        const std::string& prefix = source["prefix"].as_string();
        if (const json::Value& map = source["configMapRef"]; map.is_object()) {
            const auto object = TRY(in_.config_map(map["name"].as_string()));
            if (!object) return map["optional"].as_bool() ? Status() : missing("configmap", map);
            const api::TreePtr tree = object->tree();
            for (const auto& [key, value] : (*tree)["data"].members()) set(prefix + key, value.as_string());
        }
        if (const json::Value& secret = source["secretRef"]; secret.is_object()) {
            const auto object = TRY(in_.secret(secret["name"].as_string()));
            if (!object) return secret["optional"].as_bool() ? Status() : missing("secret", secret);
            const api::TreePtr tree = object->tree();
            for (const auto& [key, value] : (*tree)["data"].members()) set(prefix + key, base64_decode(value.as_string()).value_or(""));
        }
        return {};
    }

    Status add_entry(const json::Value& entry) {
        const std::string& name = entry["name"].as_string();
        const json::Value& from = entry["valueFrom"];
        if (!from.is_object()) {
            Variables seen = services_;
            for (const auto& [key, value] : variables_) seen[key] = value;
            set(name, expand(entry["value"].as_string(), seen));
            return {};
        }
        if (from["fieldRef"].is_object()) {
            set(name, TRY(volumes::field_value(in_.pod, from["fieldRef"]["fieldPath"].as_string(), in_.facts)));
        } else if (from["resourceFieldRef"].is_object()) {
            set(name, TRY(volumes::resource_value(in_.pod, from["resourceFieldRef"], in_.container["name"].as_string(), in_.facts)));
        } else if (const json::Value& ref = from["configMapKeyRef"]; ref.is_object()) {
            return add_key(name, "configmap", ref, TRY(in_.config_map(ref["name"].as_string())));
        } else if (const json::Value& secret = from["secretKeyRef"]; secret.is_object()) {
            return add_key(name, "secret", secret, TRY(in_.secret(secret["name"].as_string())));
        }
        return {};
    }

    Status add_key(const std::string& name, const char* what, const json::Value& ref, const api::ObjectPtr& object) {
        const bool optional = ref["optional"].as_bool(), secret = std::string_view(what) == "secret";
        if (!object) return optional ? Status() : missing(what, ref);
        const api::TreePtr tree = object->tree();
        const std::string& key = ref["key"].as_string();
        const json::Value* value = (*tree)["data"].find(key);
        if (!value) {
            if (optional) return {};
            return error(Reason::NotFound, "couldn't find key {} in {} {}/{}", key, secret ? "Secret" : "ConfigMap",
                         in_.pod["metadata"]["namespace"].as_string(), ref["name"].as_string());
        }
        set(name, secret ? base64_decode(value->as_string()).value_or("") : value->as_string());
        return {};
    }

    static Status missing(const char* what, const json::Value& ref) { return error(Reason::NotFound, "{} \"{}\" not found", what, ref["name"].as_string()); }

    Environment finish() {
        Environment result;
        std::map<std::string, std::string, std::less<>> image;
        for (const auto& entry : in_.image_env) {
            const size_t equals = entry.find('=');
            if (equals == std::string::npos) continue;
            const std::string name = entry.substr(0, equals);
            if (!variables_.count(name) && !services_.count(name) && !image.count(name)) result.list.push_back(entry);
            image[name] = entry;
        }
        for (const auto& name : order_) result.list.push_back(name + "=" + variables_[name]);
        for (const auto& [name, value] : services_)
            if (!variables_.count(name)) result.list.push_back(name + "=" + value);
        result.variables = std::move(services_);
        for (auto& [name, value] : variables_) result.variables[name] = std::move(value);
        return result;
    }

    const EnvironmentInputs& in_;
    Variables variables_, services_;
    std::vector<std::string> order_;
};

}  // namespace

Variables service_variables(const json::Value& service) {
    Variables result;
    const std::string& ip = service["spec"]["clusterIP"].as_string();
    const auto& ports = service["spec"]["ports"].items();
    if (ip.empty() || ip == "None" || ports.empty()) return result;
    const std::string prefix = variable_name(service["metadata"]["name"].as_string());
    auto port_text = [](const json::Value& port) { return std::to_string(port["port"].as_int()); };
    result[prefix + "_SERVICE_HOST"] = ip;
    result[prefix + "_SERVICE_PORT"] = port_text(ports[0]);
    for (size_t i = 0; i < ports.size(); ++i) {
        const json::Value& port = ports[i];
        if (const std::string& name = port["name"].as_string(); !name.empty()) result[prefix + "_SERVICE_PORT_" + variable_name(name)] = port_text(port);
        std::string protocol = port["protocol"].as_string("TCP"), lower = protocol;
        std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const std::string url = fmt::format("{}://{}:{}", lower, bracketed(ip), port_text(port));
        if (i == 0) result[prefix + "_PORT"] = url;
        const std::string base = fmt::format("{}_PORT_{}_{}", prefix, port_text(port), variable_name(protocol));
        result[base] = url;
        result[base + "_PROTO"] = lower;
        result[base + "_PORT"] = port_text(port);
        result[base + "_ADDR"] = ip;
    }
    return result;
}

Result<Environment> make_environment(const EnvironmentInputs& in) { return Builder(in).run(); }

}  // namespace skiff::agent::pods
