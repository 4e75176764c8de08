#include "api/validation.h"

#include <algorithm>

#include "api/go_text.h"
#include "base/strings.h"

namespace skiff::api {

namespace {

std::string with_detail(std::string text, std::string_view detail) {
    if (!detail.empty()) {
        text += ": ";
        text += detail;
    }
    return text;
}

}  // namespace

FieldPath FieldPath::child(std::string_view name) const {
    FieldPath path;
    path.text_.reserve(text_.size() + name.size() + 1);
    path.text_ = text_;
    if (!text_.empty()) path.text_ += '.';
    path.text_ += name;
    return path;
}

FieldPath FieldPath::index(size_t i) const { return key(std::to_string(i)); }

FieldPath FieldPath::key(std::string_view key) const {
    FieldPath path;
    path.text_.reserve(text_.size() + key.size() + 2);
    path.text_ += text_;
    path.text_ += '[';
    path.text_ += key;
    path.text_ += ']';
    return path;
}

// More help nobody, and a small body could ask for any number of them; each may show a whole value.
constexpr size_t kErrorsMax = 1000, kBytesMax = 1 << 20;

bool FieldErrors::full() const { return errors_.size() >= kErrorsMax || bytes_ >= kBytesMax; }

void FieldErrors::add(std::string_view type, const FieldPath& path, std::string message) {
    bytes_ += message.size();
    // A path that was never given shows as <nil>, like a nil *field.Path in Kubernetes.
    errors_.push_back({std::string(type), std::move(message), path.text().empty() ? "<nil>" : path.text()});
}

void FieldErrors::required(const FieldPath& path, std::string_view detail) {
    if (full()) return;
    add("FieldValueRequired", path, with_detail("Required value", detail));
}

void FieldErrors::invalid(const FieldPath& path, const json::Value& value, std::string_view detail) {
    if (full()) return;
    add("FieldValueInvalid", path, with_detail("Invalid value: " + error_value(value), detail));
}

void FieldErrors::not_supported(const FieldPath& path, const json::Value& value, const std::vector<std::string>& supported) {
    if (full()) return;
    std::string detail;
    for (const auto& one : supported) detail += (detail.empty() ? "supported values: " : ", ") + go_quote(one);
    add("FieldValueNotSupported", path, with_detail("Unsupported value: " + error_value(value), detail));
}

void FieldErrors::duplicate(const FieldPath& path, const json::Value& value, std::string_view detail) {
    if (full()) return;
    add("FieldValueDuplicate", path, with_detail("Duplicate value: " + error_value(value), detail));
}

void FieldErrors::forbidden(const FieldPath& path, std::string_view detail) {
    if (full()) return;
    add("FieldValueForbidden", path, with_detail("Forbidden", detail));
}

void FieldErrors::too_long(const FieldPath& path, size_t length_max) {
    if (full()) return;
    add("FieldValueTooLong", path, fmt::format("Too long: may not be more than {} {}", length_max, length_max == 1 ? "byte" : "bytes"));
}

void FieldErrors::too_many(const FieldPath& path, size_t actual, size_t count_max) {
    if (full()) return;
    add("FieldValueTooMany", path, fmt::format("Too many: {}: must have at most {} {}", actual, count_max, count_max == 1 ? "item" : "items"));
}

void FieldErrors::type_invalid(const FieldPath& path, const json::Value& value, std::string_view detail) {
    if (full()) return;
    add("FieldValueTypeInvalid", path, with_detail("Invalid value: " + error_value(value), detail));
}

void FieldErrors::not_found(const FieldPath& path, const json::Value& value, std::string_view detail) {
    if (full()) return;
    add("FieldValueNotFound", path, with_detail("Not found: " + error_value(value), detail));
}

void FieldErrors::invalid_unshown(const FieldPath& path, std::string_view detail) {
    if (full()) return;
    add("FieldValueInvalid", path, with_detail("Invalid value", detail));
}

void FieldErrors::internal(const FieldPath& path, std::string_view detail) {
    if (full()) return;
    add("InternalError", path, with_detail("Internal error", detail));
}

std::string FieldErrors::text() const {
    std::vector<std::string> texts;
    for (const auto& error : errors_) {
        std::string text = error.field + ": " + error.message;
        if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
    }
    std::string all = join(texts, ", ");
    return texts.size() > 1 ? "[" + all + "]" : all;
}

Status FieldErrors::to_status(std::string_view group, std::string_view kind, std::string_view name) const {
    if (errors_.empty()) return {};
    std::string group_kind(kind);
    if (!group.empty()) group_kind += "." + std::string(group);
    return error(Reason::Invalid, "{} {} is invalid: {}", group_kind, go_quote(name), text()).with_causes(errors_).with_details({std::string(group), std::string(kind), std::string(name), ""});
}

}  // namespace skiff::api
