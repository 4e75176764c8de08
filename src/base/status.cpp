#include "base/status.h"

#include <array>
#include <cstring>

namespace skiff {

namespace {

struct ReasonRow {
    Reason reason;
    std::string_view name;
    int code;
};

// k8s.io/apimachinery meta/v1 "StatusReason": each reason documents its HTTP status code.
constexpr std::array kReasons{
    ReasonRow{Reason::Ok, "", 200},
    ReasonRow{Reason::Unknown, "", 500},
    ReasonRow{Reason::Unauthorized, "Unauthorized", 401},
    ReasonRow{Reason::Forbidden, "Forbidden", 403},
    ReasonRow{Reason::NotFound, "NotFound", 404},
    ReasonRow{Reason::AlreadyExists, "AlreadyExists", 409},
    ReasonRow{Reason::Conflict, "Conflict", 409},
    ReasonRow{Reason::Gone, "Gone", 410},
    ReasonRow{Reason::Invalid, "Invalid", 422},
    ReasonRow{Reason::ServerTimeout, "ServerTimeout", 500},
    ReasonRow{Reason::StoreReadError, "StorageReadError", 500},
    ReasonRow{Reason::Timeout, "Timeout", 504},
    ReasonRow{Reason::TooManyRequests, "TooManyRequests", 429},
    ReasonRow{Reason::BadRequest, "BadRequest", 400},
    ReasonRow{Reason::MethodNotAllowed, "MethodNotAllowed", 405},
    ReasonRow{Reason::NotAcceptable, "NotAcceptable", 406},
    ReasonRow{Reason::RequestEntityTooLarge, "RequestEntityTooLarge", 413},
    ReasonRow{Reason::UnsupportedMediaType, "UnsupportedMediaType", 415},
    ReasonRow{Reason::InternalError, "InternalError", 500},
    ReasonRow{Reason::Expired, "Expired", 410},
    ReasonRow{Reason::ServiceUnavailable, "ServiceUnavailable", 503},
};

const ReasonRow& row(Reason reason) {
    for (const auto& r : kReasons)
        if (r.reason == reason) return r;
    return kReasons[1];
}

}  // namespace

std::string_view reason_name(Reason reason) { return row(reason).name; }

Reason reason_from_name(std::string_view name) {
    if (name.empty()) return Reason::Unknown;
    for (const auto& r : kReasons)
        if (r.name == name) return r.reason;
    return Reason::Unknown;
}

int http_code(Reason reason) { return row(reason).code; }

Status::Status(Reason reason, std::string message)
    : body_(std::make_shared<Body>(Body{reason, std::move(message), {}, {}, 0, 0})) {}

const std::string& Status::message() const {
    static const std::string kEmpty;
    return body_ ? body_->message : kEmpty;
}

const std::vector<Cause>& Status::causes() const {
    static const std::vector<Cause> kNone;
    return body_ ? body_->causes : kNone;
}

const Status::Details& Status::details() const {
    static const Details kNone;
    return body_ ? body_->details : kNone;
}

int Status::code() const {
    if (!body_) return 200;
    return body_->code ? body_->code : http_code(body_->reason);
}

Status::Body& Status::mutable_body() {
    if (!body_) body_ = std::make_shared<Body>(Body{Reason::Unknown, "", {}, {}, 0, 0});
    if (body_.use_count() > 1) body_ = std::make_shared<Body>(*body_);
    return *body_;
}

Status&& Status::with_details(Details details) && {
    mutable_body().details = std::move(details);
    return std::move(*this);
}

Status&& Status::with_cause(Cause cause) && {
    mutable_body().causes.push_back(std::move(cause));
    return std::move(*this);
}

Status&& Status::with_causes(std::vector<Cause> causes) && {
    mutable_body().causes = std::move(causes);
    return std::move(*this);
}

Status&& Status::with_retry_after(int seconds) && {
    mutable_body().retry_after_s = seconds;
    return std::move(*this);
}

Status&& Status::with_code(int code) && {
    mutable_body().code = code;
    return std::move(*this);
}

Status Status::prefixed(std::string what) && {
    if (body_) {
        auto& body = mutable_body();
        body.message = what + ": " + body.message;
    }
    return std::move(*this);
}

Status errno_status(std::string_view what, int error_number) {
    return error(Reason::InternalError, "{}: {}", what, std::strerror(error_number));
}

}  // namespace skiff
