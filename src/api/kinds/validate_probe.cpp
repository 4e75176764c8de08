#include "api/kinds/validate.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

void check_port_or_name(const Value& port, const FieldPath& path, FieldErrors& errors) {
    if (port.is_string()) add_complaints(check_port_name(port.as_string()), path, port.as_string(), errors);
    else check_port(port, path, errors);
}

void validate_http(const Value& action, const FieldPath& path, FieldErrors& errors) {
    check_required(action["path"], path.child("path"), errors);
    check_port_or_name(action["port"], path.child("port"), errors);
    check_one_of(action["scheme"], path.child("scheme"), {"HTTP", "HTTPS"}, errors);
    const Value& headers = action["httpHeaders"];
    for (size_t i = 0; i < headers.size(); ++i)
        add_complaints(check_http_header_name(headers[i]["name"].as_string()), path.child("httpHeaders"), headers[i]["name"].as_string(), errors);
}

// The one action of a probe or lifecycle handler.
void validate_action(const Value& handler, const FieldPath& path, FieldErrors& errors) {
    size_t actions = 0;
    auto use = [&](const char* field) {
        if (!handler[field].is_object()) return false;
        if (actions++ > 0) {
            errors.forbidden(path.child(field), "may not specify more than 1 handler type");
            return false;
        }
        return true;
    };
    if (use("exec") && handler["exec"]["command"].size() == 0) errors.required(path.child("exec").child("command"), "");
    if (use("httpGet")) validate_http(handler["httpGet"], path.child("httpGet"), errors);
    if (use("tcpSocket")) check_port_or_name(handler["tcpSocket"]["port"], path.child("tcpSocket").child("port"), errors);
    if (use("grpc")) check_port(handler["grpc"]["port"], path.child("grpc").child("port"), errors);
    use("sleep");
    if (actions == 0) errors.required(path, "must specify a handler type");
}

void validate_probe(const Value& probe, const FieldPath& path, FieldErrors& errors) {
    if (!probe.is_object()) return;
    validate_action(probe, path, errors);
    for (auto field : {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"})
        check_not_negative(probe[field], path.child(field), errors);
    check_positive(probe["terminationGracePeriodSeconds"], path.child("terminationGracePeriodSeconds"), errors);
}

}  // namespace

void validate_probes(const Value& container, const FieldPath& path, FieldErrors& errors) {
    for (auto name : {"livenessProbe", "readinessProbe", "startupProbe"}) {
        const Value& probe = container[name];
        validate_probe(probe, path.child(name), errors);
        if (!probe.is_object()) continue;
        bool readiness = std::string_view(name) == "readinessProbe";
        if (!readiness && probe["successThreshold"].as_int() != 1) errors.invalid(path.child(name).child("successThreshold"), probe["successThreshold"], "must be 1");
        if (readiness && !probe["terminationGracePeriodSeconds"].is_null())
            errors.invalid(path.child(name).child("terminationGracePeriodSeconds"), probe["terminationGracePeriodSeconds"], "must not be set for readinessProbes");
    }
    for (auto name : {"postStart", "preStop"})
        if (container["lifecycle"][name].is_object()) validate_action(container["lifecycle"][name], path.child("lifecycle").child(name), errors);
}

}  // namespace skiff::api::kinds
