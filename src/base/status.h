// Status and Result: how every fallible function in skiff reports failure.
//
// Reasons are exactly those of metav1.StatusReason (Kubernetes API reference, "Status"), so that no layer
// translates an error; http_code() is the one table from reason to HTTP status. Values are cheap to move and
// may be used from any thread.
#pragma once

#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace skiff {

enum class Reason {
    Ok,
    Unknown,
    Unauthorized,
    Forbidden,
    NotFound,
    AlreadyExists,
    Conflict,
    Gone,
    Invalid,
    ServerTimeout,
    StoreReadError,
    Timeout,
    TooManyRequests,
    BadRequest,
    MethodNotAllowed,
    NotAcceptable,
    RequestEntityTooLarge,
    UnsupportedMediaType,
    InternalError,
    Expired,
    ServiceUnavailable,
};

// The name as it stands in Status.reason ("" for Unknown and Ok), and the HTTP code it is sent with.
std::string_view reason_name(Reason reason);
Reason reason_from_name(std::string_view name);
int http_code(Reason reason);

// One entry of Status.details.causes.
struct Cause {
    std::string type;     // FieldValueInvalid, FieldValueRequired, ...
    std::string message;
    std::string field;    // spec.containers[0].name
};

class [[nodiscard]] Status {
public:
    Status() = default;  // success
    Status(Reason reason, std::string message);

    bool ok() const { return !body_; }
    explicit operator bool() const { return ok(); }
    Reason reason() const { return body_ ? body_->reason : Reason::Ok; }
    const std::string& message() const;
    const std::vector<Cause>& causes() const;
    int retry_after_s() const { return body_ ? body_->retry_after_s : 0; }
    // HTTP code: http_code(reason()) unless a code was set.
    int code() const;

    // details.group / kind / name / uid of the object that the failure is about.
    struct Details {
        std::string group, kind, name, uid;
    };
    const Details& details() const;

    Status&& with_details(Details details) &&;
    Status&& with_cause(Cause cause) &&;
    Status&& with_causes(std::vector<Cause> causes) &&;   // in place of those that are there
    Status&& with_retry_after(int seconds) &&;
    Status&& with_code(int code) &&;

    // Puts "what: " before the message; used on the way up, e.g. status.context("pull {}", ref).
    template <typename... Args>
    Status context(fmt::format_string<Args...> format, Args&&... args) && {
        return std::move(*this).prefixed(fmt::format(format, std::forward<Args>(args)...));
    }

    // For TRY().
    Status&& status() && { return std::move(*this); }
    void value() const {}

private:
    Status prefixed(std::string what) &&;
    struct Body {
        Reason reason;
        std::string message;
        std::vector<Cause> causes;
        Details details;
        int retry_after_s = 0;
        int code = 0;
    };
    std::shared_ptr<Body> body_;  // null when ok; copied on write
    Body& mutable_body();
};

// error(Reason::NotFound, "pods \"{}\" not found", name)
template <typename... Args>
Status error(Reason reason, fmt::format_string<Args...> format, Args&&... args) {
    return Status(reason, fmt::format(format, std::forward<Args>(args)...));
}

// InternalError "<what>: <strerror(errno)>"; keeps errno's value readable through errno_of().
Status errno_status(std::string_view what, int error_number);

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Status status) : state_(std::in_place_index<1>, std::move(status)) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & { return std::get<0>(state_); }
    const T& value() const& { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T value_or(T fallback) && { return ok() ? std::get<0>(std::move(state_)) : std::move(fallback); }

    const Status& status() const& { return std::get<1>(state_); }
    Status&& status() && { return std::get<1>(std::move(state_)); }

    template <typename... Args>
    Result context(fmt::format_string<Args...> format, Args&&... args) && {
        if (ok()) return std::move(*this);
        return std::get<1>(std::move(state_)).context(format, std::forward<Args>(args)...);
    }

private:
    std::variant<T, Status> state_;
};

}  // namespace skiff

// Yields the value of a Result, or returns its Status from the enclosing function:
//   auto entry = TRY(store.get(key));   TRY(file.sync());
#define TRY(...)                                             \
    ({                                                       \
        auto try_result_ = (__VA_ARGS__);                    \
        if (!try_result_.ok()) return std::move(try_result_).status(); \
        std::move(try_result_).value();                      \
    })
