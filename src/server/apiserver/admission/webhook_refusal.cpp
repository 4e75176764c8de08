#include "server/apiserver/admission/webhook_refusal.h"

#include "base/strings.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::apiserver {
namespace {

constexpr size_t kBodyShown = 2048;

// What the body says where a person may read it.
std::string said(std::string_view content_type, std::string_view body) {
    if (!content_type.empty() && !content_type.starts_with("text/")) return "unknown";
    return std::string(trim(body.substr(0, kBodyShown)));
}

}  // namespace

std::string webhook_refusal(int code, std::string_view content_type, std::string_view body, bool reads_status) {
    if (auto status = json::parse(body, {.depth_max = 20}); reads_status && status.ok() && (*status)["kind"].as_string() == "Status" && (*status)["status"].as_string() != "Success")
        return (*status)["message"].as_string();
    switch (code) {
        case 400: return "the server rejected our request for an unknown reason";
        case 401: return "the server has asked for the client to provide credentials";
        case 403: case 415: return said(content_type, body);
        case 404: return "the server could not find the requested resource";
        case 405: return "the server does not allow this method on the requested resource";
        case 409: return "the server reported a conflict";
        case 422: return "the server rejected our request due to an error in our request";
        case 429: return "the server has received too many requests and has asked us to try again later";
        case 503: return "the server is currently unable to handle the request";
        case 504: return "the server was unable to return a response in the time allotted, but may still be processing the request";
        default: break;
    }
    if (code < 500) return fmt::format("the server responded with the status code {} but did not return more information", code);
    return fmt::format("an error on the server ({}) has prevented the request from succeeding", json::write(json::Value(said(content_type, body))));
}

}  // namespace skiff::apiserver
