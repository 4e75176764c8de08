// FieldErrors: what validation finds, with Kubernetes' types, paths and wording (k8s.io/apimachinery util/validation/field). The list
// becomes a 422 Invalid Status: `Deployment.apps "x" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "json/value.h"

namespace skiff::api {

// A field path under construction: FieldPath("spec").child("containers").index(0).child("name") -> spec.containers[0].name
class FieldPath {
public:
    FieldPath() = default;
    explicit FieldPath(std::string_view root) : text_(root) {}
    FieldPath child(std::string_view name) const;
    FieldPath index(size_t i) const;
    FieldPath key(std::string_view key) const;       // metadata.labels[app]
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

class FieldErrors {
public:
    void required(const FieldPath& path, std::string_view detail);
    void invalid(const FieldPath& path, const json::Value& value, std::string_view detail);
    void not_supported(const FieldPath& path, const json::Value& value, const std::vector<std::string>& supported);
    void duplicate(const FieldPath& path, const json::Value& value, std::string_view detail = "");
    void forbidden(const FieldPath& path, std::string_view detail);
    void too_long(const FieldPath& path, size_t length_max);
    void too_many(const FieldPath& path, size_t actual, size_t count_max);
    void type_invalid(const FieldPath& path, const json::Value& value, std::string_view detail);
    void not_found(const FieldPath& path, const json::Value& value, std::string_view detail = "");
    // "Invalid value: detail", for a value that Kubernetes does not show.
    void invalid_unshown(const FieldPath& path, std::string_view detail);
    void internal(const FieldPath& path, std::string_view detail);

    void append(const FieldErrors& others) { errors_.insert(errors_.end(), others.errors_.begin(), others.errors_.end()); }
    bool empty() const { return errors_.empty(); }
    // There are so many errors that no more are kept: who has an expensive one to make may stop.
    bool full() const;
    const std::vector<Cause>& causes() const { return errors_; }
    // All in one line as Go joins errors: "a: why", "[a: why, b: why]"; the same text twice is said once.
    std::string text() const;
    // group "" gives `Pod "x" is invalid`, else `Deployment.apps "x" is invalid`.
    Status to_status(std::string_view group, std::string_view kind, std::string_view name) const;

private:
    void add(std::string_view type, const FieldPath& path, std::string message);
    std::vector<Cause> errors_;
    size_t bytes_ = 0;
};

}  // namespace skiff::api
