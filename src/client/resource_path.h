// Paths and queries of API requests, for every client that speaks HTTP. Pure; any thread.
#pragma once

#include <string>

#include "client/client.h"
#include "net/http.h"

namespace skiff::client {

// /api/v1/namespaces/default/pods/web/status, /apis/apps/v1/deployments; parts are percent-encoded.
std::string resource_path(const Gvr& gvr, const std::string& ns, const std::string& name = {}, const std::string& subresource = {});
net::Query list_query(const ListOptions& options);
net::Query watch_query(const WatchOptions& options, int timeout_s);
net::Query write_query(const WriteOptions& options);
json::Value delete_body(const DeleteOptions& options);
const char* patch_content_type(PatchType type);

// The Status of an answer with code >= 400: decoded from a metav1.Status body where there is one.
Status status_from_answer(int code, const std::string& body, const std::string& retry_after = {});
// From a metav1.Status object, e.g. of a watch's ERROR event.
Status status_from_tree(const json::Value& status);

}  // namespace skiff::client
