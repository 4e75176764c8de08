// Content negotiation as k8s.io/apiserver does it: which form an answer takes, and how a body is to be read. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "net/http.h"

namespace skiff::apiserver {

enum class MediaType { Json, Yaml, Protobuf };

// The form of an answer.
struct Form {
    enum class As { Object, Table, PartialObject, Discovery };
    enum class Include { None, Metadata, Object };

    MediaType media = MediaType::Json;
    As as = As::Object;
    std::string as_version;                      // v1, v1beta1; of Discovery: v2, v2beta1
    Include include = Include::Metadata;         // of Table rows (query includeObject)
    bool pretty = false;
    bool of_list = false;                        // asked for as PartialObjectMetadataList, which objects are not

    std::string content_type() const;            // of an object
    std::string stream_content_type() const;     // of a watch
    // Distinguishes the serialized forms of one object.
    std::string cache_key() const;
};

// NoTable: reviews and other kinds that are answered by code, subresources with bodies of their own. Custom: resources whose objects have no
// protobuf form (their metadata has). Lists, Watches: of Resources, which name other types when none fits. Document: JSON only.
enum class FormsAllowed { ObjectOnly, Resources, Lists, Watches, NoTable, Custom, Discovery, Document };

// NotAcceptable when nothing that the client accepts can be given; BadRequest for a bad includeObject.
Result<Form> negotiate(const net::Request& request, FormsAllowed allowed);
// NotAcceptable, of a watch whose media type is one of objects only.
Status no_streams_of_type();
// For errors: the plain form that is nearest to what the client accepts; JSON when there is none.
Form negotiate_error(const net::Request& request);

// The media types that the client accepts, best first, without parameters; */* when it says nothing.
std::vector<std::string> accepted_types(const net::Request& request);

// Of a request body; "" is JSON. UnsupportedMediaType with Kubernetes' words otherwise.
Result<MediaType> body_media_type(std::string_view content_type);
// The content type without parameters, lower case.
std::string media_type_of(std::string_view header);
std::string_view media_type_name(MediaType type);

}  // namespace skiff::apiserver
