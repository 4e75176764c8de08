#include "server/apiserver/subresource/admit.h"

namespace skiff::apiserver {
namespace {

api::KindInfo form_of(const Core& core, const api::Gvk& gvk, std::string_view type) {
    api::KindInfo form;
    form.gvk = gvk;
    if (!type.empty()) form.schema = core.kinds.schemas().find(type);
    return form;
}

AdmissionRequest request_for(RequestContext& context, Operation operation, const std::string& name, json::Value& body, const api::KindInfo& form) {
    const Attributes& a = context.attributes;
    AdmissionRequest request{operation, *context.kind, a.ns, name, a.subresource, a.user};
    request.object = &body;
    if (form.gvk != context.kind->gvk) request.body = &form;
    request.dry_run = context.dry_run;
    request.warnings = &context.warnings;
    request.annotations = &context.annotations;
    request.context = &context;
    return request;
}

}  // namespace

Status admit_created(Core& core, RequestContext& context, const api::Gvk& gvk, std::string_view type, json::Value& body) {
    if (context.internal) return {};
    const Attributes& a = context.attributes;
    json::Value& meta = body.mut("metadata");
    if (const std::string& ns = meta["namespace"].as_string(); !ns.empty() && !a.ns.empty() && ns != a.ns)
        return error(Reason::BadRequest, "the namespace of the provided object does not match the namespace sent on the request");
    if (meta["name"].as_string().empty()) meta.set("name", a.name);
    if (meta["namespace"].as_string().empty() && !a.ns.empty()) meta.set("namespace", a.ns);
    const api::KindInfo form = form_of(core, gvk, type);
    AdmissionRequest request = request_for(context, Operation::Create, a.name.empty() ? meta["name"].as_string() : a.name, body, form);
    TRY(core.admission.mutate(request));
    TRY(core.admission.validate(request));
    core.admission.finished(request, true);
    return {};
}

Status admit_connect(Core& core, RequestContext& context, json::Value options) {
    const api::KindInfo form = form_of(core, {"", "v1", options["kind"].as_string()}, {});
    AdmissionRequest request = request_for(context, Operation::Connect, context.attributes.name, options, form);
    return core.admission.connect(request);
}

}  // namespace skiff::apiserver
