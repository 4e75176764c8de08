#include "api/status_object.h"

#include "json/write.h"

namespace skiff::api {

namespace {

json::Value causes_of(const Status& status) {
    json::Array causes;   // an apply may have tens of thousands
    causes.reserve(status.causes().size());
    for (const auto& cause : status.causes()) {
        json::Object one;
        one.reserve(3);
        if (!cause.type.empty()) one.push_back({"reason", cause.type});
        if (!cause.message.empty()) one.push_back({"message", cause.message});
        if (!cause.field.empty()) one.push_back({"field", cause.field});
        causes.emplace_back(std::move(one));
    }
    return json::Value(std::move(causes));
}

json::Value details_of(const Status& status) {
    const auto& details = status.details();
    json::Value object = json::Value::object();
    if (!details.name.empty()) object.set("name", details.name);
    if (!details.group.empty()) object.set("group", details.group);
    if (!details.kind.empty()) object.set("kind", details.kind);
    if (!details.uid.empty()) object.set("uid", details.uid);
    if (!status.causes().empty()) object.set("causes", causes_of(status));
    if (status.retry_after_s() > 0) object.set("retryAfterSeconds", status.retry_after_s());
    return object;
}

// Without a reason in the body the code tells as much as it can.
Reason reason_of_code(int code) {
    switch (code) {
        case 400: return Reason::BadRequest;
        case 401: return Reason::Unauthorized;
        case 403: return Reason::Forbidden;
        case 404: return Reason::NotFound;
        case 405: return Reason::MethodNotAllowed;
        case 406: return Reason::NotAcceptable;
        case 409: return Reason::Conflict;
        case 410: return Reason::Gone;
        case 413: return Reason::RequestEntityTooLarge;
        case 415: return Reason::UnsupportedMediaType;
        case 422: return Reason::Invalid;
        case 429: return Reason::TooManyRequests;
        case 500: return Reason::InternalError;
        case 503: return Reason::ServiceUnavailable;
        case 504: return Reason::Timeout;
        default: return Reason::Unknown;
    }
}

}  // namespace

json::Value status_object(const Status& status) {
    json::Value object = json::Value::object({{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", json::Value::object()}});
    object.set("status", status.ok() ? "Success" : "Failure");
    if (status.ok()) return object;
    if (!status.message().empty()) object.set("message", status.message());
    if (auto reason = reason_name(status.reason()); !reason.empty()) object.set("reason", reason);
    if (json::Value details = details_of(status); details.size() > 0) object.set("details", std::move(details));
    object.set("code", status.code());
    return object;
}

Status status_from_object(const json::Value& object, int http_code) {
    if (object["kind"].as_string() != "Status") {
        std::string text = object.is_string() ? object.as_string() : object.is_null() ? std::string() : json::write(object);
        return Status(reason_of_code(http_code), text.empty() ? fmt::format("the server answered {}", http_code) : text).with_code(http_code);
    }
    int code = static_cast<int>(object["code"].as_int(http_code));
    const std::string& name = object["reason"].as_string();
    Reason reason = name.empty() ? Reason::Unknown : reason_from_name(name);
    if (reason == Reason::Unknown && name.empty() && code != 500) reason = reason_of_code(code);
    const json::Value& details = object["details"];
    Status status(reason, object["message"].as_string());
    for (const auto& cause : details["causes"].items())
        status = std::move(status).with_cause({cause["reason"].as_string(), cause["message"].as_string(), cause["field"].as_string()});
    if (int64_t seconds = details["retryAfterSeconds"].as_int(); seconds > 0) status = std::move(status).with_retry_after(static_cast<int>(seconds));
    status = std::move(status).with_code(code);
    return std::move(status).with_details(
        {details["group"].as_string(), details["kind"].as_string(), details["name"].as_string(), details["uid"].as_string()});
}

}  // namespace skiff::api
