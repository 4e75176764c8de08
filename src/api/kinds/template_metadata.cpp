#include "api/kinds/template_metadata.h"

#include "api/kinds/validate.h"

namespace skiff::api::kinds {

void validate_template_metadata(const json::Value& metadata, const FieldPath& path, FieldErrors& errors) {
    validate_annotations(metadata["annotations"], path.child("annotations"), errors);
    validate_labels(metadata["labels"], path.child("labels"), errors);
    for (auto field : {"name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
                       "deletionGracePeriodSeconds", "ownerReferences", "finalizers", "managedFields"}) {
        const json::Value& value = metadata[field];
        const std::string_view name = field;
        const bool set = !value.is_null() && !(value.is_string() && value.empty()) && !(name == "generation" && value.as_int() == 0);
        // Kubernetes writes the Go field's name with its first letter made small.
        if (set) errors.forbidden(path.child(name == "uid" ? "uID" : name), "cannot be set");
    }
}

}  // namespace skiff::api::kinds
