// execute: one API call that is answered in one piece, whoever makes it: by HTTP or in process. The caller has been authenticated and
// authorized. Blocks for writes: pool threads only (reads: see is_read).
#pragma once

#include "server/apiserver/registry/operations.h"

namespace skiff::apiserver {

// Routes by context.attributes: verb, subresource, kind. Lists, watches and streams are not calls of this kind.
Result<Answer> execute(Core& core, RequestContext& context, const Body& body, const net::Query& query);

// dryRun, fieldManager, fieldValidation, force of a write. Invalid as kube-apiserver words it.
Status parse_write_options(RequestContext& context, const net::Query& query);
Result<DeleteOptions> parse_delete_options(const Core& core, RequestContext& context, const Body& body, const net::Query& query);

// BadRequest for names that can be no part of a key.
Status check_segment(const std::string& name);

// Finds the kind and checks path and verb: 404 for what does not exist, 405 for what it cannot do. known_version: false gives the
// plain-text 404 of an unknown group or version.
Status route(const Core& core, RequestContext& context, bool& known_version);

}  // namespace skiff::apiserver
