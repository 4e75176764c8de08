#include "api/kinds/check.h"
#include "api/kinds/validate_network.h"
#include "api/kinds/validate_parts.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kSpec("spec");

void check_host(const std::string& host, const FieldPath& path, FieldErrors& errors) {
    if (host.find('*') != std::string::npos) add_complaints(check_wildcard_subdomain(host), path, host, errors);
    else add_complaints(check_dns1123_subdomain(host), path, host, errors);
}

void check_backend(const Value& backend, const FieldPath& path, FieldErrors& errors) {
    const Value &service = backend["service"], &resource = backend["resource"];
    if (service.is_object() && resource.is_object()) {
        errors.invalid(path, "", "cannot set both resource and service backends");
        return;
    }
    if (resource.is_object()) {
        FieldPath at = path.child("resource");
        if (!resource["apiGroup"].is_null()) add_complaints(check_dns1123_subdomain(resource["apiGroup"].as_string()), at.child("apiGroup"), resource["apiGroup"].as_string(), errors);
        for (auto field : {"kind", "name"}) check_name(resource[field], check_path_segment, at.child(field), errors);
        return;
    }
    if (!service.is_object()) {
        errors.invalid(path, "", "resource or service backend is required");
        return;
    }
    FieldPath at = path.child("service");
    check_name(service["name"], check_dns1035_label, at.child("name"), errors);
    const Value& port = service["port"];
    bool named = !port["name"].empty(), numbered = port["number"].as_int() != 0;
    if (named && numbered) errors.invalid(path, "", "cannot set both port name & port number");
    else if (named) add_complaints(check_port_name(port["name"].as_string()), at.child("port").child("name"), port["name"].as_string(), errors);
    else if (numbered) check_port(port["number"], at.child("port").child("number"), errors);
    else errors.required(path, "port name or number is required");
}

void check_path_text(const Value& rule, const FieldPath& path, FieldErrors& errors) {
    const std::string &type = rule["pathType"].as_string(), &text = rule["path"].as_string();
    FieldPath at = path.child("path");
    if (type != "Exact" && type != "Prefix" && type != "ImplementationSpecific") {
        errors.not_supported(path.child("pathType"), type, {"Exact", "ImplementationSpecific", "Prefix"});
        return;
    }
    bool plain = type == "ImplementationSpecific";
    if (plain && text.empty()) return;
    if (!text.starts_with('/')) errors.invalid(at, text, "must be an absolute path");
    if (plain || text.empty()) return;
    for (auto part : {"//", "/./", "/../", "%2f", "%2F"})
        if (contains(text, part)) errors.invalid(at, text, "must not contain '" + std::string(part) + "'");
    for (auto end : {"/..", "/."})
        if (text.ends_with(end)) errors.invalid(at, text, "cannot end with '" + std::string(end) + "'");
}

void check_http_path(const Value& rule, const FieldPath& path, FieldErrors& errors) {
    if (rule["pathType"].is_null()) {
        errors.required(path.child("pathType"), "pathType must be specified");
        return;
    }
    check_path_text(rule, path, errors);
    check_backend(rule["backend"], path.child("backend"), errors);
}

void check_rules(const Value& rules, FieldErrors& errors) {
    for (size_t i = 0; i < rules.size(); ++i) {
        FieldPath path = kSpec.child("rules").index(i);
        const std::string& host = rules[i]["host"].as_string();
        if (!host.empty()) {
            if (is_ip(host)) errors.invalid(path.child("host"), host, "must be a DNS name, not an IP address");
            else check_host(host, path.child("host"), errors);
        }
        if (!rules[i]["http"].is_object()) continue;
        const Value& paths = rules[i]["http"]["paths"];
        FieldPath at = path.child("http").child("paths");
        if (paths.size() == 0) errors.required(at, "");
        for (size_t p = 0; p < paths.size(); ++p) check_http_path(paths[p], at.index(p), errors);
    }
}

}  // namespace

void validate_ingress(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    if (spec["rules"].size() == 0 && !spec["defaultBackend"].is_object())
        errors.invalid(kSpec, spec["rules"], "either `defaultBackend` or `rules` must be specified");
    if (spec["defaultBackend"].is_object()) check_backend(spec["defaultBackend"], kSpec.child("defaultBackend"), errors);
    check_rules(spec["rules"], errors);
    const Value& tls = spec["tls"];
    for (size_t i = 0; i < tls.size(); ++i) {
        FieldPath path = kSpec.child("tls").index(i);
        const Value& hosts = tls[i]["hosts"];
        for (size_t h = 0; h < hosts.size(); ++h) check_host(hosts[h].as_string(), path.child("hosts").index(h), errors);
        check_optional_name(tls[i]["secretName"], check_dns1123_subdomain, path.child("secretName"), errors);
    }
    if (!spec["ingressClassName"].is_null())
        add_complaints(check_dns1123_subdomain(spec["ingressClassName"].as_string()), kSpec.child("ingressClassName"), spec["ingressClassName"].as_string(), errors);
}

void validate_ingress_class_update(const Value& object, const Value& old, FieldErrors& errors) {
    check_immutable(object["spec"]["controller"].as_string(), old["spec"]["controller"].as_string(), kSpec.child("controller"), errors);
    validate_ingress_class(object, errors);
}

void validate_ingress_class(const Value& object, FieldErrors& errors) {
    constexpr size_t kControllerMax = 250;
    const Value &spec = object["spec"], &parameters = spec["parameters"];
    const std::string& controller = spec["controller"].as_string();
    FieldPath path = FieldPath("spec").child("controller"), at = FieldPath("spec").child("parameters");
    size_t slash = controller.find('/');
    if (controller.size() > kControllerMax) errors.too_long(path, kControllerMax);
    if (controller.empty()) errors.required(path, "");
    else if (slash == std::string::npos || slash == 0 || slash + 1 == controller.size()) errors.invalid(path, controller, "must be a domain-prefixed path (such as \"acme.io/foo\")");
    else add_complaints(check_dns1123_subdomain(controller.substr(0, slash)), path, controller.substr(0, slash), errors);
    if (!parameters.is_object()) return;
    for (auto field : {"kind", "name"}) check_name(parameters[field], check_path_segment, at.child(field), errors);
    check_given_name(parameters["apiGroup"], check_dns1123_subdomain, at.child("apiGroup"), errors);
    const std::string& scope = parameters["scope"].as_string();
    if (scope != "Cluster" && scope != "Namespace") errors.not_supported(at.child("scope"), scope, {"Cluster", "Namespace"});
    const Value& ns = parameters["namespace"];
    if (scope == "Namespace" && ns.is_null()) errors.required(at.child("namespace"), "`parameters.scope` is set to 'Namespace'");
    else if (scope == "Namespace") add_complaints(check_dns1123_label(ns.as_string()), at.child("namespace"), ns.as_string(), errors);
    if (scope == "Cluster" && !ns.is_null()) errors.forbidden(at.child("namespace"), "`parameters.scope` is set to 'Cluster'");
}

}  // namespace skiff::api::kinds
