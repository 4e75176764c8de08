// The subresources that are more than a part of their object: one file each, one line in subresources.cpp.
#pragma once

#include <memory>
#include <string_view>

#include "net/http_server.h"
#include "server/apiserver/registry/operations.h"

namespace skiff::apiserver {

// Answers in one piece on a pool thread.
using UnaryHandler = Result<Answer> (*)(Core& core, RequestContext& context, const Body& body);
// Takes over the exchange on an io thread: log, exec, proxy. Must not block.
using StreamHandler = void (*)(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context);

struct SubresourceEntry {
    std::string_view resource;       // "pods"; "" any
    std::string_view subresource;    // "binding"; "" the resource itself (kinds that are not stored: reviews)
    UnaryHandler unary;
    StreamHandler stream;
};
// Null when the generic operations serve it.
const SubresourceEntry* find_subresource(const api::KindInfo& kind, std::string_view subresource);

Result<Answer> serve_scale(Core& core, RequestContext& context, const Body& body);
Result<Answer> serve_custom_scale(Core& core, RequestContext& context, const Body& body);
Result<Answer> serve_binding(Core& core, RequestContext& context, const Body& body);
Result<Answer> serve_eviction(Core& core, RequestContext& context, const Body& body);
Result<Answer> serve_token(Core& core, RequestContext& context, const Body& body);
Result<Answer> serve_finalize(Core& core, RequestContext& context, const Body& body);
Result<Answer> serve_approval(Core& core, RequestContext& context, const Body& body);
Result<Answer> serve_certificate_status(Core& core, RequestContext& context, const Body& body);
Result<Answer> serve_ephemeral_containers(Core& core, RequestContext& context, const Body& body);
Result<Answer> serve_resize(Core& core, RequestContext& context, const Body& body);
Result<Answer> serve_component_status(Core& core, RequestContext& context, const Body& body);

Result<Answer> serve_token_review(Core& core, RequestContext& context, const Body& body);
Result<Answer> serve_self_subject_review(Core& core, RequestContext& context, const Body& body);
Result<Answer> serve_access_review(Core& core, RequestContext& context, const Body& body);
Result<Answer> serve_rules_review(Core& core, RequestContext& context, const Body& body);

void serve_pod_log(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context);
void serve_pod_stream(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context);   // exec, attach, portforward
void serve_node_proxy(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context);
void serve_pod_proxy(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context);
void serve_service_proxy(Core& core, net::ExchangePtr exchange, std::shared_ptr<RequestContext> context);

// get, update and patch of a part of an object through a change of the whole: shared by scale, finalize, approval and the like.
// view() shows the object as the subresource's body; merge() puts a wanted body into the object.
struct PartialUpdate {
    const api::KindInfo* kind = nullptr;                  // of the bodies' decoding when it is the object's own
    std::function<Result<json::Value>(const json::Value& old, json::Value wanted)> merge;
    Change::Part part = Change::Part::Whole;
    bool validate = true;
};
Result<Answer> update_part(Core& core, RequestContext& context, const Body& body, const PartialUpdate& partial);

}  // namespace skiff::apiserver
