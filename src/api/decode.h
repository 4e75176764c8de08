// Decode: bytes or trees of clients become what a round trip through Kubernetes' Go types gives: unknown fields dropped, nulls and
// omitted zero values gone, zero values of required fields present, quantities and times canonical, fields in the order of the table.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/kind.h"

namespace skiff::api {

// What strict field validation complains about, in the order found: `unknown field "spec.foo"`, `duplicate field "spec.x"`.
// Bounded: Kubernetes reports at most 100.
using StrictProblems = std::vector<std::string>;

enum class Reader {
    Decoder,    // of bytes
    Converter,  // of trees that were merged: other words, and whole numbers that are too large wrap around
};

// Normalises tree in place. On an error tree is half done and the message is Go's: `json: cannot unmarshal string into Go struct field
// DeploymentSpec.spec.replicas of type int32`, `quantities must match the regular expression ...`. strict may be null.
Status normalize(const TypeSchema& schema, json::Value& tree, StrictProblems* strict = nullptr, Reader reader = Reader::Decoder);

// The same for a kind: custom kinds have a way of their own.
Status normalize_kind(const KindInfo& kind, json::Value& tree, StrictProblems* strict = nullptr, Reader reader = Reader::Decoder);

// A list that is written as null when there is none keeps its [] through reading, so that managedFields can tell the two apart, as Go does.
// Nothing is stored so: this takes them away.
void drop_empty_lists(const KindInfo& kind, json::Value& object);

// JSON bytes to a normalised object. BadRequest `Deployment in version "v1" cannot be handled as a Deployment: ...` for type errors;
// `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: ...` for bad JSON.
// An absent kind or apiVersion is filled in from gvk; the caller checks that present ones fit. Defaults are not set here.
Result<json::Value> decode_json(const Gvk& gvk, const TypeSchema& schema, std::string_view bytes, StrictProblems* strict = nullptr);
// The same from a tree that was parsed already (YAML, patches); duplicates belong to the parser's report.
Result<json::Value> decode_tree(const Gvk& gvk, const TypeSchema& schema, json::Value tree, StrictProblems* strict = nullptr);

// Of trees whose text the client sent: BadRequest when they are no object, or kind or apiVersion are no text.
Status check_typed(const Gvk& gvk, const json::Value& tree, std::string_view bytes);
// The same for a body of any type: `couldn't get version/kind; json parse error: ...`.
Status no_type_of(const json::Value& tree);
// `the object provided is unrecognized (must be of type ConfigMap): ... ({"kind":"Co ...)`, with the beginning of the body.
Status unrecognized(const Gvk& gvk, const Status& why, std::string_view bytes);
// What YAML's parser says without the words that sigs.k8s.io/yaml puts before it when it decodes into objects.
std::string_view yaml_problem(const Status& why);
Status unreadable_yaml(const Gvk& gvk, const Status& why, std::string_view bytes);

// `Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "a", unknown field "b"`.
Status strict_error(const Gvk& gvk, const StrictProblems& problems);
// `strict decoding error: ...` alone.
std::string strict_text(const StrictProblems& problems);
// Wraps what kept an object from being decoded.
Status cannot_handle(const Gvk& gvk, const Status& why);

}  // namespace skiff::api
