#include "api/kinds/pod_defaults.h"
#include "api/kinds/image_reference.h"
#include "api/kinds/set_default.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

void default_http_get(Value& action) {
    set_default_zero(action, "path", "/");
    set_default_zero(action, "scheme", "HTTP");
}

void default_probe(Value& probe) {
    set_default_zero(probe, "timeoutSeconds", 1);
    set_default_zero(probe, "periodSeconds", 10);
    set_default_zero(probe, "successThreshold", 1);
    set_default_zero(probe, "failureThreshold", 3);
    if_object(probe, "httpGet", default_http_get);
    if_object(probe, "grpc", [](Value& grpc) { set_default(grpc, "service", ""); });
}

void default_env(Value& variable) {
    if_object(variable, "valueFrom", [](Value& source) {
        if_object(source, "fieldRef", [](Value& field) { set_default_zero(field, "apiVersion", "v1"); });
        if_object(source, "fileKeyRef", [](Value& file) { set_default(file, "optional", false); });
    });
}

}  // namespace

void default_container(Value& container) {
    if (container["imagePullPolicy"].empty())
        container.set("imagePullPolicy", is_latest_image(container["image"].as_string()) ? "Always" : "IfNotPresent");
    set_default_zero(container, "terminationMessagePath", "/dev/termination-log");
    set_default_zero(container, "terminationMessagePolicy", "File");
    each_object(container, "ports", [](Value& port) { set_default_zero(port, "protocol", "TCP"); });
    each_object(container, "env", default_env);
    for (auto probe : {"livenessProbe", "readinessProbe", "startupProbe"}) if_object(container, probe, default_probe);
    if_object(container, "lifecycle", [](Value& lifecycle) {
        for (auto handler : {"postStart", "preStop"})
            if_object(lifecycle, handler, [](Value& action) { if_object(action, "httpGet", default_http_get); });
    });
}

}  // namespace skiff::api::kinds
